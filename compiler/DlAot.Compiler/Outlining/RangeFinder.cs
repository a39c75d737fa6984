using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>A run of instructions with one way in, at its start, and one way out.</summary>
/// <param name="Start">First index.</param>
/// <param name="End">Index after the last: where control goes on.</param>
/// <param name="Returns">It ends the method instead: every way through it returns or throws.</param>
internal sealed record CodeRange(int Start, int End, bool Returns)
{
    public int Length => End - Start;
}

/// <summary>
/// Finds the longest ranges of a body that can become methods of their own: nothing on the stack at either end, no jump into the
/// middle or out of it, whole try statements or none of their borders.
/// </summary>
internal sealed class RangeFinder
{
    private readonly WorkingBody body;
    private readonly StackTypes stack;
    private readonly Regions regions;
    private readonly int[] firstSource, lastSource;

    public RangeFinder(WorkingBody body, StackTypes stack)
    {
        (this.body, this.stack) = (body, stack);
        regions = new Regions(body);
        firstSource = new int[body.Code.Count];
        lastSource = new int[body.Code.Count];
        Array.Fill(firstSource, int.MaxValue);
        Array.Fill(lastSource, -1);
        for (int k = 0; k < body.Code.Count; k++)
        {
            foreach (int target in IlCode.Targets(body.Code[k]).Select(body.IndexOf))
            {
                firstSource[target] = Math.Min(firstSource[target], k);
                lastSource[target] = Math.Max(lastSource[target], k);
            }
        }
    }

    /// <summary>Ranges in order, none overlapping another.</summary>
    /// <param name="excluded">Instructions that no range may hold.</param>
    /// <param name="barriers">Instructions that may only be the first of a range.</param>
    public IEnumerable<CodeRange> Find(IReadOnlySet<Instruction> excluded, IReadOnlySet<Instruction> barriers)
    {
        for (int start = 0; start < body.Code.Count;)
        {
            CodeRange? range = MayStart(start, excluded) ? Longest(start, excluded, barriers) : null;
            if (range is not null)
            {
                yield return range;
            }

            start = range?.End ?? start + 1;
        }
    }

    private bool MayStart(int at, IReadOnlySet<Instruction> excluded) =>
        stack.IsEmpty(at) && !excluded.Contains(body.Code[at]) && body.Code[at].OpCode.Code != Code.Nop && (at == 0 || !IlCode.IsPrefix(body.Code[at - 1]));

    private CodeRange? Longest(int start, IReadOnlySet<Instruction> excluded, IReadOnlySet<Instruction> barriers)
    {
        int region = regions.At(start);
        int needed = start; // the end must not be before it
        bool returns = false;
        CodeRange? best = null;
        for (int k = start; k < body.Code.Count; k++)
        {
            Instruction i = body.Code[k];
            if (excluded.Contains(i) || (k > start && (barriers.Contains(i) || firstSource[k] < start)) || !TakesIn(k, region, start, ref needed))
            {
                break;
            }

            if (k > start)
            {
                needed = Math.Max(needed, lastSource[k] + 1);
            }

            int[] targets = [.. IlCode.Targets(i).Select(body.IndexOf)];
            if (targets.Any(t => t < start) || (i.OpCode.Code is Code.Endfinally or Code.Endfilter or Code.Rethrow && regions.At(k) == region) || i.OpCode.Code is Code.Jmp or Code.Arglist || UsesOwnAddress(i))
            {
                break;
            }

            needed = targets.Append(needed).Max();
            returns |= i.OpCode.Code == Code.Ret;
            int end = k + 1;
            if (needed <= end && MayEnd(start, end, region, returns) && (best is null || returns || !IsIdle(best.End, end)))
            {
                best = new CodeRange(start, end, returns);
            }
        }

        return best;
    }

    // Within the same block, or in a try statement that is wholly inside.
    private bool TakesIn(int k, int region, int start, ref int needed)
    {
        int at = regions.At(k);
        if (at == region)
        {
            return true;
        }

        if (!regions.IsWithin(at, region) || regions.Of(at).WholeStart < start)
        {
            return false;
        }

        needed = Math.Max(needed, regions.Of(at).WholeEnd);
        return true;
    }

    private bool MayEnd(int start, int end, int region, bool returns)
    {
        bool goesOn = IlCode.FallsThrough(body.Code[end - 1]) || (end < body.Code.Count && firstSource[end] < end && lastSource[end] >= start && IsReachedFrom(start, end));
        if (returns)
        {
            return !goesOn;
        }

        return goesOn && end < body.Code.Count && stack.IsEmpty(end) && !IlCode.IsPrefix(body.Code[end - 1])
            && (regions.At(end) == region || (regions.IsWithin(regions.At(end), region) && regions.Of(regions.At(end)).WholeStart == end));
    }

    // Loads for what comes next: they belong to that.
    private bool IsIdle(int from, int to) => body.Code.Skip(from).Take(to - from).All(i => i.OpCode.Code is Code.Nop or Code.Pop or Code.Ldloc or Code.Ldarg or Code.Ldnull or Code.Ldstr or (>= Code.Ldc_I4_M1 and <= Code.Ldc_R8));

    private bool IsReachedFrom(int start, int end) => Enumerable.Range(start, end - start).Any(k => IlCode.Targets(body.Code[k]).Any(t => t == body.Code[end]));

    // The address of "this" of a struct, or another "this", cannot be given to another method.
    private bool UsesOwnAddress(Instruction i) => body.IsThis(i) && (i.OpCode.Code is Code.Ldarga or Code.Starg || body.Host.DeclaringType.IsValueType);
}
