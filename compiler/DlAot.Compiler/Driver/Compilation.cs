using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using DlAot.CodeGen.Cpu;
using DlAot.CodeGen.Cpu.Linking;
using DlAot.CodeGen.Llvm;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Freezing;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Verify;
using DlAot.Passes;
using Mono.Cecil;

namespace DlAot.Compiler.Driver;

/// <summary>A phase that has ended, for progress reports.</summary>
public sealed record PhaseDone(string Name, TimeSpan Time, string Detail);

/// <summary>
/// One assembly on its way through the house: read, lift, plan, generate native code, write the drop-in. <c>explain</c> and
/// <c>dump</c> stop half way.
/// </summary>
public sealed class Compilation : IDisposable
{
    private readonly AssemblyReader reader;
    private readonly ConfigurationFile configuration;
    private readonly Action<PhaseDone>? progress;
    private readonly BenefitCheck? benefit;

    private Compilation(CompileOptions options, ConfigurationFile configuration, Profile profile, AssemblyReader reader, Action<PhaseDone>? progress)
    {
        this.configuration = configuration;
        Profile = profile;
        Options = options;
        this.reader = reader;
        this.progress = progress;
        benefit = (options.Benefit ?? configuration.Benefit ?? options.DefaultBenefit) == BenefitChoice.On ? new BenefitCheck(options.CostRates is { } file ? RateFile.Read(file) : CostRates.BuiltIn) : null;
    }

    public CompileOptions Options { get; }

    /// <summary>What was recorded.</summary>
    public Profile Profile { get; }

    public AssemblyDefinition Assembly => reader.Assembly;

    /// <summary>The assembly's name.</summary>
    public string Name => reader.Assembly.Name.Name;

    /// <summary>Every candidate with what became of it, once <see cref="Plan"/> has run.</summary>
    public ImmutableArray<CompiledMethod> Methods { get; private set; } = [];

    /// <summary>Those that are compiled, and the compiled parts of others.</summary>
    public IEnumerable<CompiledMethod> Compiled => Methods.SelectMany(m => m.WithParts).Where(m => !m.Versions.IsEmpty);

    private ImmutableArray<SplitMethod> split = [];

    /// <summary>Methods that got compiled code in the drop-in, once <see cref="Build"/> has run.</summary>
    public ImmutableArray<string> Written { get; private set; } = [];

    /// <summary>Why planned methods got none, and what of a profile does not fit.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; private set; } = [];

    private static string ToolVersion => typeof(Compilation).Assembly.GetName().Version!.ToString(3);

    /// <exception cref="CompilationException">The input cannot be read.</exception>
    public static Compilation Open(CompileOptions options, Action<PhaseDone>? progress = null)
    {
        long start = Stopwatch.GetTimestamp();
        RequirePlatform(options.Rid);
        ConfigurationFile configuration = ConfigurationFile.Find(options.ConfigurationFile, options.Input);
        Profile profile = Profile.Read(options.Profiles);
        AssemblyReader reader = AssemblyReader.Open(options.Input, options.References);
        var compilation = new Compilation(options, configuration, profile, reader, progress);
        compilation.Done("read", start, reader.Assembly.Name.Name);
        return compilation;
    }

    /// <summary>All candidate methods.</summary>
    /// <exception cref="CompilationException">The metadata is damaged.</exception>
    public ImmutableArray<MethodDefinition> Candidates()
    {
        try
        {
            return MethodSearch.Entries(reader.World);
        }
        catch (Exception e) when (e is NullReferenceException or ArgumentException or InvalidOperationException or BadImageFormatException or IndexOutOfRangeException)
        {
            // What the metadata reader throws where tables point nowhere.
            throw new CompilationException(Diagnostic.Of(Rules.Truncated, SourceLocation.None, "", Options.Input, e.Message), e);
        }
    }

