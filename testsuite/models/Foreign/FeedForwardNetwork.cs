using System;
using TorchSharp;
using TorchSharp.Modules;

namespace Samples.Foreign
{
    public class FeedForwardNetwork : torch.nn.Module<torch.Tensor, torch.Tensor>
    {
        private readonly NetworkOptions _options;
        private readonly Func<torch.Tensor, torch.Tensor> _activation;
        private readonly ModuleList<Linear> _layers;
        private readonly ModuleList<LayerNorm> _norms;
        private readonly Linear _output;

        public FeedForwardNetwork() : this(new NetworkOptions())
        {
        }

        public FeedForwardNetwork(NetworkOptions options) : base("FeedForwardNetwork")
        {
            _options = options ?? throw new ArgumentNullException(nameof(options));
            _activation = SelectActivation(options.Activation);
            _layers = new ModuleList<Linear>();
            _norms = new ModuleList<LayerNorm>();

            int size = options.InputSize;
            for (int i = 0; i < options.HiddenSizes.Length; i++)
            {
                _layers.Add(torch.nn.Linear(size, options.HiddenSizes[i]));
                if (options.UseLayerNorm)
                {
                    _norms.Add(torch.nn.LayerNorm(options.HiddenSizes[i]));
                }
                size = options.HiddenSizes[i];
            }
            _output = torch.nn.Linear(size, options.OutputSize);

            RegisterComponents();
        }

        public override torch.Tensor forward(torch.Tensor input)
        {
            using (torch.NewDisposeScope())
            {
                torch.Tensor x = FlattenInput(input);
                for (int i = 0; i < _layers.Count; i++)
                {
                    x = HiddenLayer(x, i);
                }
                return _output.forward(x).MoveToOuterDisposeScope();
            }
        }

        private torch.Tensor HiddenLayer(torch.Tensor x, int index)
        {
            x = _layers[index].forward(x);
            if (_options.UseLayerNorm)
            {
                x = _norms[index].forward(x);
            }
            return _activation(x);
        }

        private static torch.Tensor FlattenInput(torch.Tensor input)
        {
            return input.dim() > 2 ? input.reshape(input.shape[0], -1) : input;
        }

        private static Func<torch.Tensor, torch.Tensor> SelectActivation(string name)
        {
            switch (name)
            {
                case "relu":
                    return x => torch.nn.functional.relu(x);
                case "tanh":
                    return torch.tanh;
                case "swish":
                    return Swish;
                case "leaky":
                    return x => torch.nn.functional.leaky_relu(x, 0.01);
                default:
                    throw new ArgumentException($"Unknown activation '{name}'.", nameof(name));
            }
        }

        private static torch.Tensor Swish(torch.Tensor x)
        {
            return x * torch.sigmoid(x);
        }
    }
}
