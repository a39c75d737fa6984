using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;

namespace DlAot.Passes.Planning;

/// <summary>
/// Arena buffers get slots; a slot whose buffer is dead is taken again, best by a buffer of equal size, then of a size that is provably
/// not larger, then of any size: the slot is as large as the largest. Slots lie one after another, each a multiple of 64 bytes.
/// </summary>
internal static class PlaceInArena
{
    private const long Alignment = 64;

    public static Plan Run(Plan plan)
    {
        Dictionary<int, int> last = PlanMemory.LastUses(plan);
        var slots = new List<DimExpr>();
        var slotOf = new Dictionary<int, int>();
        var free = new List<int>();
        for (int i = 0; i < plan.Steps.Length; i++)
        {
            int[] touched = [.. PlanMemory.BuffersOf(plan.Steps[i]).Distinct().Where(b => plan.Buffers[b].Kind == BufferKind.Arena)];
            foreach (int buffer in touched.Where(b => !slotOf.ContainsKey(b)))
            {
                slotOf[buffer] = Take(slots, free, plan.Buffers[buffer].Type.Numel * plan.Buffers[buffer].Type.DType.Size());
            }

            free.AddRange(touched.Where(b => last[b] == i).Select(b => slotOf[b]));
        }

        var offsets = new List<DimExpr>();
        DimExpr end = DimExpr.Zero;
        foreach (DimExpr size in slots)
        {
            offsets.Add(end);
            end += DimExpr.CeilDiv(size, Alignment) * Alignment;
        }

        return plan with
        {
            Buffers = [.. plan.Buffers.Select(b => slotOf.TryGetValue(b.Id, out int slot) ? b with { Offset = offsets[slot] } : b)],
            ArenaBytes = end,
        };
    }

    private static int Take(List<DimExpr> slots, List<int> free, DimExpr bytes)
    {
        int at = free.FindIndex(s => slots[s] == bytes);
        at = at >= 0 ? at : free.FindIndex(s => DimExpr.AtLeast(slots[s], bytes));
        at = at >= 0 ? at : free.FindIndex(s => DimExpr.AtLeast(bytes, slots[s]));
        at = at >= 0 ? at : free.Count - 1;
        if (at < 0)
        {
            slots.Add(bytes);
            return slots.Count - 1;
        }

        int slot = free[at];
        free.RemoveAt(at);
        slots[slot] = DimExpr.Max(slots[slot], bytes);
        return slot;
    }
}
