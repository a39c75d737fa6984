using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules
{
    public abstract class PadBase : ParameterLessModule<Tensor, Tensor>
    {
        private readonly PaddingModes _mode;

        protected PadBase(string name, PaddingModes mode, double value, params long[] padding)
            : base(name)
        {
            _mode = mode;
            this.value = value;
            this.padding = padding;
        }

        public double value { get; set; }

        public long[] padding { get; set; }

        public override Tensor forward(Tensor input) => functional.pad(input, padding, _mode, value);
    }

    public sealed class ConstantPad1d : PadBase
    {
        internal ConstantPad1d(long[] padding, double value)
            : base(nameof(ConstantPad1d), PaddingModes.Constant, value, padding)
        {
        }
    }

    public sealed class ConstantPad2d : PadBase
    {
        internal ConstantPad2d(long[] padding, double value)
            : base(nameof(ConstantPad2d), PaddingModes.Constant, value, padding)
        {
        }
    }

    public sealed class ConstantPad3d : PadBase
    {
        internal ConstantPad3d(long[] padding, double value)
            : base(nameof(ConstantPad3d), PaddingModes.Constant, value, padding)
        {
        }
    }

    public sealed class ReflectionPad1d : PadBase
    {
        internal ReflectionPad1d(long[] padding)
            : base(nameof(ReflectionPad1d), PaddingModes.Reflect, 0, padding)
        {
        }
    }

    public sealed class ReflectionPad2d : PadBase
    {
        internal ReflectionPad2d(long[] padding)
            : base(nameof(ReflectionPad2d), PaddingModes.Reflect, 0, padding)
        {
        }
    }

    public sealed class ReflectionPad3d : PadBase
    {
        internal ReflectionPad3d(long[] padding)
            : base(nameof(ReflectionPad3d), PaddingModes.Reflect, 0, padding)
        {
        }
    }

    public sealed class ReplicationPad1d : PadBase
    {
        internal ReplicationPad1d(long[] padding)
            : base(nameof(ReplicationPad1d), PaddingModes.Replicate, 0, padding)
        {
        }
    }

    public sealed class ReplicationPad2d : PadBase
    {
        internal ReplicationPad2d(long[] padding)
            : base(nameof(ReplicationPad2d), PaddingModes.Replicate, 0, padding)
        {
        }
    }

    public sealed class ReplicationPad3d : PadBase
    {
        internal ReplicationPad3d(long[] padding)
            : base(nameof(ReplicationPad3d), PaddingModes.Replicate, 0, padding)
        {
        }
    }

    public sealed class ZeroPad2d : PadBase
    {
        internal ZeroPad2d(long[] padding)
            : base(nameof(ZeroPad2d), PaddingModes.Constant, 0, padding)
        {
        }
    }

    public sealed class ChannelShuffle : ParameterLessModule<Tensor, Tensor>
    {
        internal ChannelShuffle(long groups)
            : base(nameof(ChannelShuffle)) => this.groups = groups;

        public long groups { get; set; }

        public override Tensor forward(Tensor tensor) => tensor.channel_shuffle(groups);

        public override string GetName() => nameof(ChannelShuffle);
    }

    public sealed class CosineSimilarity : ParameterLessModule<Tensor, Tensor, Tensor>
    {
        internal CosineSimilarity(long dim, double eps)
            : base(nameof(CosineSimilarity))
        {
            this.dim = dim;
            this.eps = eps;
        }

        public long dim { get; set; }

        public double eps { get; set; }

        public override Tensor forward(Tensor input1, Tensor input2) => functional.cosine_similarity(input1, input2, dim, eps);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ConstantPad1d ConstantPad1d(long padding, double value) => new([padding, padding], value);
            public static ConstantPad1d ConstantPad1d((long, long) padding, double value) => new([padding.Item1, padding.Item2], value);
            public static ConstantPad2d ConstantPad2d(long padding, double value) => new([padding, padding, padding, padding], value);
            public static ConstantPad2d ConstantPad2d((long, long, long, long) padding, double value) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4], value);
            public static ConstantPad3d ConstantPad3d(long padding, double value) => new([padding, padding, padding, padding, padding, padding], value);
            public static ConstantPad3d ConstantPad3d((long, long, long, long, long, long) padding, double value) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6], value);
            public static ReflectionPad1d ReflectionPad1d(long padding) => new([padding, padding]);
            public static ReflectionPad1d ReflectionPad1d((long, long) padding) => new([padding.Item1, padding.Item2]);
            public static ReflectionPad2d ReflectionPad2d(long padding) => new([padding, padding, padding, padding]);
            public static ReflectionPad2d ReflectionPad2d((long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4]);
            public static ReflectionPad3d ReflectionPad3d(long padding) => new([padding, padding, padding, padding, padding, padding]);
            public static ReflectionPad3d ReflectionPad3d((long, long, long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6]);
            public static ReplicationPad1d ReplicationPad1d(long padding) => new([padding, padding]);
            public static ReplicationPad1d ReplicationPad1d((long, long) padding) => new([padding.Item1, padding.Item2]);
            public static ReplicationPad2d ReplicationPad2d(long padding) => new([padding, padding, padding, padding]);
            public static ReplicationPad2d ReplicationPad2d((long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4]);
            public static ReplicationPad3d ReplicationPad3d(long padding) => new([padding, padding, padding, padding, padding, padding]);
            public static ReplicationPad3d ReplicationPad3d((long, long, long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6]);
            public static ZeroPad2d ZeroPad2d(long padding) => new([padding, padding, padding, padding]);
            public static ZeroPad2d ZeroPad2d((long, long, long, long) padding) => new([padding.Item1, padding.Item2, padding.Item3, padding.Item4]);
            public static ChannelShuffle ChannelShuffle(long groups) => new(groups);
            public static CosineSimilarity CosineSimilarity(long dim = 1, double eps = 1e-8) => new(dim, eps);
        }
    }
}
