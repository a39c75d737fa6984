using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>A call that stays the call that the user wrote; what it returns is taken apart into tensors.</summary>
/// <param name="mismatch">Jumps out when what was returned is not what was foreseen.</param>
internal sealed class KeptCall(DropInContext context, Il il, ExternStep step, TensorCode tensors, DimCode dims, Action mismatch)
{
    private readonly Queue<int> results = new(step.Results);
    private readonly HashSet<int> operands = [.. step.Operands.Where(o => o >= 0)];
    private ExternCall call = null!;
    private int leaf;

    private string Callee => step.Node.Attributes.Get<string>("callee");

    public void Write(LiftedVersion version, AccessCode access)
    {
        call = version.Externs.GetValueOrDefault(Callee) ?? throw new StubException(Rules.StubNotWritten, step.Node.Location, Callee, "the call is not known");
        var arguments = new ArgumentCode(il, step, tensors, dims, access, context.Torch, context.Types, context.World);
        arguments.Call(call.Method, call.Arguments);
        TakeApart(context.Types.Import(Generics.Fill(call.Method.ReturnType, call.Method.DeclaringType)));
        foreach (VariableDefinition made in arguments.Between)
        {
            DropOwn(made);
        }
    }

    // One that is the very tensor that the call got stays.
    private void DropOwn(VariableDefinition tensor)
    {
        Instruction done = Il.Label();
        foreach (int operand in operands)
        {
            il.Load(tensor);
            tensors.Push(operand);
            il.Jump(OpCodes.Beq, done);
        }

        tensors.Drop(tensor);
        il.Mark(done);
    }

    // The value is on the stack.
    private void TakeApart(TypeReference type)
    {
        if (World.IsTensor(type))
        {
            TakeTensor();
            return;
        }

        VariableDefinition local = il.Local(type);
        il.Store(local);
        switch (type)
        {
            case GenericInstanceType tuple when tuple.ElementType.Name.StartsWith("ValueTuple`", StringComparison.Ordinal):
                for (int i = 0; i < tuple.GenericArguments.Count; i++)
                {
                    il.Load(local);
                    il.Field(OpCodes.Ldfld, new FieldReference($"Item{i + 1}", context.Types.TypeParameter(i), tuple));
                    TakeApart(tuple.GenericArguments[i]);
                }

                break;
            case GenericInstanceType tuple when tuple.ElementType.Name.StartsWith("Tuple`", StringComparison.Ordinal):
                for (int i = 0; i < tuple.GenericArguments.Count; i++)
                {
                    il.Load(local);
                    il.CallVirtual(CoreMembers.Instance(tuple, $"get_Item{i + 1}", context.Types.TypeParameter(i)));
                    TakeApart(tuple.GenericArguments[i]);
                }

                break;
            case ArrayType { ElementType: var element }:
                TakeElements(
                    local,
                    () =>
                    {
                        il.Op(OpCodes.Ldlen);
                        il.Op(OpCodes.Conv_I4);
                    },
                    () => il.Type(OpCodes.Ldelem_Any, element));
                break;
            case GenericInstanceType { GenericArguments: [var element] } list when World.IsTensor(element):
                var counted = new GenericInstanceType(context.Types.Core("System.Collections.Generic", "ICollection`1"));
                var indexed = new GenericInstanceType(context.Types.Core("System.Collections.Generic", "IList`1"));
                counted.GenericArguments.Add(element);
                indexed.GenericArguments.Add(element);
                TakeElements(
                    local,
                    () => il.CallVirtual(CoreMembers.Instance(counted, "get_Count", context.Types.Module.TypeSystem.Int32)),
                    () => il.CallVirtual(CoreMembers.Instance(indexed, "get_Item", context.Types.TypeParameter(0), context.Types.Module.TypeSystem.Int32)));
                break;
            default:
                throw new StubException(Rules.StubNotWritten, step.Node.Location, Callee, $"it returns {type.Name}");
        }
    }

    private void TakeElements(VariableDefinition list, Action count, Action element)
    {
        // Another number of them: none is taken, they live as long as the caller's scope.
        Instruction fits = Il.Label();
        il.Load(list);
        count();
        il.Int(call.Results.Length);
        il.Jump(OpCodes.Beq, fits);
        mismatch();
        il.Mark(fits);
        for (int i = 0; i < call.Results.Length; i++)
        {
            il.Load(list);
            il.Int(i);
            element();
            TakeTensor();
        }
    }

    private void TakeTensor()
    {
        VariableDefinition made = il.Local(context.Torch.Tensor);
        il.Store(made);
        bool isResult = leaf >= call.Results.Length || call.Results[leaf];
        leaf++;

        // A layer may hand back the very tensor that it got; what is ours must be an object of its own.
        Instruction isOwn = Il.Label();
        foreach (int operand in operands)
        {
            Instruction differs = Il.Label();
            il.Load(made);
            tensors.Push(operand);
            il.Jump(OpCodes.Bne_Un, differs);
            il.Load(made);
            il.Jump(OpCodes.Brfalse, differs);
            il.Load(made);
            il.CallVirtual(context.Torch.OfTensor("alias"));
            il.Store(made);
            il.Jump(isOwn);
            il.Mark(differs);
        }

        il.Mark(isOwn);
        if (isResult && results.TryDequeue(out int result) && result >= 0)
        {
            il.Load(made);
            tensors.Keep(result);
        }
        else
        {
            tensors.Drop(made);
        }
    }
}
