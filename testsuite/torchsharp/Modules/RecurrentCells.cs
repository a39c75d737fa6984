using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>One step of an LSTM: [N, input] to the next hidden and cell state, [N, hidden].</summary>
    public sealed class LSTMCell : Module<Tensor, (Tensor, Tensor)?, (Tensor, Tensor)>
    {
        private readonly Parameter[] weights;
        private readonly long hidden;

        internal LSTMCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype)
            : base(nameof(LSTMCell)) => (hidden, weights) = (hiddenSize, CellWeights.Create(4, inputSize, hiddenSize, bias, device, dtype, register_parameter));

        public override (Tensor, Tensor) forward(Tensor input, (Tensor, Tensor)? h0_c0)
        {
            var (h0, c0) = h0_c0 ?? (zeros(input.size(0), hidden, input.dtype), zeros(input.size(0), hidden, input.dtype));
            return Native.Call2("lstm_cell", input, new[] { h0, c0 }, weights[0], weights[1], weights.ElementAtOrDefault(2), weights.ElementAtOrDefault(3));
        }

        public new (Tensor, Tensor) call(Tensor input, (Tensor, Tensor)? h0_c0 = null) => base.call(input, h0_c0);
    }

    /// <summary>One step of a GRU: [N, input] to the next hidden state, [N, hidden].</summary>
    public sealed class GRUCell : Module<Tensor, Tensor, Tensor>
    {
        private readonly Parameter[] weights;
        private readonly long hidden;

        internal GRUCell(long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype)
            : base(nameof(GRUCell)) => (hidden, weights) = (hiddenSize, CellWeights.Create(3, inputSize, hiddenSize, bias, device, dtype, register_parameter));

        public override Tensor forward(Tensor input, Tensor? h0 = null)
            => Native.Call("gru_cell", input, h0 ?? zeros(input.size(0), hidden, input.dtype), weights[0], weights[1], weights.ElementAtOrDefault(2), weights.ElementAtOrDefault(3));
    }

    internal static class CellWeights
    {
        public static Parameter[] Create(int gates, long inputSize, long hiddenSize, bool bias, Device? device, ScalarType? dtype, Action<string, Parameter> register)
        {
            var bound = hiddenSize > 0 ? 1 / Math.Sqrt(hiddenSize) : 0;
            (string Name, long[] Size)[] all = [("weight_ih", [gates * hiddenSize, inputSize]), ("weight_hh", [gates * hiddenSize, hiddenSize]), ("bias_ih", [gates * hiddenSize]), ("bias_hh", [gates * hiddenSize])];
            return [.. all.Take(bias ? 4 : 2).Select(w =>
            {
                var parameter = new Parameter(empty(w.Size, dtype, device));
                parameter.DetachFromDisposeScope();
                init.uniform_(parameter, -bound, bound);
                register(w.Name, parameter);
                return parameter;
            })];
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static LSTMCell LSTMCell(long inputSize, long hiddenSize, bool bias = true, Device? device = null, ScalarType? dtype = null) => new(inputSize, hiddenSize, bias, device, dtype);

            public static GRUCell GRUCell(long inputSize, long hiddenSize, bool bias = true, Device? device = null, ScalarType? dtype = null) => new(inputSize, hiddenSize, bias, device, dtype);
        }
    }
}
