using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Builds what the method returns and stores. The same tensor or object is made once, wherever it shows; two tensors of the same
/// values are two objects that share their storage.
/// </summary>
internal sealed class ResultCode(Il il, LiftedVersion version, Plan plan, AccessCode access, TensorCode tensors, DimCode dims, DropInContext context)
{
    private readonly HashSet<int> returned = [];
    private readonly Dictionary<int, VariableDefinition> made = [], objects = [];

    /// <param name="type">The static type that is expected.</param>
    public void Push(OutputTree tree, TypeReference type)
    {
        if (World.IsNullable(type) && tree is not (OutputTree.Null or OutputTree.Same))
        {
            var optional = (GenericInstanceType)context.Types.Import(type);
            Push(tree, ((GenericInstanceType)type).GenericArguments[0]);
            il.New(tensors.Nullable(optional));
            return;
        }

        switch (tree)
        {
            case OutputTree.Tensor t:
                PushTensor(t);
                break;
            case OutputTree.Same same:
                access.Load(same.Access);
                Box(same.Access.Type, type);
                break;
            case OutputTree.Shared shared:
                PushShared(shared);
                break;
            case OutputTree.View view:
                access.Load(view.Base);
                if (!PushSteps(view.Path))
                {
                    il.CallVirtual(context.Torch.OfTensor("alias"));
                }

                break;
            case OutputTree.Made made:
                for (int i = 0; i < made.Items.Length; i++)
                {
                    Push(made.Items[i], Generics.Fill(made.Constructor.Parameters[i].ParameterType, made.Constructor.DeclaringType));
                }

                il.New(context.Types.Import(made.Constructor));
                Box(made.Constructor.DeclaringType, type);
                break;
            case OutputTree.Array array:
                PushArray(array);
                break;
            case OutputTree.List list:
                PushList(list);
                break;
            case OutputTree.Dictionary dictionary:
                PushDictionary(dictionary);
                break;
            case OutputTree.Object made:
                PushObject(made);
                Box(made.Type, type);
                break;
            case OutputTree.Null:
                access.LoadDefault(type);
                break;
            case OutputTree.Size size:
                dims.Push(size.Value);
                Narrow(size.Type);
                break;
            case OutputTree.Boxed boxed:
                Push(boxed.Content, boxed.Type);
                il.Type(OpCodes.Box, context.Types.Import(boxed.Type));
                break;
            case OutputTree.Text text:
                PushText(text);
                break;
            case OutputTree.Constant constant:
                PushConstant(constant, type);
                break;
            default:
                throw new StubException(Rules.StubNotWritten, version.Graph.Name, $"a result of the form {tree.GetType().Name}");
        }
    }

    /// <summary>Frees outputs that are nothing but conditions.</summary>
    public void FreeUnused()
    {
        HashSet<int> used = [.. made.Keys.Select(i => plan.Outputs[i])];
        foreach (int buffer in plan.Outputs.Where((b, i) => !made.ContainsKey(i) && used.Add(b) && plan.Buffers[b].Kind != BufferKind.Input))
        {
            tensors.Free(buffer);
        }
    }

    private void PushTensor(OutputTree.Tensor tensor)
    {
        if (made.TryGetValue(tensor.Index, out VariableDefinition? known))
        {
            il.Load(known);
            return;
        }

        int buffer = plan.Outputs[tensor.Index];
        tensors.Push(buffer);
        if (plan.Buffers[buffer].Kind == BufferKind.Input || !returned.Add(buffer))
        {
            il.CallVirtual(context.Torch.OfTensor("alias"));
        }

        for (int i = 0; i < tensor.Moves; i++)
        {
            il.CallVirtual(context.Torch.OfTensor("MoveToOuterDisposeScope"));
        }

        if (tensor.IsDetached)
        {
            il.CallVirtual(context.Torch.OfTensor("DetachFromDisposeScope"));
        }

        VariableDefinition local = made[tensor.Index] = il.Local(context.Torch.Tensor);
        il.Store(local);
        il.Load(local);
    }

    /// <summary>Follows view operations from the tensor on the stack; false when there are none. Tensors between are freed.</summary>
    public bool PushSteps(ImmutableArray<Node> path)
    {
        VariableDefinition? before = null;
        foreach (Node step in path.Where(s => s.Op != Op.Contiguous))
        {
            if (before is not null)
            {
                il.Load(before);
            }

            VariableDefinition view = il.Local(context.Torch.Tensor);
            PushStep(step);
            il.Store(view);
            if (before is not null)
            {
                il.Load(before);
                il.CallVirtual(context.Torch.OfTensor("Dispose"));
            }

            before = view;
        }

        if (before is not null)
        {
            il.Load(before);
        }

        return before is not null;
    }

    private void PushStep(Node step)
    {
        switch (step.Op.Name)
        {
            case "slice":
                DimExpr start = step.Attributes.Dim("start");
                long stride = step.Attributes.Get("step", 1L);
                il.Long(step.Attributes.Int("dim"));
                dims.Push(start);
                dims.Push(start + (step.Attributes.Dim("length") * stride)); // past the end is cut off
                il.Long(stride);
                il.CallVirtual(context.Torch.OfTensor("slice", "long", "long", "long", "long"));
                break;
            case "permute":
                tensors.PushArray([.. step.Attributes.Ints("dims").Select(d => (DimExpr)d)]);
                il.CallVirtual(context.Torch.OfTensor("permute", "long[]"));
                break;
            case "reshape":
                tensors.PushArray(step.Attributes.Dims("shape"));
                il.CallVirtual(context.Torch.OfTensor("view", "long[]"));
                break;
            default:
                throw new StubException(Rules.StubNotWritten, step.Location, $"a write through {step.Op.Name}", "there is no library function for it");
        }
    }

