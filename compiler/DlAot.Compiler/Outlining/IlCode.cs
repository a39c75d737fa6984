using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>What single instructions do: long forms, stack behaviour, the locals and arguments that they name.</summary>
internal static class IlCode
{
    // Short form => long form; operands are the same.
    private static readonly Dictionary<Code, OpCode> Long = new()
    {
        [Code.Br_S] = OpCodes.Br, [Code.Brtrue_S] = OpCodes.Brtrue, [Code.Brfalse_S] = OpCodes.Brfalse, [Code.Beq_S] = OpCodes.Beq, [Code.Bne_Un_S] = OpCodes.Bne_Un,
        [Code.Bge_S] = OpCodes.Bge, [Code.Bge_Un_S] = OpCodes.Bge_Un, [Code.Bgt_S] = OpCodes.Bgt, [Code.Bgt_Un_S] = OpCodes.Bgt_Un, [Code.Ble_S] = OpCodes.Ble,
        [Code.Ble_Un_S] = OpCodes.Ble_Un, [Code.Blt_S] = OpCodes.Blt, [Code.Blt_Un_S] = OpCodes.Blt_Un, [Code.Leave_S] = OpCodes.Leave,
        [Code.Ldarg_S] = OpCodes.Ldarg, [Code.Ldarga_S] = OpCodes.Ldarga, [Code.Starg_S] = OpCodes.Starg,
        [Code.Ldloc_S] = OpCodes.Ldloc, [Code.Ldloca_S] = OpCodes.Ldloca, [Code.Stloc_S] = OpCodes.Stloc,
    };

    /// <summary>A copy that names its local or argument as an operand; branch targets are still those of the original.</summary>
    public static Instruction Copy(Instruction i, MethodBody body)
    {
        Instruction copy = Instruction.Create(OpCodes.Nop);
        (copy.OpCode, copy.Operand, copy.Offset) = (i.OpCode, i.Operand, i.Offset);
        switch (i.OpCode.Code)
        {
            case >= Code.Ldarg_0 and <= Code.Ldarg_3:
                (copy.OpCode, copy.Operand) = (OpCodes.Ldarg, Argument(body, i.OpCode.Code - Code.Ldarg_0));
                break;
            case >= Code.Ldloc_0 and <= Code.Ldloc_3:
                (copy.OpCode, copy.Operand) = (OpCodes.Ldloc, body.Variables[i.OpCode.Code - Code.Ldloc_0]);
                break;
            case >= Code.Stloc_0 and <= Code.Stloc_3:
                (copy.OpCode, copy.Operand) = (OpCodes.Stloc, body.Variables[i.OpCode.Code - Code.Stloc_0]);
                break;
            default:
                copy.OpCode = Long.GetValueOrDefault(i.OpCode.Code, i.OpCode);
                break;
        }

        return copy;
    }

    /// <summary>The same instruction once more.</summary>
    public static Instruction Again(Instruction i)
    {
        Instruction copy = Instruction.Create(OpCodes.Nop);
        (copy.OpCode, copy.Operand) = (i.OpCode, i.Operand);
        return copy;
    }

    /// <summary>Where it may jump to.</summary>
    public static IEnumerable<Instruction> Targets(Instruction i) => i.Operand switch
    {
        Instruction target => [target],
        Instruction[] targets => targets,
        _ => [],
    };

    /// <summary>Control goes on with the next one, at least sometimes.</summary>
    public static bool FallsThrough(Instruction i) => i.OpCode.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw) && i.OpCode.Code != Code.Jmp;

    /// <summary>It belongs to the instruction after it.</summary>
    public static bool IsPrefix(Instruction i) => i.OpCode.OpCodeType == OpCodeType.Prefix;

    /// <summary>How many values it takes from the stack; -1 for all of them.</summary>
    public static int Pops(Instruction i, MethodDefinition method) => i.OpCode.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8
            or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.PopAll => -1,
        StackBehaviour.Varpop => i.Operand switch
        {
            MethodReference m => m.Parameters.Count + (m.HasThis && i.OpCode.Code != Code.Newobj ? 1 : 0),
            Mono.Cecil.CallSite site => site.Parameters.Count + (site.HasThis ? 2 : 1),
            _ => method.ReturnType.MetadataType == MetadataType.Void ? 0 : 1,
        },
        _ => 3,
    };

    /// <summary>How many values it leaves on the stack.</summary>
    public static int Pushes(Instruction i) => i.OpCode.StackBehaviourPush switch
    {
        StackBehaviour.Push0 => 0,
        StackBehaviour.Push1_push1 => 2,
        StackBehaviour.Varpush => i.Operand is IMethodSignature { ReturnType.MetadataType: MetadataType.Void } ? 0 : 1,
        _ => 1,
    };

    private static ParameterDefinition Argument(MethodBody body, int index) =>
        body.Method.HasThis ? (index == 0 ? body.ThisParameter : body.Method.Parameters[index - 1]) : body.Method.Parameters[index];
}
