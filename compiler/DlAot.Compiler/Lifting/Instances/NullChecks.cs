using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>Whether a method asks if an argument is null, so that it is called without one, too.</summary>
internal static class NullChecks
{
    public static bool IsChecked(MethodDefinition method, ParameterDefinition parameter) =>
        method.Code().Any(i => Loads(i, method, parameter) && IsAsked(i.Next));

    /// <summary>Whether a method does anything with an argument.</summary>
    public static bool IsLoaded(MethodDefinition method, ParameterDefinition parameter) => method.Code().Any(i => Loads(i, method, parameter) || (i.OpCode.Code is Code.Ldarga or Code.Ldarga_S && i.Operand == parameter));

    private static bool Loads(Instruction i, MethodDefinition method, ParameterDefinition parameter) => i.OpCode.Code switch
    {
        >= Code.Ldarg_0 and <= Code.Ldarg_3 => i.OpCode.Code - Code.Ldarg_0 == parameter.Index + (method.HasThis ? 1 : 0),
        Code.Ldarg_S or Code.Ldarg => i.Operand == parameter,
        _ => false,
    };

    // x is null, x ?? y, x?.f(); what throws for null is not meant to get it.
    private static bool IsAsked(Instruction? next) => next?.OpCode.Code switch
    {
        Code.Dup => IsAsked(next.Next),
        Code.Ldnull => next.Next?.OpCode.Code is Code.Ceq or Code.Cgt_Un or Code.Beq or Code.Beq_S or Code.Bne_Un or Code.Bne_Un_S && !Throws(next.Next),
        Code.Brtrue or Code.Brtrue_S => !Throws(next),
        Code.Brfalse or Code.Brfalse_S => true,
        _ => false,
    };

    // if (x is null) throw: the way straight on from the branch ends in a throw.
    private static bool Throws(Instruction from)
    {
        for (Instruction? i = from.Next; i is not null; i = i.Next)
        {
            if (i.OpCode.Code == Code.Throw)
            {
                return true;
            }

            if (i.OpCode.FlowControl is FlowControl.Return or FlowControl.Branch || (i.OpCode.FlowControl == FlowControl.Cond_Branch && i != from && i.OpCode.Code is not (Code.Brfalse or Code.Brfalse_S)))
            {
                return false;
            }
        }

        return false;
    }
}
