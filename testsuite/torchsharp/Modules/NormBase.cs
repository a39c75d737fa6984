using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>What batch and instance norm share: affine parameters and running statistics per channel.</summary>
    public abstract class NormBase : Module<Tensor, Tensor>
    {
        [Utils.ComponentName(Name = nameof(weight))]
        private Parameter? _weight;

        [Utils.ComponentName(Name = nameof(bias))]
        private Parameter? _bias;

        [Utils.ComponentName(Name = nameof(running_mean))]
        private Tensor? _running_mean;

        [Utils.ComponentName(Name = nameof(running_var))]
        private Tensor? _running_var;

        [Utils.ComponentName(Name = nameof(num_batches_tracked))]
        private Tensor? _num_batches_tracked;

        public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
            : base(name)
        {
            this.num_features = num_features;
            this.eps = eps;
            this.momentum = momentum;
            this.affine = affine;
            this.track_running_stats = track_running_stats;

            if (affine)
            {
                weight = Parameter(empty(num_features, dtype, device));
                bias = Parameter(empty(num_features, dtype, device));
            }
            if (track_running_stats)
            {
                running_mean = zeros(num_features, dtype, device);
                running_var = ones(num_features, dtype, device);
                num_batches_tracked = tensor(0L, dtype, device);
            }
            reset_parameters();
        }

        public long num_features { get; }

        public double eps { get; set; }

        public double? momentum { get; set; }

        public bool affine { get; }

        public bool track_running_stats { get; }

        public Parameter weight
        {
            get => _weight!;
            set => SetParameter(ref _weight, nameof(weight), value);
        }

        public Parameter? bias
        {
            get => _bias;
            set => SetParameter(ref _bias, nameof(bias), value);
        }

        public Tensor? running_mean
        {
            get => _running_mean;
            set => SetBuffer(ref _running_mean, nameof(running_mean), value);
        }

        public Tensor? running_var
        {
            get => _running_var;
            set => SetBuffer(ref _running_var, nameof(running_var), value);
        }

        public Tensor? num_batches_tracked
        {
            get => _num_batches_tracked;
            set => SetBuffer(ref _num_batches_tracked, nameof(num_batches_tracked), value);
        }

        public void reset_parameters()
        {
            reset_running_stats();
            if (_weight is not null)
                init.ones_(_weight);
            if (_bias is not null)
                init.zeros_(_bias);
        }

        public void reset_running_stats()
        {
            if (!track_running_stats)
                return;
            init.zeros_(_running_mean!);
            init.ones_(_running_var!);
            init.zeros_(_num_batches_tracked!);
        }

        protected abstract void ValidateInputDimensions(Tensor input);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _weight?.Dispose();
                _bias?.Dispose();
                _running_mean?.Dispose();
                _running_var?.Dispose();
                _num_batches_tracked?.Dispose();
            }
            base.Dispose(disposing);
        }
    }
}