    /// <summary>Lifts the candidate of that name; the end of the name is enough.</summary>
    /// <exception cref="CompilationException">DLAOT1014: there is none.</exception>
    public LiftedMethod Lift(string name)
    {
        ImmutableArray<MethodDefinition> candidates = Candidates();
        MethodDefinition method = candidates.FirstOrDefault(m => LiftedMethod.NameOf(m) == name) ?? candidates.FirstOrDefault(m => LiftedMethod.NameOf(m).EndsWith("." + name, StringComparison.Ordinal))
            ?? throw new CompilationException(Rules.UnknownMethod, "", name, string.Join(", ", candidates.Select(LiftedMethod.NameOf)));
        return new MethodSearch(reader.World, NewLifter()).Lift(method);
    }

    /// <summary>Lifts every candidate and plans what was lifted.</summary>
    public void Plan()
    {
        long start = Stopwatch.GetTimestamp();
        Lifter lifter = NewLifter();
        var search = new MethodSearch(reader.World, lifter);
        Candidates(); // damage is told here
        search.LiftEntries();
        Diagnostics = [.. lifter.Problems.Select(Rated)];
        Done("lift", start, $"{search.Lifted.Count(m => m.IsWhole)} of {search.Lifted.Length} methods whole");

        start = Stopwatch.GetTimestamp();
        search.SplitAndFollow();
        split = search.Divided;
        Done("split", start, $"{split.Length} methods in {split.Sum(s => s.Parts.Length)} parts");

        start = Stopwatch.GetTimestamp();
        int regions = 0;
        Methods = Planned(search.Lifted, ref regions);
        Done("plan", start, $"{Compiled.SelectMany(m => m.Versions).SelectMany(v => v.Plans).SelectMany(p => p.Steps).OfType<RegionStep>().Sum(r => r.Kernels.Length)} kernels in {regions} regions");
    }

    /// <summary>Makes the drop-in.</summary>
    /// <returns>Files by path relative to the output folder.</returns>
    /// <exception cref="CompilationException">No candidates, or a tool is missing.</exception>
    public IReadOnlyDictionary<string, byte[]> Build()
    {
        if (Methods.IsEmpty)
        {
            Plan();
        }

        string file = Path.GetFileName(Options.Input);
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        if (!Compiled.Any())
        {
            if (!Options.AllowEmpty)
            {
                throw new CompilationException(Rules.NoCandidates, "", file);
            }

            files[file] = File.ReadAllBytes(Options.Input);
            if (Path.ChangeExtension(Options.Input, ".pdb") is var symbols && File.Exists(symbols))
            {
                files[Path.GetFileName(symbols)] = File.ReadAllBytes(symbols);
            }

            return files;
        }

        long start = Stopwatch.GetTimestamp();
        long buildId = BuildId();
        byte[] library = Native(buildId);
        Done("kernels", start, $"{library.Length / 1024} KiB for {Options.Rid}");

        start = Stopwatch.GetTimestamp();
        int regions = Compiled.SelectMany(m => m.Versions).SelectMany(v => v.Plans).SelectMany(p => p.Steps).OfType<RegionStep>().Count();
        string runtime = Path.Combine(AppContext.BaseDirectory, "DlAot.Runtime.dll");
        HashSet<MethodDefinition> worth = [.. Compiled.Select(c => c.Lifted.Method)];
        foreach (SplitMethod s in split.Where(s => s.Parts.Any(p => worth.Contains(p.Lifted.Method))))
        {
            s.Commit();
        }

        DropInResult written = DropInWriter.Write(reader, [.. Compiled], new DropInOptions(Options.LibraryName, buildId, regions, ToolVersion, Options.KeyFile, runtime));
        Diagnostics = [.. Diagnostics, .. written.Diagnostics.Select(Rated)];
        Written = written.Methods;
        files[file] = written.Assembly;
        if (written.Symbols is not null)
        {
            files[Path.ChangeExtension(file, ".pdb")] = written.Symbols;
        }

        files[$"runtimes/{Options.Rid}/native/{TargetPlatform.Find(Options.Rid).LibraryFileName(Options.LibraryName)}"] = library;
        files["DlAot.Runtime.dll"] = File.ReadAllBytes(runtime);
        Done("drop-in", start, $"{written.Assembly.Length / 1024} KiB, {written.Methods.Length} methods");
        return files;
    }

