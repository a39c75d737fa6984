using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Builds what the method returns. Each tensor is an object of its own; two of the same values share their storage.</summary>
internal sealed class ResultCode(Il il, LiftedVersion version, Plan plan, AccessCode access, TensorCode tensors, DropInContext context)
{
    private readonly HashSet<int> returned = [];

    /// <param name="type">The static type that is expected.</param>
    public void Push(OutputTree tree, TypeReference type)
    {
        switch (tree)
        {
            case OutputTree.Tensor t:
                PushTensor(plan.Outputs[t.Index]);
                break;
            case OutputTree.Same same:
                access.Load(same.Access);
                Box(same.Access.Type, type);
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
                il.Int(array.Items.Length);
                il.Type(OpCodes.Newarr, context.Types.Import(array.ElementType));
                for (int i = 0; i < array.Items.Length; i++)
                {
                    il.Op(OpCodes.Dup);
                    il.Int(i);
                    Push(array.Items[i], array.ElementType);
                    il.Type(OpCodes.Stelem_Any, context.Types.Import(array.ElementType));
                }

                break;
            case OutputTree.Null:
                access.LoadDefault(type);
                break;
            case OutputTree.Constant constant:
                PushConstant(constant, type);
                break;
            default:
                throw new StubException(Rules.StubNotWritten, version.Graph.Name, $"a result of the form {tree.GetType().Name}");
        }
    }

    private void PushTensor(int buffer)
    {
        tensors.Push(buffer);
        if (plan.Buffers[buffer].Kind == BufferKind.Input || !returned.Add(buffer))
        {
            il.CallVirtual(context.Torch.OfTensor("alias"));
        }
    }

    private void PushConstant(OutputTree.Constant constant, TypeReference type)
    {
        if (constant.Value is string text)
        {
            il.Text(text);
            return;
        }

        TypeReference own = constant.Type.IsValueType ? constant.Type : type;
        bool isOptional = World.IsNullable(own);
        TypeReference number = isOptional ? ((GenericInstanceType)own).GenericArguments[0] : own;
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

        if (isOptional)
        {
            il.New(tensors.Nullable((GenericInstanceType)context.Types.Import(own)));
        }

        Box(own, type);
    }

    private void Box(TypeReference from, TypeReference to)
    {
        if (from.IsValueType && !to.IsValueType && to is not GenericParameter)
        {
            il.Type(OpCodes.Box, context.Types.Import(from));
        }
    }
}
