using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    public enum EmbeddingBagMode
    {
        Sum = 0,
        Mean = 1,
        Max = 2,
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static EmbeddingBag EmbeddingBag(long num_embeddings, long embedding_dims, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, EmbeddingBagMode mode = EmbeddingBagMode.Mean, bool sparse = false, bool include_last_offset = false, long padding_index = -1, Device? device = null, ScalarType? dtype = null)
            {
                if (max_norm is not null)
                    throw new NotSupportedException("max_norm");
                var weight = Parameter(empty(num_embeddings, embedding_dims, dtype: dtype, device: device));
                init.normal_(weight);
                return new EmbeddingBag(weight, scale_grad_by_freq, mode, sparse, include_last_offset, padding_index);
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Sums, means or maxima of vectors of a table: indices [B,L], or [N] with the offsets [B] at which the bags begin -> [B, embedding_dims].</summary>
    public sealed class EmbeddingBag : Module<Tensor, Tensor, Tensor, Tensor>, IModule<Tensor, Tensor, Tensor>
    {
        private readonly bool scaleGradByFreq;
        private readonly EmbeddingBagMode mode;
        private readonly bool sparse;
        private readonly bool includeLastOffset;
        private readonly long paddingIndex;

        [Utils.ComponentName(Name = nameof(weight))]
        private Parameter? _weight;

        internal EmbeddingBag(Parameter weight, bool scaleGradByFreq, EmbeddingBagMode mode, bool sparse, bool includeLastOffset, long paddingIndex)
            : base(nameof(EmbeddingBag))
        {
            this.weight = weight;
            this.scaleGradByFreq = scaleGradByFreq;
            this.mode = mode;
            this.sparse = sparse;
            this.includeLastOffset = includeLastOffset;
            this.paddingIndex = paddingIndex;
        }

        public Parameter? weight
        {
            get => _weight;
            set => SetParameter(ref _weight, nameof(weight), value);
        }

        public Tensor call(Tensor input) => call(input, null!, null!);

        public Tensor call(Tensor input, Tensor offsets) => call(input, offsets, null!);

        public override Tensor forward(Tensor input, Tensor? offsets, Tensor? perSampleWeights)
        {
            using var bags = offsets is null ? arange(0, input.numel(), input.size(-1)) : offsets.alias();
            using var indices = input.flatten();
            using var weights = perSampleWeights?.flatten();
            return Native.Call4("embedding_bag.padding_idx", _weight!, indices, bags, scaleGradByFreq, (long)mode, sparse, weights is null ? Arg.None : weights, includeLastOffset, paddingIndex < 0 ? Arg.None : paddingIndex).Item1;
        }
    }
}
