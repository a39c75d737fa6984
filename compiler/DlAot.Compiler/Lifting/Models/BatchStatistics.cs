using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Batch norm in training mode: normalises by the batch's own statistics and moves the running ones towards them (aten/native/Normalization.cpp).</summary>
internal static class BatchStatistics
{
    /// <param name="x">[N,C,..].</param>
    /// <param name="channels">C.</param>
    /// <param name="weight">[C], or none.</param>
    /// <param name="bias">[C], or none.</param>
    public static Value Normalised(CallSite s, Value x, DimExpr channels, Value? weight, Value? bias, double eps)
    {
        if (x.DType != DType.F32)
        {
            throw s.Unsupported($"batch statistics of {x.DType.Name()}");
        }

        ImmutableArray<DimExpr> shape = s.Builder.TypeOf(x).Shape;
        DimExpr count = DimExpr.Product(shape.RemoveAt(1));
        s.Builder.Facts.RequireAtLeast(count, 2); // of one number the library makes no statistics
        double momentum = Momentum(s);
        TensorObject mean = Buffer(s, "running_mean", DType.F32, channels), variance = Buffer(s, "running_var", DType.F32, channels), batches = Buffer(s, "num_batches_tracked", DType.I64);
        ImmutableArray<long> others = [0, .. Enumerable.Range(2, x.Rank - 2).Select(i => (long)i)];
        Lane all = new(s.Builder, x), own = all.Over(Op.Mean, others), centred = all - own, spread = (centred * centred).Over(Op.Mean, others);
        Lane n = new(s.Builder, s.Interpreter.AsGraphNumber(new Size(count), DType.F32));
        s.Replace(batches, s.Builder.Add(Op.Add, batches.Value, s.Builder.Constant(1, DType.I64)));
        Move(mean, own);
        Move(variance, spread * (n / (n - 1)));
        Lane result = centred * (spread + eps).Apply(Op.Rsqrt);
        result = weight is null ? result : result * new Lane(s.Builder, NormModels.PerChannel(s, weight, x.Rank));
        return (bias is null ? result : result + new Lane(s.Builder, NormModels.PerChannel(s, bias, x.Rank))).Value;

        void Move(TensorObject running, Lane now) =>
            s.Replace(running, ((new Lane(s.Builder, running.Value) * (1 - momentum)) + (new Lane(s.Builder, ProductModels.Reshaped(s, now.Value, [shape[1]])) * momentum)).Value);
    }

    // Without one the average of all batches is kept, which depends on how many there were.
    private static double Momentum(CallSite s)
    {
        ObjectRef self = LayerModels.Self(s);
        AbstractValue told = self.Instance.Facts.GetValueOrDefault("momentum") ?? new Constant(0.1, Assumed: true);
        return s.Interpreter.ReadProperty(self, "momentum", told) switch
        {
            Constant { Value: double known } => known,
            HostNumber number when s.Interpreter.PinScalar(number) is double likely => likely,
            _ => throw s.Unsupported("no momentum"),
        };
    }

    private static TensorObject Buffer(CallSite s, string name, DType type, params ReadOnlySpan<DimExpr> shape) =>
        s.Interpreter.ReadProperty(LayerModels.Self(s), name, TorchModels.OfType(TensorType.Of(type, shape))) is TensorRef buffer ? buffer.Object : throw s.Unsupported("no running statistics");
}
