using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>
/// Makes room for parts in methods of structs (async methods): <c>this</c> is a pointer there, which no part takes, and lies on the stack while the value of
/// a field is computed. It is loaded after that instead. <c>this; a; b; add; stfld f => a; b; add; t = ; this; t; stfld f</c>
/// </summary>
internal static class StateMachineFields
{
    public static void LoadLate(WorkingBody body, Func<FieldReference, bool> isFixed)
    {
        while (Next(body, isFixed) is var (load, store, type))
        {
            (load.OpCode, load.Operand) = (OpCodes.Nop, null);
            var value = new VariableDefinition(type);
            body.Temporaries.Add(value);
            body.Insert(store, [Instruction.Create(OpCodes.Stloc, value), Instruction.Create(OpCodes.Ldarg, body.Host.Body.ThisParameter), Instruction.Create(OpCodes.Ldloc, value)]);
        }
    }

    /// <summary>Reads of fields, which stay outside of parts.</summary>
    public static Instruction[] Reads(WorkingBody body, Func<FieldReference, bool> isFixed)
    {
        var stack = new StackTypes(body, isFixed);
        return [.. body.Code.Where((i, k) => i.OpCode.Code == Code.Ldfld && stack.Before(k) is [.., var owner] && IsThis(body, owner))];
    }

    // A store for which "this" was loaded earlier than just before its value.
    private static (Instruction Load, Instruction Store, TypeReference Type)? Next(WorkingBody body, Func<FieldReference, bool> isFixed)
    {
        var stack = new StackTypes(body, isFixed);
        for (int k = 0; k < body.Code.Count; k++)
        {
            if (body.Code[k].OpCode.Code == Code.Stfld && stack.Before(k) is [.., var owner, { Type: { } type }] && IsThis(body, owner)
                && body.IndexOf(owner.Load[0]) is var from && from < k - 2 && !body.Code.Skip(from).Take(k - from).Any(i => i.OpCode.Code == Code.Dup && stack.Before(body.IndexOf(i)) is [.., var top] && ReferenceEquals(top, owner)))
            {
                return (owner.Load[0], body.Code[k], type);
            }
        }

        return null;
    }

    private static bool IsThis(WorkingBody body, StackItem item) => item.Load is [var load] && body.IsThis(load);
}
