using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>Long short-term memory (Hochreiter and Schmidhuber, 1997), gates in the order input, forget, cell, output.</summary>
    public sealed class LSTM : Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor, Tensor)>
    {
        private readonly RecurrentWeights weights;

        internal LSTM(RecurrentWeights weights, Device? device, ScalarType? dtype)
            : base(nameof(LSTM))
        {
            this.weights = weights;
            foreach (var (name, parameter) in weights.Create(gates: 4, device, dtype))
                register_parameter(name, parameter);
        }

        /// <param name="input">[T, N, input], or [N, T, input] if batch first.</param>
        /// <param name="h0_c0">Hidden and cell state, each [layers * directions, N, hidden]; null: zeros.</param>
        /// <returns>All hidden states of the last layer, the last hidden state, the last cell state.</returns>
        public override (Tensor, Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0 = null)
        {
            var (h0, c0) = h0_c0 ?? (weights.ZeroState(input), weights.ZeroState(input));
            Tensor[] parameters = [.. _internal_params.values()];
            return Native.Call3("lstm.input", input, new[] { h0, c0 }, parameters, weights.Bias, weights.Layers, weights.Dropout, training, weights.Bidirectional, weights.BatchFirst);
        }

        public new (Tensor, Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);

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
            public static LSTM LSTM(long inputSize, long hiddenSize, long numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, Device? device = null, ScalarType? dtype = null)
                => new(new RecurrentWeights(inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional), device, dtype);
        }
    }
}
