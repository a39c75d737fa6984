using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Pushes the arguments of a call that stays a call, each as its parameter's declared type asks.</summary>
internal sealed class ArgumentCode(Il il, ExternStep step, TensorCode tensors, DimCode dims, AccessCode access, TorchMembers torch, TypeImporter types, World world)
{
    private readonly List<VariableDefinition> between = [];

    /// <summary>Tensors that were made on the way, and are needed no more once the call has returned.</summary>
    public IReadOnlyList<VariableDefinition> Between => between;

    private ImmutableArray<DimExpr> Sizes => step.Node.Attributes.Get("sizes", ImmutableArray<DimExpr>.Empty);

    /// <summary>Pushes all arguments of a method and calls it, which leaves the result on the stack.</summary>
    public void Call(MethodReference method, ImmutableArray<ExternArgument> arguments)
    {
        TypeReference declaring = method.DeclaringType;
        int first = arguments.Length - method.Parameters.Count;
        if (first > 0)
        {
            Push(arguments[0], World.IsTensor(declaring) ? declaring : types.Module.TypeSystem.Object);
        }

        for (int i = first; i < arguments.Length; i++)
        {
            Push(arguments[i], Generics.Fill(method.Parameters[i - first].ParameterType, declaring));
        }

        if (method.HasThis)
        {
            il.CallVirtual(types.Import(method));
        }
        else
        {
            il.Call(types.Import(method));
        }
    }

    public void Push(ExternArgument argument, TypeReference type)
    {
        if (argument is ExternArgument.Null)
        {
            PushNull(type);
        }
        else if (type is GenericInstanceType optional && World.IsNullable(type))
        {
            Push(argument, optional.GenericArguments[0]);
            il.New(tensors.Nullable((GenericInstanceType)types.Import(type)));
        }
        else if (type.FullName == "TorchSharp.Scalar")
        {
            PushScalar(argument);
        }
        else
        {
            PushValue(argument, type);
        }
    }

    private void PushNull(TypeReference type)
    {
        if (type.IsValueType)
        {
            access.LoadDefault(type);
        }
        else
        {
            il.Null();
        }
    }

    private void PushValue(ExternArgument argument, TypeReference type)
    {
        switch (argument)
        {
            case ExternArgument.Operand operand when World.IsTensor(type):
                tensors.Push(step.Operands[operand.Index]);
                break;
            case ExternArgument.Nested nested when World.IsTensor(type):
                Call(nested.Method, nested.Arguments);
                VariableDefinition made = il.Local(torch.Tensor);
                between.Add(made);
                il.Store(made);
                il.Load(made);
                break;
            case ExternArgument.Outside { Access: var outside } when outside.Type.IsValueType:
                access.Load(outside);
                Numbers.Convert(il, world, outside.Type, Numbers.IsFloat(type), outside);
                Narrow(type);
                break;
            case ExternArgument.Outside outside:
                access.Load(outside.Access);
                break;
            case ExternArgument.Size size:
                dims.Push(Sizes[size.Index]);
                if (Numbers.IsFloat(type))
                {
                    il.Op(OpCodes.Conv_R8);
                }

                Narrow(type);
                break;
            case ExternArgument.Constant { Value: string text }:
                il.Text(text);
                break;
            case ExternArgument.Constant { Value: double number } when Numbers.IsFloat(type):
                il.Double(number);
                Narrow(type);
                break;
            case ExternArgument.Constant { Value: long number }:
                if (Numbers.IsFloat(type))
                {
                    il.Double(number);
                }
                else
                {
                    il.Long(number);
                }

                Narrow(type);
                break;
            case ExternArgument.List list:
                PushList(list.Items, type);
                break;
            default:
                throw Unknown($"{argument.GetType().Name} as {type.Name}");
        }
    }

