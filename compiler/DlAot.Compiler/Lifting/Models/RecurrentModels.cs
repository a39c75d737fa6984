using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Recurrent layers, run by the user's own layer. Settings that it does not tell, unless they are certain, show in the sizes of what
/// it returns.
/// </summary>
internal static class RecurrentModels
{
    public static void Register(ModelTable t)
    {
        foreach ((string layer, int states) in new[] { ("LSTM", 2), ("GRU", 1), ("RNN", 1) })
        {
            LayerCalls.Add(t, layer, s => Sequence(s, states), needsEval: true);
        }

        foreach ((string layer, int states) in new[] { ("LSTMCell", 2), ("GRUCell", 1), ("RNNCell", 1) })
        {
            LayerCalls.Add(t, layer, s => Cell(s, states));
        }
    }

    // Input [T,N,I], or [N,T,I] when batch first: output, last hidden state (and cell state), [layers * directions, N, hidden].
    private static IReadOnlyList<TensorType?> Sequence(CallSite s, int states)
    {
        Value x = s.Tensor("input");
        if (x.Rank != 3)
        {
            throw s.Fail(Rules.ShapeMismatch, $"{LayerModels.Self(s).Instance.Type.Name} of an input of rank {x.Rank}");
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        long? directions = LayerCalls.Flag(s, "bidirectional") is bool both ? both ? 2 : 1 : null;
        DimExpr hidden = LayerCalls.Fact(s, "hiddenSize", "hidden_size") ?? s.Interpreter.NewSize("hidden");
        DimExpr layers = LayerCalls.Fact(s, "numLayers", "num_layers") is { } l && directions is long d ? l * d : s.Interpreter.NewSize("layers");
        DimExpr batch = LayerCalls.Flag(s, "batchFirst", "batch_first") is bool first ? shape[first ? 0 : 1] : s.Interpreter.NewSize("batch");
        var state = new TensorType(x.DType, [layers, batch, hidden]);
        var output = new TensorType(x.DType, [shape[0], shape[1], directions is long n ? hidden * n : s.Interpreter.NewSize("features")]);
        return [output, .. Enumerable.Repeat(state, states)];
    }

    // Input [N,I] or [I]: the next hidden state (and cell state), [N,hidden] or [hidden].
    private static IReadOnlyList<TensorType?> Cell(CallSite s, int states)
    {
        Value x = s.Tensor("input");
        DimExpr hidden = LayerCalls.Fact(s, "hiddenSize", "hidden_size") ?? s.Interpreter.NewSize("hidden");
        return [.. Enumerable.Repeat(new TensorType(x.DType, s.Builder.TypeOf(x).Shape.SetItem(x.Rank - 1, hidden)), states)];
    }
}
