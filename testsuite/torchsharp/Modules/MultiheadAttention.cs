using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>Attention of several heads (Vaswani et al., 2017): query [L, N, E], key and value [S, N, E].</summary>
    public sealed class MultiheadAttention : Module<Tensor, Tensor, Tensor, Tensor, bool, Tensor, Tuple<Tensor, Tensor>>
    {
        private readonly Parameter inProjection, inBias;
        private readonly Linear outProjection;
        private readonly long heads;

        internal MultiheadAttention(long embedded_dim, long num_heads)
            : base(nameof(MultiheadAttention))
        {
            heads = num_heads;
            inProjection = new Parameter(empty(3 * embedded_dim, embedded_dim));
            inBias = new Parameter(zeros(3 * embedded_dim));
            inProjection.DetachFromDisposeScope();
            inBias.DetachFromDisposeScope();
            init.xavier_uniform_(inProjection);
            register_parameter("in_proj_weight", inProjection);
            register_parameter("in_proj_bias", inBias);
            outProjection = Linear(embedded_dim, embedded_dim);
            register_module("out_proj", outProjection);
        }

        /// <returns>[L, N, E], and the weights averaged over heads [N, L, S] or null.</returns>
        public override Tuple<Tensor, Tensor> forward(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask, bool need_weights, Tensor? attn_mask)
        {
            using var scope = NewDisposeScope();
            long length = query.size(0), batch = query.size(1), embedding = query.size(2);
            Tensor[] weights = inProjection.chunk(3), biases = inBias.chunk(3);
            Tensor Heads(Tensor x, int part) => functional.linear(x, weights[part], biases[part]).view(x.size(0), batch, heads, embedding / heads).permute(1, 2, 0, 3);
            var scores = Heads(query, 0).matmul(Heads(key, 1).transpose(-2, -1)) / Math.Sqrt(embedding / heads);
            if (attn_mask is not null)
                scores = scores + attn_mask;
            var attention = scores.softmax(-1);
            var result = outProjection.forward(attention.matmul(Heads(value, 2)).permute(2, 0, 1, 3).reshape(length, batch, embedding));
            return Tuple.Create(result.MoveToOuterDisposeScope(), need_weights ? attention.mean(new long[] { 1 }).MoveToOuterDisposeScope() : null!);
        }

        public new Tuple<Tensor, Tensor> call(Tensor query, Tensor key, Tensor value, Tensor? key_padding_mask = null, bool need_weights = true, Tensor? attn_mask = null)
            => base.call(query, key, value, key_padding_mask!, need_weights, attn_mask!);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static MultiheadAttention MultiheadAttention(long embedded_dim, long num_heads, double dropout = 0, bool bias = true, bool add_bias_kv = false, bool add_zero_attn = false, long? kdim = null, long? vdim = null)
                => dropout == 0 && bias && !add_bias_kv && !add_zero_attn && kdim is null && vdim is null ? new(embedded_dim, num_heads) : throw new NotSupportedException();
        }
    }
}
