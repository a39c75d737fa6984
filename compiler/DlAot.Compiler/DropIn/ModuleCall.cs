using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>A call that stays the call that the user wrote, such as that of a recurrent layer; its tuple of results is taken apart.</summary>
internal sealed class ModuleCall(Il il, ExternStep step, TensorCode tensors, TorchMembers torch, TypeImporter types)
{
    private int nextResult;

    public void Write(LiftedVersion version, AccessCode access)
    {
        string callee = step.Node.Attributes.Get<string>("callee");
        if (!version.Externs.TryGetValue(callee, out ExternCall? call))
        {
            throw new StubException(Rules.StubNotWritten, step.Node.Location, callee, "the call is not known");
        }

        TypeReference declaring = call.Method.DeclaringType;
        access.LoadReceiver(call.Receiver);
        int operand = 0;
        foreach (ParameterDefinition p in call.Method.Parameters)
        {
            TypeReference type = Generics.Fill(p.ParameterType, declaring);
            if (World.IsTensor(type) && operand < step.Operands.Length)
            {
                tensors.Push(step.Operands[operand++]);
            }
            else if (type.IsValueType)
            {
                access.LoadDefault(type);
            }
            else
            {
                il.Null();
            }
        }

        il.CallVirtual(types.Import(call.Method));
        TakeApart(types.Import(Generics.Fill(call.Method.ReturnType, declaring)));
    }

    // The value is on the stack.
    private void TakeApart(TypeReference type)
    {
        if (World.IsTensor(type))
        {
            TakeTensor();
            return;
        }

        if (type is not GenericInstanceType { ElementType: { Namespace: "System" } element } tuple || !element.Name.StartsWith("ValueTuple`", StringComparison.Ordinal))
        {
            throw new StubException(Rules.StubNotWritten, step.Node.Location, step.Node.Attributes.Get<string>("callee"), $"it returns {type.Name}");
        }

        VariableDefinition local = il.Local(tuple);
        il.Store(local);
        for (int i = 0; i < tuple.GenericArguments.Count; i++)
        {
            il.Load(local);
            il.Field(OpCodes.Ldfld, new FieldReference($"Item{i + 1}", types.TypeParameter(i), tuple));
            TakeApart(tuple.GenericArguments[i]);
        }
    }

    private void TakeTensor()
    {
        int result = nextResult < step.Results.Length ? step.Results[nextResult] : -1;
        nextResult++;
        VariableDefinition made = il.Local(torch.Tensor);
        il.Store(made);

        // A layer may hand back the very tensor that it got; what is ours must be an object of its own.
        Instruction isOwn = Il.Label();
        foreach (int operand in step.Operands.Where(o => o >= 0).Distinct())
        {
            Instruction differs = Il.Label();
            il.Load(made);
            tensors.Push(operand);
            il.Jump(OpCodes.Bne_Un, differs);
            il.Load(made);
            il.CallVirtual(torch.OfTensor("alias"));
            il.Store(made);
            il.Jump(isOwn);
            il.Mark(differs);
        }

        il.Mark(isOwn);
        il.Load(made);
        if (result < 0)
        {
            il.CallVirtual(torch.OfTensor("Dispose"));
        }
        else
        {
            tensors.Take(result);
        }

    }
}