    private void PushShared(OutputTree.Shared shared)
    {
        if (!objects.TryGetValue(shared.Number, out VariableDefinition? local))
        {
            Push(shared.Content, shared.Type);
            objects[shared.Number] = local = il.Local(context.Types.Import(shared.Type));
            il.Store(local);
        }

        il.Load(local);
    }

    private void PushText(OutputTree.Text text)
    {
        TypeSystem basic = context.Types.Module.TypeSystem;
        il.Int(text.Parts.Length);
        il.Type(OpCodes.Newarr, basic.String);
        for (int i = 0; i < text.Parts.Length; i++)
        {
            il.Op(OpCodes.Dup);
            il.Int(i);
            Push(text.Parts[i], basic.String);
            if (text.Parts[i] is OutputTree.Size)
            {
                VariableDefinition number = il.Local(basic.Int64);
                il.Store(number);
                il.LoadAddress(number);
                il.Call(CoreMembers.Instance(basic.Int64, "ToString", basic.String));
            }

            il.Op(OpCodes.Stelem_Ref);
        }

        il.Call(CoreMembers.Static(basic.String, "Concat", basic.String, new ArrayType(basic.String)));
    }

    private void PushArray(OutputTree.Array array)
    {
        il.NewArray(context.Types.Import(array.ElementType), array.Items.Length, i => Push(array.Items[i], array.ElementType));
    }

    private void PushList(OutputTree.List list)
    {
        TypeSystem basic = context.Types.Module.TypeSystem;
        TypeReference type = context.Types.Import(list.Type);
        il.New(CoreMembers.Instance(type, ".ctor", basic.Void));
        foreach (OutputTree item in list.Items)
        {
            il.Op(OpCodes.Dup);
            Push(item, list.Type.GenericArguments[0]);
            il.CallVirtual(CoreMembers.Instance(type, "Add", basic.Void, context.Types.TypeParameter(0)));
        }
    }

    private void PushDictionary(OutputTree.Dictionary dictionary)
    {
        TypeSystem basic = context.Types.Module.TypeSystem;
        TypeReference type = context.Types.Import(dictionary.Type);
        il.New(CoreMembers.Instance(type, ".ctor", basic.Void));
        foreach ((OutputTree key, OutputTree value) in dictionary.Entries)
        {
            il.Op(OpCodes.Dup);
            Push(key, dictionary.Type.GenericArguments[0]);
            Push(value, dictionary.Type.GenericArguments[1]);
            il.CallVirtual(CoreMembers.Instance(type, "Add", basic.Void, context.Types.TypeParameter(0), context.Types.TypeParameter(1)));
        }
    }

    // Without its constructor, which has been interpreted already.
    private void PushObject(OutputTree.Object tree)
    {
        TypeReference type = context.Types.Import(tree.Type);
        VariableDefinition local = il.Local(type);
        if (tree.IsStruct)
        {
            il.LoadAddress(local);
            il.Type(OpCodes.Initobj, type);
        }
        else
        {
            il.TypeOf(type, context.Core);
            il.Call(context.Core.NewUninitialized);
            il.Type(OpCodes.Castclass, type);
            il.Store(local);
        }

        foreach ((FieldReference field, TypeReference fieldType, OutputTree value) in tree.Fields)
        {
            if (tree.IsStruct)
            {
                il.LoadAddress(local);
            }
            else
            {
                il.Load(local);
            }

            Push(value, fieldType);
            il.Field(OpCodes.Stfld, context.Types.Import(field));
        }

        il.Load(local);
    }

    private void PushConstant(OutputTree.Constant constant, TypeReference type)
    {
        if (constant.Value is string text)
        {
            il.Text(text);
            return;
        }

        TypeReference number = constant.Type.IsValueType && !World.IsNullable(constant.Type) ? constant.Type : type;
        double real = Convert.ToDouble(constant.Value, System.Globalization.CultureInfo.InvariantCulture);
        switch (number.MetadataType)
        {
            case MetadataType.Single:
                il.Double(real);
                il.Op(OpCodes.Conv_R4);
                break;
            case MetadataType.Double:
                il.Double(real);
                break;
            case MetadataType.Int64 or MetadataType.UInt64:
                il.Long(Convert.ToInt64(constant.Value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case MetadataType.Boolean or MetadataType.Char or MetadataType.SByte or MetadataType.Byte or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Int32 or MetadataType.UInt32:
            case MetadataType.ValueType when context.World.Resolve(number) is { IsEnum: true }:
                il.Int(unchecked((int)Convert.ToInt64(constant.Value, System.Globalization.CultureInfo.InvariantCulture)));
                break;
            default:
                throw new StubException(Rules.StubNotWritten, version.Graph.Name, $"a constant of type {number.Name} in the result");
        }

        Box(number, type);
    }

    // An i64 as what the place has.
    private void Narrow(TypeReference type) => il.Op(type.MetadataType switch
    {
        MetadataType.Int64 or MetadataType.UInt64 => OpCodes.Nop,
        MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.SByte or MetadataType.Byte => OpCodes.Conv_I4,
        _ => throw new StubException(Rules.StubNotWritten, version.Graph.Name, $"a size as {type.Name}"),
    });

    private void Box(TypeReference from, TypeReference to)
    {
        if (from.IsValueType && !to.IsValueType && to is not GenericParameter)
        {
            il.Type(OpCodes.Box, context.Types.Import(from));
        }
    }
}
