using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>Leaky ReLU with learned slopes (He et al., 2015).</summary>
    public sealed class PReLU : Module<Tensor, Tensor>
    {
        [Utils.ComponentName(Name = nameof(weight))]
        private Parameter? _weight;

        internal PReLU(long num_parameters, double init, Device? device, ScalarType? dtype)
            : base(nameof(PReLU))
        {
            this.num_parameters = num_parameters;
            this.init = init;
            weight = Parameter(empty(num_parameters, dtype, device));
            nn.init.constant_(weight, init);
        }

        public long num_parameters { get; }

        public double init { get; }

        public Parameter weight
        {
            get => _weight!;
            set => SetParameter(ref _weight, nameof(weight), value);
        }

        public override Tensor forward(Tensor tensor) => functional.prelu(tensor, weight);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _weight?.Dispose();
            base.Dispose(disposing);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static PReLU PReLU(long num_parameters, double init = 0.25, Device? device = null, ScalarType? dtype = null)
                => new(num_parameters, init, device, dtype);
        }
    }
}
