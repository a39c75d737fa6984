using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>Gated recurrent unit (Cho et al., 2014), gates in the order reset, update, new.</summary>
    public sealed class GRU : Module<Tensor, Tensor, (Tensor, Tensor)>
    {
        private readonly RecurrentWeights weights;

        internal GRU(RecurrentWeights weights, Device? device, ScalarType? dtype)
            : base(nameof(GRU))
        {
            this.weights = weights;
            foreach (var (name, parameter) in weights.Create(gates: 3, device, dtype))
                register_parameter(name, parameter);
        }

        /// <param name="input">[T, N, input], or [N, T, input] if batch first.</param>
        /// <param name="h0">[layers * directions, N, hidden]; null: zeros.</param>
        /// <returns>All hidden states of the last layer, the last hidden state.</returns>
        public override (Tensor, Tensor) forward(Tensor input, Tensor h0 = null!)
        {
            h0 ??= weights.ZeroState(input);
            Tensor[] parameters = [.. _internal_params.values()];
            return Native.Call2("gru.input", input, h0, parameters, weights.Bias, weights.Layers, weights.Dropout, training, weights.Bidirectional, weights.BatchFirst);
        }

        public new (Tensor, Tensor) call(Tensor input, Tensor h0 = null!) => base.call(input, h0);

        /// <summary>Does nothing: only cuDNN wants the weights in one block.</summary>
        public void flatten_parameters()
        {
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static GRU GRU(long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, Device device = null!, ScalarType? dtype = null)
                => new(new RecurrentWeights(inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional), device, dtype);
        }
    }
}