    // From i64 or f64 on the stack.
    private void Narrow(TypeReference type)
    {
        bool isEnum = type.MetadataType == MetadataType.ValueType && world.Resolve(type) is { IsEnum: true };
        MetadataType wanted = isEnum ? world.Resolve(type)!.Fields.First(f => !f.IsStatic).FieldType.MetadataType : type.MetadataType;
        switch (wanted)
        {
            case MetadataType.Int64 or MetadataType.UInt64 or MetadataType.Double:
                break;
            case MetadataType.Single:
                il.Op(OpCodes.Conv_R4);
                break;
            case MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte or MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Char:
                il.Op(OpCodes.Conv_I4);
                break;
            default:
                throw Unknown($"a number as {type.Name}");
        }
    }

    // By the implicit conversion that the C# compiler would choose.
    private void PushScalar(ExternArgument argument)
    {
        string from = argument switch
        {
            ExternArgument.Constant { Value: double, IsSingle: true } => "Single",
            ExternArgument.Constant { Value: double } => "double",
            ExternArgument.Constant { Value: long } or ExternArgument.Size => "long",
            ExternArgument.Outside { Access.Type: var type } when type.IsValueType => Numbers.IsFloat(type) ? "double" : "long",
            ExternArgument.Outside => "",
            _ => throw Unknown($"{argument.GetType().Name} as Scalar"),
        };
        TypeSystem basic = types.Module.TypeSystem;
        PushValue(argument, from switch
        {
            "Single" => basic.Single,
            "double" => basic.Double,
            "long" => basic.Int64,
            _ => basic.Object,
        });
        if (from.Length > 0)
        {
            il.Call(torch.Method("TorchSharp.Scalar", "op_Implicit", from));
        }
    }

    private void PushList(ImmutableArray<ExternArgument> items, TypeReference type)
    {
        switch (type)
        {
            case ArrayType { ElementType: var element }:
                PushArray(items, element);
                break;
            case GenericInstanceType { GenericArguments: [var element] } span when span.ElementType.Name is "ReadOnlySpan`1" or "Span`1":
                PushArray(items, element);
                il.New(CoreMembers.Instance(types.Import(span), ".ctor", types.Module.TypeSystem.Void, new ArrayType(types.TypeParameter(0))));
                break;
            case GenericInstanceType tuple when tuple.ElementType.Name.StartsWith("ValueTuple`", StringComparison.Ordinal) || tuple.ElementType.Name.StartsWith("Tuple`", StringComparison.Ordinal):
                for (int i = 0; i < items.Length; i++)
                {
                    Push(items[i], tuple.GenericArguments[i]);
                }

                il.New(CoreMembers.Instance(types.Import(tuple), ".ctor", types.Module.TypeSystem.Void, [.. items.Select((_, i) => types.TypeParameter(i))]));
                break;
            case GenericInstanceType { GenericArguments: [var element] } list when list.ElementType.FullName == "System.Collections.Generic.List`1":
                PushArray(items, element);
                var source = new GenericInstanceType(types.Core("System.Collections.Generic", "IEnumerable`1"));
                source.GenericArguments.Add(types.TypeParameter(0));
                il.New(CoreMembers.Instance(types.Import(list), ".ctor", types.Module.TypeSystem.Void, source));
                break;
            case GenericInstanceType { GenericArguments: [var element] } shared when world.Resolve(shared) is { IsInterface: true }:
                PushArray(items, element);
                break;
            case var size when size.FullName == "TorchSharp.torch/Size":
                PushArray(items, types.Module.TypeSystem.Int64);
                il.New(torch.Method("TorchSharp.torch/Size", ".ctor", "long[]"));
                break;
            default:
                throw Unknown($"a list as {type.Name}");
        }
    }

    private void PushArray(ImmutableArray<ExternArgument> items, TypeReference element)
    {
        if (element.MetadataType == MetadataType.Int64 && items.All(i => i is ExternArgument.Size or ExternArgument.Constant { Value: long }))
        {
            tensors.PushArray([.. items.Select(i => i is ExternArgument.Size size ? Sizes[size.Index] : (DimExpr)(long)((ExternArgument.Constant)i).Value)]);
            return;
        }

        il.NewArray(types.Import(element), items.Length, i => Push(items[i], element));
    }

    private StubException Unknown(string what) => new(Rules.StubNotWritten, step.Node.Location, step.Node.Attributes.Get<string>("callee"), what);
}
