using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules
{
    /// <summary>Adam (Kingma and Ba, 2015).</summary>
    public class Adam : OptimizerHelper, IBetas
    {
        private readonly Dictionary<Parameter, Moments> moments = new(ReferenceEqualityComparer.Instance);

        public Adam(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            : this([new ParamGroup { Parameters = parameters.ToList() }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize)
        {
        }

        /// <exception cref="ArgumentException">A negative rate, or a beta outside [0, 1).</exception>
        public Adam(IEnumerable<ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
        {
            if (lr < 0 || eps < 0 || weight_decay < 0)
                throw new ArgumentException("Learning rate, epsilon and weight decay must not be negative.");
            if (beta1 is < 0 or >= 1 || beta2 is < 0 or >= 1)
                throw new ArgumentException("The betas must lie in [0, 1).");

            _defaults = new Options
            {
                LearningRate = lr,
                InitialLearningRate = lr,
                beta1 = beta1,
                beta2 = beta2,
                eps = eps,
                weight_decay = weight_decay,
                amsgrad = amsgrad,
                maximize = maximize,
            };
            foreach (var group in parameters)
                add_param_group(group);
        }

        public (double, double) Betas
        {
            get => (((Options)_defaults).beta1 ?? 0, ((Options)_defaults).beta2 ?? 0);
            set => (((Options)_defaults).beta1, ((Options)_defaults).beta2) = value;
        }

        public override void add_param_group(Modules.ParamGroup param_group)
        {
            var defaults = (Options)_defaults;
            var options = ((ParamGroup)param_group).Options;
            options.LearningRate ??= defaults.LearningRate;
            options.InitialLearningRate = options.LearningRate!.Value;
            options.beta1 ??= defaults.beta1;
            options.beta2 ??= defaults.beta2;
            options.eps ??= defaults.eps;
            options.weight_decay ??= defaults.weight_decay;
            options.amsgrad ??= defaults.amsgrad;
            options.maximize ??= defaults.maximize;
            base.add_param_group(param_group);
        }

        public override Tensor step(Func<Tensor> closure = null!) => _step<ParamGroup>(StepGroup, closure);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                foreach (var state in moments.Values)
                    state.Dispose();
                moments.Clear();
            }
            base.Dispose(disposing);
        }

        private void StepGroup(ParamGroup group)
        {
            var options = group.Options;
            var (beta1, beta2) = (options.beta1!.Value, options.beta2!.Value);
            foreach (var (parameter, gradient) in Gradients(group, options.weight_decay!.Value, options.maximize!.Value))
            {
                if (!moments.TryGetValue(parameter, out var state))
                    moments[parameter] = state = new Moments(parameter);

                state.Step++;
                state.First.mul_(beta1).add_(gradient, alpha: 1 - beta1);
                state.Second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);

                var second = state.Second;
                if (options.amsgrad!.Value)
                {
                    var largest = state.LargestSecond ??= zeros_like(parameter).DetachFromDisposeScope();
                    largest.copy_(maximum(largest, second));
                    second = largest;
                }

                var denominator = (second.sqrt() / Math.Sqrt(1 - Math.Pow(beta2, state.Step))).add_(options.eps!.Value);
                var rate = options.LearningRate!.Value / (1 - Math.Pow(beta1, state.Step));
                parameter.addcdiv_(state.First, denominator, -rate);
            }
        }

        private sealed class Moments(Parameter parameter) : IDisposable
        {
            internal Tensor First { get; } = zeros_like(parameter).DetachFromDisposeScope();

            internal Tensor Second { get; } = zeros_like(parameter).DetachFromDisposeScope();

            internal Tensor? LargestSecond { get; set; }

            internal long Step { get; set; }

            public void Dispose()
            {
                First.Dispose();
                Second.Dispose();
                LargestSecond?.Dispose();
            }
        }

        public class Options : OptimizerOptions
        {
            public double? beta1;
            public double? beta2;
            public double? eps;
            public double? weight_decay;
            public bool? amsgrad;
            public bool? maximize;
        }

        public class ParamGroup : ParamGroup<Options>, IBetas
        {
            public ParamGroup()
            {
                base.Options = new Options();
            }

            public ParamGroup(IEnumerable<Parameter> parameters, Options options)
                : base(parameters, options)
            {
            }

            public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize })
            {
            }

            public (double, double) Betas
            {
                get => (Options.beta1 ?? 0, Options.beta2 ?? 0);
                set => (Options.beta1, Options.beta2) = value;
            }
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static Adam Adam(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters.Select(entry => entry.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static Adam Adam(IEnumerable<Adam.ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                => new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}
