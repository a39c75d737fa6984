using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.Reports;

/// <summary>What became of every candidate of an assembly: the data behind <c>dlaot explain</c>, its JSON and its HTML page.</summary>
public sealed record ExplainReport(string Assembly, ImmutableArray<MethodReport> Methods)
{
    public static ExplainReport Of(Compilation compilation) => new(
        compilation.Assembly.Name.Name, [.. compilation.Methods.Select(m => MethodReport.Of(m, compilation.Methods))]);

    public string ToJson() => ReportJson.Write(this);
}

/// <param name="Verdict"><c>whole</c>: one compiled graph, or nothing to compile. <c>parts</c>: ranges of it, or modules that it uses, are compiled. <c>eager</c>: the original.</param>
/// <param name="Boundaries">Why it is not whole, with the place.</param>
/// <param name="Parts">The compiled ranges of a method that is not whole.</param>
/// <param name="Effects">Visible effects that compiled code replays; methods with others stay eager.</param>
public sealed record MethodReport(
    string Method, string Location, string Verdict, ImmutableArray<BoundaryReport> Boundaries, ImmutableArray<VersionReport> Versions, ImmutableArray<PartReport> Parts, ImmutableArray<string> Effects)
{
    public static MethodReport Of(CompiledMethod m, ImmutableArray<CompiledMethod> all) => new(
        m.Lifted.Name,
        Frame.StartOf(m.Lifted.Method).ToString(),
        !m.Parts.IsEmpty && !IsCounted(m) ? "parts" : !m.Versions.IsEmpty || m.Lifted.IsTrivial ? "whole" : UsesCompiled(m, all) ? "parts" : "eager",
        [.. m.Lifted.Diagnostics.Select(d => new BoundaryReport(d.Rule.Code, d.Severity, d.Rule.Title, d.Location.ToString(), d.Text, d.Rule.Advice))],
        [.. m.Versions.Select(VersionReport.Of)],
        [.. m.Parts.Select(p => new PartReport(p.Method.Lifted.Name, p.FirstLine == 0 ? "" : $"{p.File}({p.FirstLine}-{p.LastLine})", [.. p.Method.Versions.Select(VersionReport.Of)]))],
        [.. m.WithParts.SelectMany(c => c.Versions).SelectMany(v => v.Lifted.Effects).Select(e => e.ToString()!).Distinct()]);

    // Versions for certain numbers of turns, and parts for all others.
    private static bool IsCounted(CompiledMethod m) => !m.Versions.IsEmpty && m.Versions.All(v => v.Lifted.LoopExits.IsEmpty);

    // Fields of module types whose forward is compiled.
    private static bool UsesCompiled(CompiledMethod m, ImmutableArray<CompiledMethod> all) =>
        m.Lifted.Method.DeclaringType.Fields.Any(f => all.Any(o => !o.Versions.IsEmpty && o != m
            && (f.FieldType.FullName == o.Lifted.Method.DeclaringType.FullName || (f.FieldType as Mono.Cecil.GenericInstanceType)?.GenericArguments.Any(a => a.FullName == o.Lifted.Method.DeclaringType.FullName) == true)));
}

/// <param name="Lines"><c>Model.cs(12-20)</c>.</param>
public sealed record PartReport(string Method, string Lines, ImmutableArray<VersionReport> Versions);

public sealed record BoundaryReport(string Code, Severity Severity, string Title, string Location, string Text, string Advice);

/// <summary>One compiled version of a method.</summary>
public sealed record VersionReport(
    string Signature, ImmutableArray<string> Assumptions, ImmutableArray<RegionReport> Regions, ImmutableArray<ExternReport> ExternSteps,
    ImmutableArray<GuardReport> Guards, string ArenaBytes, ImmutableArray<BufferReport> Buffers)
{
    public int KernelCount => Regions.Sum(r => r.Kernels.Length);

    /// <summary>Kernels that run when parameters have changed only.</summary>
    public int FrozenKernels { get; init; }

    public static VersionReport Of(CompiledVersion v)
    {
        var written = new HashSet<int>();
        return new(
            Describe(v.Lifted.Graph),
            v.Lifted.Assumptions,
            [.. v.Plan.Steps.OfType<RegionStep>().Select(r => new RegionReport(r.Region, [.. r.Kernels.Select(k => KernelReport.Of(k, written))]))],
            [.. v.Plan.Steps.OfType<ExternStep>().Select(s => new ExternReport(s.Node.Op.Name, s.Node.Location.ToString(), [.. s.Operands.Where(o => o >= 0)], s.Results))],
            [.. v.Lifted.Guards.Select(g => new GuardReport(g.ToString()!, g.Proved, g.Location.ToString())), .. TensorGuards(v.Lifted.Graph)],
            v.Plan.ArenaBytes.ToString(),
            [.. v.Plan.Buffers.Select(b => new BufferReport(b.Id, b.Name, b.Type.ToString(), b.Kind.ToString()))])
        {
            FrozenKernels = v.Frozen?.Plan.Steps.OfType<RegionStep>().Sum(r => r.Kernels.Length) ?? 0,
        };
    }

    private static string Describe(Graph g) =>
        $"({string.Join(", ", g.Inputs.Where(i => !i.Name.Contains('.', StringComparison.Ordinal) && i.Kind == InputKind.Tensor).Select(i => $"{i.Name}: {i.Value.Type}"))}) -> {string.Join(", ", g.Outputs.Select(o => o.Type))}";

    private static IEnumerable<GuardReport> TensorGuards(Graph g) =>
        g.Inputs.Where(i => i.Kind == InputKind.Tensor).Select(i => new GuardReport($"{i.Name} is a contiguous CPU tensor {i.Value.Type} that needs no gradient", false, ""))
            .Concat(g.Constraints.Select(c => new GuardReport(c.ToString(), false, c.Location.ToString())));
}

public sealed record RegionReport(int Region, ImmutableArray<KernelReport> Kernels);

public sealed record KernelReport(string Name, ImmutableArray<string> Origins, ImmutableArray<int> Reads, ImmutableArray<int> Writes, string Space)
{
    // A buffer that was written before and is written again is worked on in place: read too.
    public static KernelReport Of(KernelCall call, HashSet<int> written) => new(
        call.Kernel.Name,
        [.. call.Kernel.Origins.Select(o => o.ToString()).Distinct()],
        [.. call.Buffers.Where((b, i) => !call.Kernel.Buffers[i].IsWritten || !written.Add(b))],
        [.. call.Buffers.Where((_, i) => call.Kernel.Buffers[i].IsWritten)],
        string.Join(" x ", call.Kernel.Grid.Select(d => d.ToString()).Append(string.Join("; ", call.Kernel.Phases.Select(Extent))).Where(s => s.Length > 0)));

    private static string Extent(Phase phase) => phase switch
    {
        LoopPhase loop => string.Join("*", loop.Extents),
        ContractPhase c => $"{c.M}*{c.N}*{c.K}",
        _ => "",
    };
}

public sealed record ExternReport(string Op, string Location, ImmutableArray<int> Reads, ImmutableArray<int> Writes);

/// <param name="Proved">Holds by proof and is not checked.</param>
public sealed record GuardReport(string Text, bool Proved, string Location);

public sealed record BufferReport(int Id, string Name, string Type, string Kind);
