using System.Collections.Immutable;

namespace DlAot.Ir;

public static partial class Op
{
    // A call that only the front end understands (an LSTM, an op without a row of its own): it gave the result types. Sizes among its arguments
    // stand in "sizes".
    public static readonly OpDef Extern = new(
        "extern", OpFamily.Extern, 0, int.MaxValue,
        [A<string>("callee"), A<ImmutableArray<TensorType>>("types"), A<bool>("pure"), A<string>("arguments", optional: true), A<ImmutableArray<DimExpr>>("sizes", optional: true)],
        c => [.. c.Attributes.Get<ImmutableArray<TensorType>>("types").Select(c.Facts.Normalize)],
        EffectClass.Opaque, null, null, "an operation run by the user's tensor library; result types given");
}
