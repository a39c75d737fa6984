using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Checks what a call that stays a call has returned: dtype, rank, sizes, that it lies on the CPU, and that no gradient is wanted of it.
/// Sizes that nobody knew before get their values here, and conditions on them are checked.
/// </summary>
internal sealed class ReturnedCode(DropInContext context, Il il, LiftedVersion version, Plan plan, InputCode inputs, DimCode dims, TensorCode tensors)
{
    /// <param name="mismatch">Jumps out.</param>
    public void Check(ExternStep step, Action mismatch)
    {
        ImmutableArray<bool> dense = version.Externs[step.Node.Attributes.Get<string>("callee")].Dense;
        var stream = new List<int>();
        var computed = new List<(DimExpr, int)>();
        int[] slots = [.. step.Results.Select(_ => inputs.Frame.AddSlot())];
        for (int i = 0; i < step.Results.Length; i++)
        {
            TensorType type = plan.Buffers[step.Results[i]].Type;
            inputs.Describe(stream, computed, type, (dense[i] ? InputCode.Contiguous : 0) | (type.DType.IsFloat() ? InputCode.GradientMatters : 0));
            inputs.Frame.PushSlot(il, slots[i]);
            tensors.Push(step.Results[i]);
            il.Call(context.Library.HandleOf);
            il.Op(OpCodes.Stind_I);
        }

        if (slots.Length > 0)
        {
            inputs.Frame.PushSlot(il, slots[0]);
            il.Int(slots.Length);
            il.Field(OpCodes.Ldsflda, context.Library.Specification([.. stream]));
            il.Op(OpCodes.Conv_U);
            inputs.Frame.PushSymbols(il);
            inputs.Frame.PushSlot(il, slots[0]);
            il.Call(context.Runtime.Check);
            Instruction fits = Il.Label(), differs = Il.Label();
            il.Jump(OpCodes.Brtrue, differs);
            inputs.CheckConditions(dims, inputs.TakeDecidable(), computed, _ => differs);
            il.Jump(fits);
            il.Mark(differs);
            mismatch();
            il.Mark(fits);
        }
    }
}
