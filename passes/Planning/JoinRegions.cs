using System.Collections.Immutable;
using DlAot.Ir.Plans;

namespace DlAot.Passes.Planning;

/// <summary>Kernels one after another become one region (numbered from 0); tensors are freed after the step of their last use.</summary>
internal static class JoinRegions
{
    public static Plan Run(Plan plan)
    {
        var joined = new List<PlanStep>();
        int regions = 0;
        foreach (PlanStep step in plan.Steps)
        {
            if (step is RegionStep next && joined is [.., RegionStep open])
            {
                joined[^1] = open with { Kernels = [.. open.Kernels, .. next.Kernels] };
            }
            else
            {
                joined.Add(step is RegionStep first ? first with { Region = regions++ } : step);
            }
        }

        Dictionary<int, int> last = PlanMemory.LastUses(plan with { Steps = [.. joined] });
        var steps = ImmutableArray.CreateBuilder<PlanStep>();
        for (int i = 0; i < joined.Count; i++)
        {
            steps.Add(joined[i]);
            steps.AddRange(PlanMemory.BuffersOf(joined[i]).Distinct()
                .Where(b => last[b] == i && plan.Buffers[b].Kind is BufferKind.Tensor or BufferKind.Extern)
                .Order().Select(b => new FreeStep(b)));
        }

        return plan with { Steps = steps.ToImmutable() };
    }
}
