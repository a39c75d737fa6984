using System.Collections.Immutable;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Reports;
using DlAot.Ir.Plans;

namespace DlAot.Benchmarks.Samples;

/// <summary>What the compiler says of one method.</summary>
/// <param name="Whole">Compiled as one graph; false means that the original body stays, on compiled parts where there are any.</param>
internal sealed record MethodFacts(bool Whole, int Regions, int Kernels, int ExternSteps);

/// <summary>The sample assemblies, compiled into one folder each.</summary>
internal sealed class CompiledSamples
{
    private readonly Dictionary<string, ImmutableArray<CompiledMethod>> _methods = [];
    private readonly Dictionary<string, string[]> _written = [];

    public required string Folder { get; init; }

    /// <summary>How long each phase took, by assembly.</summary>
    public Dictionary<string, List<PhaseDone>> Phases { get; } = [];

    /// <summary>Compiles assemblies that lie beside this program; also writes each one's report as an HTML page.</summary>
    /// <exception cref="Compiler.Diagnostics.CompilationException">One cannot be compiled.</exception>
    public static CompiledSamples Compile(string folder, IEnumerable<string> assemblies)
    {
        var compiled = new CompiledSamples { Folder = folder };
        foreach (string name in assemblies)
            compiled.Add(name);
        return compiled;
    }

    /// <summary>Facts about the method that a model's call runs, in the version for inputs of that rank.</summary>
    public MethodFacts Facts(Sample sample)
    {
        Type type = OneAssembly.Load(Original(sample.Assembly)).GetType(sample.Type, throwOnError: true)!;
        string name = $"{type.GetMethod("forward")!.DeclaringType!.FullName}.forward";
        using var input = sample.Input(1);
        var version = _written[sample.Assembly].Contains(name)
            ? _methods[sample.Assembly].First(method => method.Lifted.Name == name).Versions.FirstOrDefault(v => ArgumentRank(v) == input.dim())
            : null;
        if (version is null)
            return new MethodFacts(false, 0, 0, 0);
        RegionStep[] regions = [.. version.Plan.Steps.OfType<RegionStep>()];
        return new MethodFacts(true, regions.Length, regions.Sum(region => region.Kernels.Length), version.Plan.Steps.OfType<ExternStep>().Count());
    }

    private static string Original(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    private static long ArgumentRank(CompiledVersion version) => version.Lifted.Graph.Inputs
        .Zip(version.Lifted.Inputs).First(pair => pair.Second is Compiler.Lifting.Access.Argument { Index: > 0 }).First.Value.Rank;

    private void Add(string name)
    {
        List<PhaseDone> phases = Phases[name] = [];
        using var compilation = Compilation.Open(new CompileOptions { Input = Original(name) }, phases.Add);
        compilation.Plan();
        OutputFolder.Write(Path.Combine(Folder, name), Original(name), compilation.Build());
        _methods[name] = compilation.Methods;
        _written[name] = [.. compilation.Written];
        File.WriteAllText(Path.Combine(Folder, name + ".html"), HtmlReport.Write(ExplainReport.Of(compilation)));
    }
}
