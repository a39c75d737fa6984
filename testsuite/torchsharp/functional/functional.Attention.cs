namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private const string AttentionOp = "scaled_dot_product_attention";

            private static readonly Lazy<bool> s_hasAttention = new(() => Native.Has(AttentionOp));

            public static Tensor scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0, bool is_casual = false)
                => s_hasAttention.Value
                    ? Native.Call(AttentionOp, query, key, value, attn_mask, p, is_casual)
                    : DecomposedAttention(query, key, value, attn_mask, p, is_casual);

            // libtorch 1.13 has no such operator: softmax(q k' / sqrt(E) + mask) v, step by step.
            private static Tensor DecomposedAttention(Tensor query, Tensor key, Tensor value, Tensor? mask, double p, bool causal)
            {
                using DisposeScope scope = NewDisposeScope();
                if (causal)
                {
                    if (mask is not null)
                    {
                        throw new ArgumentException("attn_mask and is_casual cannot both be given");
                    }
                    mask = ones([query.size(-2), key.size(-2)], ScalarType.Bool, query.device).tril();
                }
                Tensor scores = query.mul(1 / Math.Sqrt(query.size(-1))).matmul(key.transpose(-2, -1));
                if (mask is not null)
                {
                    scores = mask.dtype == ScalarType.Bool
                        ? scores.masked_fill(mask.logical_not(), double.NegativeInfinity)
                        : scores.add(mask);
                }
                Tensor weights = scores.softmax(-1);
                if (p > 0)
                {
                    weights = dropout(weights, p);
                }
                return weights.matmul(value).MoveToOuterDisposeScope();
            }
        }
    }
}
