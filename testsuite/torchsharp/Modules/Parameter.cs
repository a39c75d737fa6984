using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>A tensor that a module registers as trainable. It takes over the handle and the dispose scope of its data.</summary>
    public class Parameter : Tensor
    {
        public Parameter(Tensor data, bool requires_grad = true)
            : base(data.with_requires_grad(requires_grad).MoveHandle(), register: false)
        {
            DisposeScope.ReplaceWith(data, this);
        }
    }
}

namespace TorchSharp
{
    public static partial class TensorExtensionMethods
    {
        public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
