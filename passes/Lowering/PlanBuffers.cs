using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Passes.Fusion;

namespace DlAot.Passes.Lowering;

/// <summary>The stored values of a graph as plan buffers, numbered as they are met.</summary>
internal sealed class PlanBuffers(PassState state)
{
    private readonly Dictionary<Value, int> numbers = [];
    private readonly List<Value> values = [];
    private readonly Dictionary<Value, string> names = [];

    public int Number(Value value)
    {
        if (!numbers.TryGetValue(value, out int number))
        {
            numbers[value] = number = values.Count;
            values.Add(value);
        }

        return number;
    }

    /// <summary>Names what a kernel writes after the kernel.</summary>
    public void NameRoots(Group group, string kernel)
    {
        for (int i = 0; i < group.Roots.Count; i++)
        {
            names[group.Roots[i].Value] = i == 0 ? kernel : $"{kernel}.{i}";
        }
    }

    public string NameOf(Value value) =>
        names.GetValueOrDefault(value) ?? (value.Node is null ? state.Graph.Inputs[value.Index].Name : $"{value.Op!.Name}.{Number(value)}");

    /// <summary>What only kernels touch goes to the arena (not placed yet); what the library or the caller sees, or whose size is not known at the start, is a tensor.</summary>
    public ImmutableArray<PlanBuffer> ToPlan(IEnumerable<PlanStep> steps, ImmutableArray<int> outputs)
    {
        HashSet<int> seen = [.. outputs, .. steps.OfType<ExternStep>().SelectMany(s => s.Operands)];
        var late = state.Graph.LateSymbols;
        HashSet<int> made = [.. steps.OfType<ExternStep>().SelectMany(s => s.Results)];
        return
        [
            .. values.Select((v, i) =>
            {
                bool isInput = v.Node is null && !state.Groups!.Producers.ContainsKey(v);
                BufferKind kind = isInput ? BufferKind.Input : made.Contains(i) ? BufferKind.Extern : seen.Contains(i) || v.Shape.Any(d => d.Symbols.Any(late.ContainsKey)) ? BufferKind.Tensor : BufferKind.Arena;
                return new PlanBuffer(i, NameOf(v), v.Type, kind, isInput ? v.Index : -1);
            }),
        ];
    }
}
