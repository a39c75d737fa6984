using System.Collections;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// Locals and arguments whose value is still needed, before each instruction (backward data flow; an exception may leave a protected
/// block after any of its instructions).
/// </summary>
internal sealed class Liveness
{
    private readonly WorkingBody body;
    private readonly IReadOnlySet<Instruction> constructed;
    private readonly Dictionary<object, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<object> slots = [];
    private readonly BitArray[] live;
    private readonly BitArray[] caught; // needed by handlers around it when an exception runs them

    /// <param name="constructed">Loads of addresses that replace the whole value.</param>
    public Liveness(WorkingBody body, IReadOnlySet<Instruction> constructed)
    {
        (this.body, this.constructed) = (body, constructed);
        foreach (object slot in body.Code.Select(SlotOf).OfType<object>())
        {
            if (numbers.TryAdd(slot, slots.Count))
            {
                slots.Add(slot);
            }
        }

        caught = [.. body.Code.Select(_ => new BitArray(slots.Count))];
        BitArray[] thrown = Solve(Successors(afterFinally: false), CollectCaught);
        CollectCaught(thrown);
        live = Solve(Successors(afterFinally: true), _ => { });
    }

    /// <summary>The local or argument that an instruction names; <c>this</c> is none.</summary>
    public object? SlotOf(Instruction i) => i.OpCode.Code is Code.Ldloc or Code.Ldloca or Code.Stloc or Code.Ldarg or Code.Ldarga or Code.Starg && !body.IsThis(i) ? i.Operand : null;

    /// <summary>It replaces the whole value.</summary>
    public static bool IsStore(Instruction i) => i.OpCode.Code is Code.Stloc or Code.Starg;

    /// <summary>It may replace the value or part of it.</summary>
    public static bool MayStore(Instruction i) => i.OpCode.Code is Code.Stloc or Code.Starg or Code.Ldloca or Code.Ldarga;

    /// <summary>What is needed at an instruction.</summary>
    public IEnumerable<object> At(int index) => Members(live[index]);

    /// <summary>What handlers need when an exception leaves the instruction.</summary>
    public IEnumerable<object> CaughtAt(int index) => Members(caught[index]);

    private IEnumerable<object> Members(BitArray set) => slots.Where((_, n) => set[n]);

    private static bool Same(BitArray a, BitArray b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i])
            {
                return false;
            }
        }

        return true;
    }

    private BitArray[] Solve(int[][] next, Action<BitArray[]> collectCaught)
    {
        BitArray[] now = [.. Enumerable.Range(0, body.Code.Count + 1).Select(_ => new BitArray(slots.Count))];
        bool isChanged = true;
        while (isChanged)
        {
            collectCaught(now);
            isChanged = false;
            for (int k = body.Code.Count - 1; k >= 0; k--)
            {
                var before = new BitArray(slots.Count);
                foreach (int successor in next[k])
                {
                    before.Or(now[successor]);
                }

                Instruction i = body.Code[k];
                if (SlotOf(i) is { } slot)
                {
                    before[numbers[slot]] = !IsStore(i) && !constructed.Contains(i);
                }

                before.Or(caught[k]);
                if (!Same(before, now[k]))
                {
                    (now[k], isChanged) = (before, true);
                }
            }
        }

        return now;
    }

    private void CollectCaught(BitArray[] now)
    {
        foreach (ExceptionHandler h in body.Handlers)
        {
            BitArray handler = now[body.IndexOf(h.FilterStart ?? h.HandlerStart)];
            for (int k = body.IndexOf(h.TryStart), end = body.IndexOf(h.TryEnd); k < end; k++)
            {
                caught[k].Or(handler);
            }
        }
    }

    private int[][] Successors(bool afterFinally)
    {
        var next = new int[body.Code.Count][];
        for (int k = 0; k < next.Length; k++)
        {
            Instruction i = body.Code[k];
            IEnumerable<int> all = IlCode.Targets(i).Select(body.IndexOf);
            next[k] = [.. IlCode.FallsThrough(i) && i.OpCode.Code is not (Code.Endfinally or Code.Endfilter) ? all.Append(k + 1) : all];
        }

        // A finally block goes on where the block that it belongs to was left for (not when an exception runs it); a filter goes on with its handler.
        foreach (ExceptionHandler h in body.Handlers)
        {
            int start = body.IndexOf(h.TryStart), end = body.IndexOf(h.TryEnd), handler = body.IndexOf(h.HandlerStart), last = body.IndexOfEnd(h.HandlerEnd);
            int[] goals = [.. Enumerable.Range(start, end - start).Where(k => body.Code[k].OpCode.Code == Code.Leave).Select(k => body.IndexOf((Instruction)body.Code[k].Operand)).Where(t => t < start || t >= end).Distinct()];
            for (int k = handler; k < last; k++)
            {
                if (afterFinally && body.Code[k].OpCode.Code == Code.Endfinally)
                {
                    next[k] = [.. next[k], .. goals];
                }
            }

            for (int k = h.FilterStart is null ? handler : body.IndexOf(h.FilterStart); k < handler; k++)
            {
                if (body.Code[k].OpCode.Code == Code.Endfilter)
                {
                    next[k] = [handler];
                }
            }
        }

        return next;
    }
}
