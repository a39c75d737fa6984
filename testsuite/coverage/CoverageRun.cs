using System.Reflection;
using System.Runtime.Loader;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.DropIn;
using DlAot.Ir.Plans;
using DlAot.Runtime;
using DlAot.Tests.DropIn;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

/// <summary>Compiles the corpus and calls every class of it, as written and as compiled, in evaluation and in training mode.</summary>
internal sealed class CoverageRun : IDisposable
{
    private const int Seed = 20;
    private readonly DropInApplication? _application;
    private readonly Assembly _assembly;
    private readonly CorpusSide _original, _dropIn;
    private readonly Dictionary<string, CompiledMethod> _methods;
    private readonly IReadOnlyDictionary<string, string> _reasons;

    /// <summary>The corpus as it was written, and rewritten in some way.</summary>
    public CoverageRun(Assembly original, Assembly rewritten)
    {
        (_assembly, _original, _dropIn) = (original, new CorpusSide(original), new CorpusSide(rewritten));
        _methods = [];
        _reasons = new Dictionary<string, string>();
    }

    private CoverageRun(DropInApplication application, IReadOnlyDictionary<string, string> reasons)
    {
        _application = application;
        _assembly = application.Original;
        _reasons = reasons;
        _original = new CorpusSide(application.Original);
        _dropIn = new CorpusSide(application.DropIn);
        _methods = application.Methods.Where(m => application.Result.Methods.Contains(m.Lifted.Name)).ToDictionary(m => m.Lifted.Name);
    }

    /// <summary>Classes of the corpus with a forward method of their own that users can make.</summary>
    public IEnumerable<string> Classes => _assembly.GetExportedTypes()
        .Where(t => t is { IsAbstract: false, IsGenericType: false } && typeof(nn.Module).IsAssignableFrom(t)).Select(t => t.FullName!);

