using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// Makes room for ranges to end before an instruction and begin after it: what is on the evaluation stack there is put into locals and
/// taken out again. <c>f(a, b) => t0 = a; t1 = b; | f(t0, t1)</c>
/// </summary>
internal static class Cuts
{
    /// <param name="isFixed">The field keeps what the constructor put there.</param>
    public static void Around(WorkingBody body, Instruction boundary, Func<FieldReference, bool> isFixed)
    {
        int at = body.IndexOf(boundary);
        while (at > 0 && IlCode.IsPrefix(body.Code[at - 1]))
        {
            at--;
        }

        var types = new StackTypes(body, isFixed);
        IReadOnlyList<StackItem> before = types.Before(at);
        Instruction first = body.Code[at];
        Instruction? next = IlCode.FallsThrough(boundary) ? body.Code.ElementAtOrDefault(body.IndexOf(boundary) + 1) : null;
        IReadOnlyList<StackItem> after = next is null ? [] : types.Before(body.IndexOf(next));
        Put(body, first, before, boundary);
        if (next is not null && !EndsStatement(next) && !body.Code.Any(i => IlCode.Targets(i).Contains(next)))
        {
            Put(body, next, after, boundary);
        }
    }

    // A local takes the result, or nobody does: there is no need of another.
    private static bool EndsStatement(Instruction i) => i.OpCode.Code is Code.Stloc or Code.Starg or Code.Pop or Code.Ret;

    private static void Put(WorkingBody body, Instruction before, IReadOnlyList<StackItem> items, Instruction origin)
    {
        if (items.Count == 0 || items.Any(i => i.Type is null && i.Load.IsEmpty))
        {
            return;
        }

        var code = new List<Instruction>();
        var loads = new List<Instruction>();
        foreach (StackItem item in items.Reverse())
        {
            if (item.Load.IsEmpty)
            {
                var local = new VariableDefinition(item.Type);
                body.Temporaries.Add(local);
                code.Add(Instruction.Create(OpCodes.Stloc, local));
                loads.Insert(0, Instruction.Create(OpCodes.Ldloc, local));
            }
            else
            {
                code.Add(Instruction.Create(OpCodes.Pop));
                loads.InsertRange(0, item.Load.Select(IlCode.Again));
            }
        }

        code.AddRange(loads);
        body.Insert(before, code);
    }
}
