using System.Collections.Immutable;
using System.Text;
using DlAot.Ir.Kernels;

namespace DlAot.Ir.Text;

/// <summary>
/// A kernel as readable, deterministic text:
/// <code>
/// kernel softmax(b0 x: f32[N*10], out b1 y: f32[N*10]) {
///   from Model.cs(12,5)
///   grid g0 &lt; N
///   loop i0 &lt; 10 {
///     t0 = max b0[g0 * 10 + i0]
///   }
/// }
/// </code>
/// </summary>
public static class KernelPrinter
{
    public static string Print(Kernel kernel)
    {
        var text = new StringBuilder();
        var writer = new ExprWriter(text);
        string buffers = string.Join(", ", kernel.Buffers.Select((b, i) => $"{(b.IsWritten ? "out " : "")}b{i} {Names.Write(b.Name)}: {b.Type.Name()}[{b.Elements}]"));
        text.Append($"kernel {Names.Write(kernel.Name)}({buffers}) {{\n");
        ImmutableArray<string> origins = [.. kernel.Origins.Where(o => o != SourceLocation.None).Select(o => o.ToString()).Distinct()];
        text.Append(origins.IsEmpty ? "" : $"  from {string.Join(", ", origins)}\n");
        text.Append(kernel.Schedule == new Schedule() ? "" : $"  {ScheduleText(kernel.Schedule)}\n");
        writer.Begin(kernel.Checks, "  ");
        foreach (Expr check in kernel.Checks)
        {
            text.Append($"  check {writer.Write(check)}{(kernel.CheckLoops.IsEmpty ? "" : $" for {Loops("i", kernel.CheckLoops)}")}\n");
        }

        text.Append($"  grid {Loops("g", kernel.Grid)}".TrimEnd()).Append('\n');
        foreach (Phase phase in kernel.Phases)
        {
            Print(text, writer, phase);
        }

        return text.Append("}\n").ToString();
    }

    private static void Print(StringBuilder text, ExprWriter writer, Phase phase)
    {
        switch (phase)
        {
            case LoopPhase loop:
                text.Append($"  loop {Loops("i", loop.Extents)}".TrimEnd()).Append(" {\n");
                writer.Begin(loop.Roots, "    ");
                foreach (Reduction r in loop.Reductions)
                {
                    text.Append($"    t{r.Result.Id}: {r.Result.Type.Name()} = {r.Kind.ToString().ToLowerInvariant()} {writer.Write(r.Value)}\n");
                }

                Print(text, writer, loop.Stores);
                break;
            case ContractPhase c:
                text.Append($"  contract m < {c.M}, n < {c.N}, k < {c.K} {{\n");
                writer.Begin(c.Roots, "    ");
                text.Append($"    t{c.Result.Id}: {c.Result.Type.Name()} = sum over k of ({writer.Write(c.A)}) * ({writer.Write(c.B)})\n");
                Print(text, writer, c.Stores);
                break;
            default:
                throw new ArgumentException($"unknown phase {phase}", nameof(phase));
        }

        text.Append("  }\n");
    }

    private static void Print(StringBuilder text, ExprWriter writer, ImmutableArray<Store> stores)
    {
        foreach (Store s in stores)
        {
            text.Append($"    b{s.Buffer}[{writer.Write(s.Index)}] = {writer.Write(s.Value)}{(s.Predicate is null ? "" : $" if {writer.Write(s.Predicate)}")}\n");
        }
    }

    private static string Loops(string prefix, ImmutableArray<DimExpr> extents) => string.Join(", ", extents.Select((e, i) => $"{prefix}{i} < {e}"));

    private static string ScheduleText(Schedule s) => string.Join(" ", new[]
    {
        "schedule", s.Parallel ? "parallel" : "serial", s.Exact ? "exact" : "", s.MicroM > 0 ? $"m={s.MicroM}" : "", s.MicroN > 0 ? $"n={s.MicroN}" : "",
        s.UnrollVectors > 0 ? $"unroll={s.UnrollVectors}" : "",
    }.Where(word => word.Length > 0));
}
