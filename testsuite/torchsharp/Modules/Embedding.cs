using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    /// <summary>A table of vectors: indices [...] -> [..., embedding_dims].</summary>
    public sealed class Embedding : Module<Tensor, Tensor>
    {
        private readonly long? paddingIndex;
        private readonly double? maxNorm;
        private readonly double normType;
        private readonly bool scaleGradByFreq;
        private readonly bool sparse;

        [Utils.ComponentName(Name = nameof(weight))]
        private Parameter? _weight;

        internal Embedding(Parameter weight, long? paddingIndex, double? maxNorm, double normType, bool scaleGradByFreq, bool sparse)
            : base(nameof(Embedding))
        {
            this.weight = weight;
            this.paddingIndex = paddingIndex is < 0 ? paddingIndex + weight.size(0) : paddingIndex;
            this.maxNorm = maxNorm;
            this.normType = normType;
            this.scaleGradByFreq = scaleGradByFreq;
            this.sparse = sparse;
        }

        public Parameter? weight
        {
            get => _weight;
            set => SetParameter(ref _weight, nameof(weight), value);
        }

        public override Tensor forward(Tensor input)
        {
            if (maxNorm is { } limit)
            {
                // As in libtorch: the rows in use are shortened in the table itself.
                using var graphless = no_grad();
                using var indices = input.contiguous();
                Native.Run("embedding_renorm_", _weight!, indices, limit, normType);
            }
            return Native.Call("embedding", _weight!, input, paddingIndex ?? -1, scaleGradByFreq, sparse);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var weight = Parameter(empty(num_embeddings, embedding_dims, dtype: dtype, device: device));
                init.normal_(weight);
                if (padding_idx is { } row)
                {
                    using var padding = weight.select(0, row);
                    init.zeros_(padding);
                }
                return new Embedding(weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            }

            /// <summary>The table is <paramref name="embeddings"/> itself, not a copy, where neither device nor dtype change.</summary>
            public static Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
            {
                var data = embeddings.detach().to(dtype ?? embeddings.dtype, device ?? embeddings.device);
                return new Embedding(Parameter(data, requires_grad: !freeze), padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse);
            }
        }
    }
}
