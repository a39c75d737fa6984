using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>The parameters of an LSTM, GRU or RNN, in the order and under the names of libtorch.</summary>
internal sealed record RecurrentWeights(long InputSize, long HiddenSize, long Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional)
{
    private long Directions => Bidirectional ? 2 : 1;

    /// <summary>weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, then "_reverse", then the next layer; uniform in 1/sqrt(hidden).</summary>
    /// <param name="gates">Blocks of <see cref="HiddenSize"/> rows in a weight: LSTM 4, GRU 3, RNN 1.</param>
    internal IEnumerable<(string name, Parameter parameter)> Create(int gates, Device? device, ScalarType? dtype)
    {
        var rows = gates * HiddenSize;
        var bound = HiddenSize > 0 ? 1 / Math.Sqrt(HiddenSize) : 0;
        for (var layer = 0; layer < Layers; layer++)
        {
            var columns = layer == 0 ? InputSize : HiddenSize * Directions;
            for (var direction = 0; direction < Directions; direction++)
            {
                var suffix = $"_l{layer}{(direction == 0 ? "" : "_reverse")}";
                yield return ("weight_ih" + suffix, New(rows, columns));
                yield return ("weight_hh" + suffix, New(rows, HiddenSize));
                if (!Bias)
                    continue;
                yield return ("bias_ih" + suffix, New(rows));
                yield return ("bias_hh" + suffix, New(rows));
            }
        }

        Parameter New(params long[] size)
        {
            var parameter = new Parameter(empty(size, dtype, device));
            parameter.DetachFromDisposeScope();
            init.uniform_(parameter, -bound, bound);
            return parameter;
        }
    }

    /// <summary>The state before the first step: [layers * directions, N, hidden].</summary>
    internal Tensor ZeroState(Tensor input)
        => zeros(Directions * Layers, input.size(BatchFirst ? 0 : 1), HiddenSize, dtype: input.dtype, device: input.device);
}