    /// <summary>With the severity that it has in this project.</summary>
    public Diagnostic Rated(Diagnostic diagnostic) => diagnostic with { Severity = Options.Severities(diagnostic) };

    public void Dispose() => reader.Dispose();

    public World World => reader.World;

    internal LiftOptions LiftOptions => new(Signatures: Options.Signatures, Configuration: configuration, Profile: Profile) { Settings = Options.Settings.Or(configuration.Settings) };

    /// <summary>How the method is planned: attributes say more than the command line.</summary>
    public PassOptions PassOptionsOf(MethodDefinition method) => new(LiftOptions.SettingsOf(method).Exact ?? false, Options.MatMul);

    public PassOptions PassOptionsOf(LiftedMethod method) => PassOptionsOf(method.Method);

    private Lifter NewLifter() => new(reader.World, LiftOptions);

    private static void RequirePlatform(string rid)
    {
        try
        {
            TargetPlatform.Find(rid);
        }
        catch (UnsupportedPlatformException e)
        {
            throw new CompilationException(Diagnostic.Of(Rules.UnknownPlatform, SourceLocation.None, "", e.Message), e);
        }
    }

    private ImmutableArray<CompiledMethod> Planned(ImmutableArray<LiftedMethod> lifted, ref int regions)
    {
        var methods = ImmutableArray.CreateBuilder<CompiledMethod>();
        Dictionary<MethodDefinition, SplitMethod> byHost = split.ToDictionary(s => s.Host);
        foreach (LiftedMethod method in lifted.Concat(split.Where(s => !lifted.Any(m => m.Method == s.Host)).Select(s => new LiftedMethod(s.Host, [], s.Boundaries))))
        {
            CompiledMethod planned = Planned(method, method.Method, ref regions);
            if (byHost.TryGetValue(method.Method, out SplitMethod? parts))
            {
                CompiledPart[] compiled = new CompiledPart[parts.Parts.Length];
                for (int i = 0; i < compiled.Length; i++)
                {
                    MethodPart part = parts.Parts[i];
                    compiled[i] = new CompiledPart(Planned(part.Lifted, method.Method, ref regions), part.File, part.FirstLine, part.LastLine);
                }

                // Where only the end of the method was refused, nothing lies between the parts.
                ImmutableArray<Diagnostic> reasons = parts.Boundaries.IsEmpty ? planned.Lifted.Diagnostics : parts.Boundaries;
                bool IsLoss(CompiledPart p) => p.Method.Versions.IsEmpty && p.Method.Lifted.Diagnostics.Any(d => d.Rule == Rules.NoGain);
                planned = planned with { Lifted = planned.Lifted with { Diagnostics = [.. reasons, .. compiled.Where(IsLoss).SelectMany(p => p.Method.Lifted.Diagnostics)] }, Parts = [.. compiled.Where(p => !IsLoss(p))] };
            }

            methods.Add(planned with { Lifted = planned.Lifted with { Diagnostics = [.. planned.Lifted.Diagnostics.Select(Rated)] } });
        }

        return methods.ToImmutable();
    }

    // The native compiler takes a tenth of a second for some of them, at each of several levels.
    private const int MostKernels = 1000;

