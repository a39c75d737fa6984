using System.Collections.Immutable;
using System.Text;
using DlAot.Ir.Plans;

namespace DlAot.Ir.Text;

/// <summary>A plan as readable, deterministic text: buffers, steps, then the kernels in full.</summary>
public static class PlanPrinter
{
    public static string Print(Plan plan)
    {
        var text = new StringBuilder($"plan {Names.Write(plan.Name)} {{\n");
        Line("symbols", plan.Symbols);
        Line("scalars", plan.Scalars.Select(s => s.Name()));
        text.Append($"  arena {plan.ArenaBytes}\n");
        foreach (PlanBuffer b in plan.Buffers)
        {
            text.Append($"  %{b.Id} {Names.Write(b.Name)}: {b.Type} {Place(b)}{(b.Strides.IsDefaultOrEmpty ? "" : $" strides [{string.Join(",", b.Strides)}]")}\n");
        }

        foreach (PlanStep step in plan.Steps)
        {
            Print(text, step);
        }

        text.Append($"  return {Ids(plan.Outputs)}".TrimEnd()).Append("\n}\n");
        foreach (KernelCall call in plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels).DistinctBy(c => c.Kernel.Name))
        {
            text.Append('\n').Append(KernelPrinter.Print(call.Kernel));
        }

        return text.ToString();

        void Line(string word, IEnumerable<string> items)
        {
            string all = string.Join(", ", items);
            text.Append(all.Length == 0 ? "" : $"  {word} {all}\n");
        }
    }

    private static void Print(StringBuilder text, PlanStep step)
    {
        switch (step)
        {
            case RegionStep region:
                text.Append($"  region {region.Region}\n");
                foreach (KernelCall call in region.Kernels)
                {
                    text.Append($"    {Names.Write(call.Kernel.Name)}({Ids(call.Buffers)})\n");
                }

                break;
            case ExternStep e:
                string attributes = string.Join(", ", e.Node.Attributes.Select(a => $"{a.Key}={AttributeText.Write(a.Value)}"));
                string at = e.Node.Location == SourceLocation.None ? "" : $" @ {e.Node.Location}";
                text.Append($"  {Ids(e.Results)}{(e.Results.IsEmpty ? "" : " = ")}extern {e.Node.Op.Name}({Ids(e.Operands)}){(attributes.Length == 0 ? "" : $" {{{attributes}}}")}{at}\n");
                break;
            case FreeStep free:
                text.Append($"  free %{free.Buffer}\n");
                break;
            default:
                throw new ArgumentException($"unknown step {step}", nameof(step));
        }
    }

    private static string Place(PlanBuffer b) => b.Kind switch
    {
        BufferKind.Input => $"input {b.Input}",
        BufferKind.Arena => $"arena {b.Offset}",
        _ => b.Kind.ToString().ToLowerInvariant(),
    };

    private static string Ids(ImmutableArray<int> buffers) => string.Join(", ", buffers.Select(b => b < 0 ? "_" : $"%{b}"));
}
