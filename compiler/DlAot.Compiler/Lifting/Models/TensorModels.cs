using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Properties of <c>Tensor</c>. Other themes have files of their own.</summary>
internal static class TensorModels
{
    /// <summary>What the first operand is called, in this order of preference.</summary>
    public static readonly string[] Self = ["this", "input", "x", "tensor", "self", "left"];

    public static void Register(ModelTable t)
    {
        RegisterProperties(t);
        HostReadModels.Register(t);
    }

    /// <summary>One model for the method and for the function of the same name under <c>torch</c>, for each of the names.</summary>
    public static void Both(ModelTable t, string names, CallModel model)
    {
        foreach (string name in names.Split(' '))
        {
            t.Add(model, $"Tensor.{name}", $"torch.{name}");
        }
    }

    private static void RegisterProperties(ModelTable t)
    {
        t["Tensor.get_shape"] = Sizes;
        t["Tensor.size"] = s => s.Arguments.Length == 1 ? Sizes(s) : SizeAt(s, ShapeOps.Axis(s, s.Int("dim"), Shape(s).Length));
        t.Add(s => AbstractValue.Of((long)s.Tensor(Self).Rank), "Tensor.get_ndim", "Tensor.dim", "Tensor.get_Dimensions", "Tensor.ndimension");
        t.Add(s => Interpreter.Sized(s.Builder.TypeOf(s.Tensor(Self)).Numel), "Tensor.numel", "Tensor.get_NumberOfElements");
        t.Add(s => AbstractValue.Of(TorchTypes.Code(s.Tensor(Self).DType)), "Tensor.get_dtype");
        t["TensorExtensionMethods.IntShape"] = t.Find("Tensor.get_shape");
        t["Tensor.get_requires_grad"] = s => s.OperandObject switch
        {
            { StorageAccess: null } => AbstractValue.Of(false), // none is needed where compiled code runs
            { Access: { } access } => s.Interpreter.Read(new Unknown(s.ReturnType, "whether it needs a gradient"), new Access.Property(access, Interpreter.OnType(s.Method, s.Declaring), s.ReturnType)),
            _ => throw s.Unsupported("a view of a tensor read from outside"),
        };
        t["Tensor.get_device"] = s => DeviceModels.Cpu(s.ReturnType);
        t["Tensor.get_device_type"] = _ => AbstractValue.Of(0L); // compiled code runs on the CPU, which is checked
        t["Tensor.get_IsInvalid"] = s => AbstractValue.Of(s.Find("this") is TensorRef { Object.IsDisposed: true });
    }

    private static AbstractValue SizeAt(CallSite s, int axis)
    {
        s.Interpreter.NoteSize(s.Tensor(Self), axis);
        return Interpreter.Sized(Shape(s)[axis]);
    }

    // An array that knows whose sizes it holds: who asks for one that is not there meant a tensor of more dimensions.
    private static ObjectRef Sizes(CallSite s)
    {
        ObjectRef sizes = Interpreter.NewList(s.ReturnType, Shape(s).Select(Interpreter.Sized));
        sizes.Instance.Facts["of"] = new TensorRef(s.TensorObject(Self));
        return sizes;
    }

    private static ImmutableArray<DimExpr> Shape(CallSite s) => s.Builder.TypeOf(s.Tensor(Self)).Shape;
}
