using DlAot.Compiler.Freezing;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Writes what a version keeps as a private method <c>KeptBlock frozen()</c> of the module: what was computed before while the parameters are the
/// same, else computed now; null when it cannot be. Guards on the way to the parameters have been checked by the caller.
/// </summary>
internal sealed class FrozenCode
{
    private readonly DropInContext context;
    private readonly FrozenPart part;
    private readonly MethodDefinition method;
    private readonly Il il;
    private readonly InputCode inputs;
    private readonly DimCode dims;
    private readonly TensorCode tensors;

    public FrozenCode(DropInContext context, FrozenPart part, string name)
    {
        (this.context, this.part) = (context, part);
        method = new MethodDefinition(name, MethodAttributes.Private | MethodAttributes.HideBySig, context.Runtime.KeptBlock) { HasThis = true };
        context.MarkGenerated(method);
        method.Body.InitLocals = false;
        il = new Il(method.Body);
        var access = new AccessCode(il, method, context.World, context.Types, context.Runtime);
        inputs = new InputCode(il, access, context.World, part.Version, part.Plan);
        inputs.Frame.Declare(il, context.Types.Module.TypeSystem.Int64);
        dims = new DimCode(il, inputs.Frame, context.Library, context.Core);
        tensors = new TensorCode(il, access, part.Version, part.Plan, inputs, dims, context.Torch, context.Runtime, context.Types, context.Library);
    }

    public MethodDefinition Write()
    {
        var region = (RegionStep)part.Plan.Steps[0];
        VariableDefinition block = il.Local(context.Runtime.KeptBlock);
        Instruction missed = Il.Label(), compute = Il.Label();
        inputs.CheckTensors(context.Library, context.Runtime);
        il.Jump(OpCodes.Brtrue, missed);
        inputs.CheckConditions(dims, _ => missed);
        int symbols = inputs.Frame.Symbols.Count();
        int[] lengths = [.. inputs.Tensors.Select(_ => inputs.Frame.AddSlot())];
        for (int t = 0; t < lengths.Length; t++)
        {
            inputs.Frame.PushSlot(il, lengths[t]);
            dims.Push(FrozenPart.BytesOf(part.Version.Graph.Inputs[inputs.Tensors[t]].Value.Type));
            il.Op(OpCodes.Stind_I8);
        }

        il.LoadThis();
        il.Field(OpCodes.Ldsfld, context.Library.Region(region.Region));
        PushInputs();
        il.Call(context.Runtime.FindKept);
        il.Store(block);
        il.Load(block);
        il.Jump(OpCodes.Brfalse, compute);
        Leave();
        il.Mark(compute);
        PushInputs();
        dims.Push(part.Bytes);
        il.Call(context.Runtime.BeginKept);
        il.Store(block);
        il.Load(block);
        il.Jump(OpCodes.Brfalse, missed);
        tensors.ShowInputs();
        for (int i = 0; i < part.Plan.Outputs.Length; i++)
        {
            tensors.ShowKept(part.Plan.Outputs[i], block, part.OffsetOf(i));
        }

        il.Field(OpCodes.Ldsfld, context.Library.Region(region.Region));
        inputs.Frame.PushBuffers(il);
        inputs.Frame.PushSymbols(il);
        dims.Push(part.Plan.ArenaBytes);
        il.Call(context.Runtime.Run);
        il.Jump(OpCodes.Brtrue, missed);
        il.LoadThis();
        il.Field(OpCodes.Ldsfld, context.Library.Region(region.Region));
        il.Load(block);
        il.Call(context.Runtime.KeepKept);
        Leave();
        il.Mark(missed);
        il.Null();
        il.Return();
        inputs.Frame.Finish(context.Library);
        return method;

        void PushInputs()
        {
            inputs.Frame.PushData(il);
            inputs.Frame.PushSlot(il, lengths[0]);
            il.Int(lengths.Length);
            inputs.Frame.PushSymbols(il);
            il.Int(symbols);
        }

        void Leave()
        {
            inputs.KeepAlive(context.Core);
            il.Load(block);
            il.Return();
        }
    }
}
