using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>x times the normal distribution function at x (Hendrycks and Gimpel, 2016), exact or through tanh.</summary>
    public sealed class GELU : ParameterLessModule<Tensor, Tensor>
    {
        public enum Approximate
        {
            none = 0,
            tanh = 1,
        }

        internal GELU(bool inplace, Approximate approximate = Approximate.none)
            : base(nameof(GELU))
        {
            this.inplace = inplace;
            this.approximate = approximate;
        }

        public bool inplace { get; set; }

        public Approximate approximate { get; set; }

        public override Tensor forward(Tensor tensor) => functional.gelu(tensor, approximate, inplace);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public partial class Tensor
        {
            public Tensor gelu(GELU.Approximate approximate) => Native.Call("gelu", this, approximate.ToString());

            public Tensor gelu_(GELU.Approximate approximate) => Native.Run("gelu_", this, approximate.ToString());
        }

        public static partial class nn
        {
            public static GELU GELU() => new(false);

            public static GELU GELU(bool inplace) => new(inplace);

            public static GELU GELU(GELU.Approximate approximate, bool inplace = false) => new(inplace, approximate);

            public static partial class functional
            {
                public static Tensor gelu(Tensor x, GELU.Approximate approximate, bool inplace = false)
                    => inplace ? x.gelu_(approximate).alias() : x.gelu(approximate);
            }
        }
    }
}