    /// <param name="forThisMachine">Native code to be timed.</param>
    public static CoverageRun Compile(bool forThisMachine = false)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Corpus.dll");
        var application = DropInApplication.OfAssembly(path, forThisMachine: forThisMachine);
        using var compilation = DlAot.Compiler.Driver.Compilation.Open(new() { Input = path });
        compilation.Plan();
        var reasons = compilation.Methods.Where(m => m.Versions.IsEmpty).Select(m => (m.Lifted.Name, Reason: string.Join("; ", m.Lifted.Diagnostics.Select(d => $"{d.Rule.Code} {d.Text} ({d.Location})"))))
            .Concat(application.Result.Diagnostics.Select(d => (Name: d.Subject, Reason: $"{d.Rule.Code} {d.Text}")));
        return new CoverageRun(application, reasons.GroupBy(r => r.Name).ToDictionary(g => g.Key, g => g.First().Reason));
    }

    /// <summary>Predicted and measured speedups of the rows and of the sample models.</summary>
    public SpeedResult[] Time(IEnumerable<CorpusRow> rows, CostRates rates) => SpeedRun.Run(_application!, rows, rates);

    public CoverageResult[] Run(IEnumerable<CorpusRow> rows) => [.. rows.Select(Run)];

    public void Dispose() => _application?.Dispose();

    private CoverageResult Run(CorpusRow row)
    {
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        object original = row.Make(_original);
        manual_seed(Seed);
        object dropIn = row.Make(_dropIn);
        Roughen((nn.Module)original, (nn.Module)dropIn);
        MethodInfo forward = Forward(original);
        string name = $"{forward.DeclaringType!.FullName!.Split('[')[0]}.forward";
        CompiledMethod? method = _methods.GetValueOrDefault(name);
        string? difference = null;
        bool gaveResult = false;
        var misses = new HashSet<string>();
        var partMisses = new HashSet<string>();
        Evaluate(true);
        Evaluate(false);
        difference ??= gaveResult ? null : "every call throws";
        bool whole = method is not null && misses.Count == 0;
        bool parts = !whole && ((nn.Module)dropIn).named_modules().Select(m => $"{m.module.GetType().FullName}.").Append(name[..^"forward".Length])
            .Any(owner => _methods.Keys.Any(k => (k == owner + "forward" && k != name) || k.StartsWith(owner + "<", StringComparison.Ordinal)));
        var plan = method?.Versions[0].Plan;
        return new CoverageResult(
            row.Type, [.. row.FeatureNames], row.IsDataDependent, whole, parts, plan?.Steps.OfType<RegionStep>().Count() ?? 0, plan?.Steps.OfType<ExternStep>().Count() ?? 0, difference is null,
            string.Join("; ", new[] { difference, misses.Count > 0 ? "missed: " + string.Join(", ", misses) : null, partMisses.Count > 0 ? "parts missed: " + string.Join(", ", partMisses) : null, method is null ? _reasons.GetValueOrDefault(name, "not lifted") : null }.OfType<string>()));

        // Evaluation without gradients for every input; one call in training mode, which must run the original.
        void Evaluate(bool evaluates)
        {
            using var off = set_grad_enabled(!evaluates);
            ((nn.Module)original).train(!evaluates);
            ((nn.Module)dropIn).train(!evaluates);
            foreach (var (inputs, i) in row.Inputs.Take(evaluates ? row.Inputs.Length : 1).Select((f, i) => (f, i)))
            {
                difference ??= Compare(inputs, $"{(evaluates ? "eval" : "train")} {i}");
            }
        }

        (string Reason, long Count)[] PartMisses() => [.. DlAot.Runtime.Fallback.Reasons().Where(r => r.Method.StartsWith(name[..^"forward".Length] + "<", StringComparison.Ordinal)).Select(r => ($"{r.Method[name[..^"forward".Length].Length..]}: {r.Reason}", r.Count))];

        string? Compare(Func<CorpusSide, object?[]> inputs, string what)
        {
            manual_seed(Seed + 1);
            object?[] a = inputs(_original);
            manual_seed(Seed + 1);
            object?[] b = inputs(_dropIn);
            var before = DropInApplication.Misses(name);
            var partsBefore = PartMisses();
            var (x, y) = (Outcome(original, a), Outcome(dropIn, b));
            gaveResult |= x is not Exception;
            if (x is not Exception && what.StartsWith("eval", StringComparison.Ordinal))
                misses.UnionWith(DropInApplication.Misses(name).Where(m => m.Value != before.GetValueOrDefault(m.Key)).Select(m => m.Key)); // to throw is the original's work

            if (what.StartsWith("eval", StringComparison.Ordinal))
                partMisses.UnionWith(PartMisses().Except(partsBefore).Select(m => m.Reason));

            return (x is Exception e && y is Exception f ? (e.GetType() == f.GetType() && e.Message == f.Message ? null : $"{e.Message} and {f.Message}")
                : x is Exception or null != y is Exception or null ? $"{Text(x)} and {Text(y)}" : CorpusComparison.Difference(x, y))
                is { } d ? $"{what}: {d}" : (CorpusComparison.Difference(a, b, "inputs") ?? State(original, dropIn)) is { } s ? $"{what}: {s}" : null;
        }
    }

    private static string Text(object? outcome) => outcome is Exception e ? $"{e.GetType().Name} {e.Message}{e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Corpus", StringComparison.Ordinal))}" : "a result";

    private static MethodInfo Forward(object module) =>
        module.GetType().GetMethods().First(m => m is { Name: "forward", IsAbstract: false } && m.DeclaringType!.Namespace!.StartsWith("Corpus", StringComparison.Ordinal));

    private static object? Outcome(object module, object?[] arguments)
    {
        try
        {
            manual_seed(Seed + 2);
            return Forward(module).Invoke(module, arguments);
        }
        catch (TargetInvocationException e)
        {
            return e.InnerException!;
        }
    }

    // Buffers, parameters and public properties after a call.
    private static string? State(object original, object dropIn)
    {
        var (a, b) = (((nn.Module)original).state_dict(), ((nn.Module)dropIn).state_dict());
        return a.Select(p => CorpusComparison.Difference(p.Value, b[p.Key], p.Key)).FirstOrDefault(d => d is not null)
            ?? CorpusComparison.Readable(original.GetType()).Select(p => CorpusComparison.Difference(p.GetValue(original), dropIn.GetType().GetProperty(p.Name)!.GetValue(dropIn), p.Name)).FirstOrDefault(d => d is not null);
    }

    // Freshly made norms have weight 1, bias 0: a compiler that forgot them would not be noticed.
    private static void Roughen(nn.Module original, nn.Module dropIn)
    {
        using var off = no_grad();
        foreach (var (_, t) in original.state_dict())
        {
            if (t.is_floating_point())
                t.copy_(t * (1 + 0.1 * rand_like(t)) + 0.02 * rand_like(t));
        }

        dropIn.load_state_dict(original.state_dict());
    }
}