    // Nor must one in planning it. A part has its method's settings.
    private CompiledMethod Planned(LiftedMethod method, MethodDefinition settings, ref int regions)
    {
        int first = regions, left = MostKernels;
        PassOptions options = PassOptionsOf(settings);
        bool freezes = LiftOptions.SettingsOf(settings).Freeze == true && !method.Method.IsStatic && !method.Method.DeclaringType.IsValueType;
        try
        {
            var versions = ImmutableArray.CreateBuilder<CompiledVersion>();
            var losses = ImmutableArray.CreateBuilder<Diagnostic>();
            foreach (LiftedVersion version in method.Versions)
            {
                Plan plan = Pipeline.Run(version.Graph, options);
                (Plan Plan, FrozenPart Part)? frozen = freezes ? Freezer.Divide(version, options) : null;
                bool keep = true;
                if (benefit?.Judge(method, version, plan, out keep) is { } loss)
                {
                    losses.Add(loss);
                }

                if (!keep)
                {
                    continue;
                }

                plan = frozen?.Plan ?? plan;

                // A kernel that makes no sense is this method's failure, and must not end the compilation of all.
                KernelCall[] calls = [.. new[] { plan, frozen?.Part?.Plan }.OfType<Plan>().SelectMany(p => p.Steps).OfType<RegionStep>().SelectMany(r => r.Kernels)];
                foreach (KernelCall call in calls)
                {
                    KernelVerifier.Verify(call.Kernel);
                }

                int kernels = calls.Length;
                if ((left -= kernels) >= 0)
                {
                    versions.Add(new CompiledVersion(version, Numbered(plan, ref regions)) { Frozen = frozen?.Part is { } part ? part with { Plan = Numbered(part.Plan, ref regions) } : null });
                }
                else if (versions.Count == 0)
                {
                    throw new LiftException(Rules.TooManyKernels, Frame.StartOf(method.Method), kernels, MostKernels);
                }
            }

            return new CompiledMethod(losses.Count == 0 ? method : method with { Diagnostics = [.. method.Diagnostics, losses[0]] }, versions.ToImmutable());
        }
        catch (LiftException e)
        {
            return new CompiledMethod(method with { Versions = [], Diagnostics = [e.ToDiagnostic(method.Name)] }, []);
        }
        catch (Exception e) when (e is not CompilationException && Environment.GetEnvironmentVariable("DLAOT_DEBUG") is null or "")
        {
            regions = first;
            Diagnostic failure = Diagnostic.Of(Rules.InternalLifting, Frame.StartOf(method.Method), method.Name, $"{e.GetType().Name}: {e.Message}");
            return new CompiledMethod(method with { Versions = [], Diagnostics = [failure] }, []);
        }
    }

    private static Plan Numbered(Plan plan, ref int next)
    {
        var steps = ImmutableArray.CreateBuilder<PlanStep>();
        foreach (PlanStep step in plan.Steps)
        {
            steps.Add(step is RegionStep region ? region with { Region = next++ } : step);
        }

        return plan with { Steps = steps.ToImmutable() };
    }

    private byte[] Native(long buildId)
    {
        (Plan, RegionStep)[] regions = [.. Compiled.SelectMany(m => m.Versions).SelectMany(v => v.Plans).SelectMany(p => p.Steps.OfType<RegionStep>().Select(r => (p, r)))];
        try
        {
            return CpuCompiler.Compile(regions, CpuTarget.For(Options.Rid, Options.LibraryName, buildId));
        }
        catch (Exception e) when (ToolRule(Innermost(e)) is not null)
        {
            throw new CompilationException(Diagnostic.Of(ToolRule(Innermost(e))!, SourceLocation.None, "", Innermost(e).Message), e);
        }
    }

    // Levels are compiled in parallel: what fails comes wrapped.
    private static Exception Innermost(Exception e) => e is AggregateException { InnerException: { } inner } ? inner : e;

    private static DiagnosticRule? ToolRule(Exception e) => e switch
    {
        LlvmNotFoundException => Rules.LlvmMissing,
        LinkerNotFoundException => Rules.LinkerMissing,
        LinkFailedException => Rules.LinkFailed,
        _ => null,
    };

    // Identifies input and plans: the same input gives the same number.
    private long BuildId()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(Options.Input));
        foreach (Plan plan in Compiled.SelectMany(m => m.Versions).SelectMany(v => v.Plans))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(DlAot.Ir.Text.PlanPrinter.Print(plan)));
        }

        return BinaryPrimitives.ReadInt64LittleEndian(hash.GetHashAndReset());
    }

    private void Done(string phase, long start, string detail) => progress?.Invoke(new PhaseDone(phase, Stopwatch.GetElapsedTime(start), detail));
}
