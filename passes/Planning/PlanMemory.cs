using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;

namespace DlAot.Passes.Planning;

/// <summary>Writes in place where it can, places what is left in one arena, frees tensors after their last use, and joins kernels into regions.</summary>
internal static class PlanMemory
{
    public static PassState Run(PassState state, PassOptions options)
    {
        Plan plan = WriteInPlace.Run(state.Plan!);
        return state with { Plan = JoinRegions.Run(PlaceInArena.Run(plan)) };
    }

    /// <summary>The plan buffers that a step touches.</summary>
    public static IEnumerable<int> BuffersOf(PlanStep step) => step switch
    {
        RegionStep r => r.Kernels.SelectMany(k => k.Buffers),
        ExternStep e => e.Operands.Concat(e.Results).Where(b => b >= 0),
        FreeStep f => [f.Buffer],
        _ => [],
    };

    /// <summary>The position of the last step that touches each buffer; outputs live for ever.</summary>
    public static Dictionary<int, int> LastUses(Plan plan)
    {
        var last = new Dictionary<int, int>();
        for (int i = 0; i < plan.Steps.Length; i++)
        {
            foreach (int buffer in BuffersOf(plan.Steps[i]))
            {
                last[buffer] = i;
            }
        }

        foreach (int output in plan.Outputs)
        {
            last[output] = int.MaxValue;
        }

        return last;
    }
}
