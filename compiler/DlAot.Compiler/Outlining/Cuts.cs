using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Where values are around a cut.</summary>
/// <param name="Below">Locals that hold what is on the stack before the instruction, bottom first; null for what is loaded again.</param>
/// <param name="Result">The local or argument that takes what the instruction leaves on the stack, null when there is none.</param>
internal sealed record CutSlots(IReadOnlyList<VariableDefinition?> Below, object? Result);

/// <summary>
/// Makes room for ranges to end before an instruction and begin after it: what is on the evaluation stack there is put into locals and
/// taken out again. <c>f(a, b) => t0 = a; t1 = b; | f(t0, t1)</c>
/// </summary>
internal static class Cuts
{
    /// <param name="isFixed">The field keeps what the constructor put there.</param>
    public static CutSlots Around(WorkingBody body, Instruction boundary, Func<FieldReference, bool> isFixed)
    {
        int at = body.IndexOf(boundary);
        while (at > 0 && (IlCode.IsPrefix(body.Code[at - 1]) || (body.Host.DeclaringType.IsValueType && body.IsThis(body.Code[at - 1])))) // "this" of a struct is in no part
        {
            at--;
        }

        var types = new StackTypes(body, isFixed);
        IReadOnlyList<StackItem> before = types.Before(at);
        Instruction first = body.Code[at];
        Instruction? next = IlCode.FallsThrough(boundary) ? body.Code.ElementAtOrDefault(body.IndexOf(boundary) + 1) : null;
        VariableDefinition?[] below = Put(body, first, before)?.Locals ?? [];
        IReadOnlyList<StackItem> after = next is null ? [] : new StackTypes(body, isFixed).Before(body.IndexOf(next)); // what is in a local already is loaded again
        return new CutSlots(below, next is null ? null
            : !EndsStatement(next) ? Put(body, next, after)?.Locals[^1]
            : next.OpCode.Code is Code.Stloc or Code.Starg ? next.Operand : null);
    }

    /// <summary>
    /// Stores of locals that a handler reads when an exception comes later: a part would make them known only at its end, so what it
    /// computes is stored outside of it.
    /// </summary>
    public static Instruction[] StoresForHandlers(WorkingBody body, Func<FieldReference, bool> isFixed)
    {
        if (body.Handlers.Count == 0)
        {
            return [];
        }

        var live = new Liveness(body, new StackTypes(body, isFixed).Constructed);
        return [.. body.Code.Where((i, k) => Liveness.IsStore(i) && live.SlotOf(i) is { } slot && live.CaughtAt(k).Contains(slot))];
    }

    // A local takes the result, or nobody does: there is no need of another.
    private static bool EndsStatement(Instruction i) => i.OpCode.Code is Code.Stloc or Code.Starg or Code.Pop or Code.Ret;

    /// <summary>Cuts where the value that a temporary takes comes onto the stack, and lets another take it there.</summary>
    /// <returns>The first instruction after the cut and the other temporary; null when there is no such place, or none where all can be kept.</returns>
    public static (Instruction After, VariableDefinition Taken)? AtMaking(WorkingBody body, VariableDefinition temporary, Func<FieldReference, bool> isFixed)
    {
        int store = body.Code.FindIndex(i => i.OpCode.Code == Code.Stloc && i.Operand == temporary);
        var types = new StackTypes(body, isFixed);
        StackItem value = types.Before(store)[^1];
        int made = Enumerable.Range(0, store).FirstOrDefault(k => types.Before(k) is [.., var top] && ReferenceEquals(top, value), store);
        if (made == store || Put(body, body.Code[made], types.Before(made)) is not var (after, locals) || locals[^1] is not { } earlier)
        {
            return null;
        }

        foreach (Instruction i in body.Code.Where(i => i.Operand == temporary))
        {
            (i.OpCode, i.Operand) = i.OpCode.Code == Code.Stloc ? (OpCodes.Pop, null) : (i.OpCode, earlier);
        }

        return (after, earlier);
    }

    private static bool IsStoredSince(WorkingBody body, Instruction load, int before) => load.OpCode.Code is Code.Ldloc or Code.Ldarg
        && Enumerable.Range(body.IndexOf(load), before - body.IndexOf(load)).Any(k => Liveness.IsStore(body.Code[k]) && body.Code[k].Operand == load.Operand);

    // Gives the first instruction after the cut, and the locals that hold the items where they are not loaded again.
    private static (Instruction After, VariableDefinition?[] Locals)? Put(WorkingBody body, Instruction before, IReadOnlyList<StackItem> items)
    {
        int at = body.IndexOf(before);
        items = [.. items.Select(i => i.Load.Any(l => IsStoredSince(body, l, at)) ? i with { Load = [] } : i)];
        if (items.Count == 0 || items.Any(i => i.Type is null && i.Load.IsEmpty))
        {
            return null;
        }

        var code = new List<Instruction>();
        var loads = new List<Instruction>();
        var locals = new VariableDefinition?[items.Count];
        for (int n = 0; n < items.Count; n++)
        {
            if (items[n].Load.IsEmpty)
            {
                int same = Enumerable.Range(0, n).FirstOrDefault(m => ReferenceEquals(items[m], items[n]), n); // dup
                locals[n] = same < n ? locals[same] : new VariableDefinition(items[n].Type);
                loads.Add(Instruction.Create(OpCodes.Ldloc, locals[n]));
                code.Insert(0, same < n ? Instruction.Create(OpCodes.Pop) : Instruction.Create(OpCodes.Stloc, locals[n]));
                if (same == n)
                {
                    body.Temporaries.Add(locals[n]!);
                }
            }
            else
            {
                code.Insert(0, Instruction.Create(OpCodes.Pop));
                loads.AddRange(items[n].Load.Select(IlCode.Again));
            }
        }

        code.AddRange(loads);
        body.Insert(before, code);
        return (loads[0], locals);
    }
}
