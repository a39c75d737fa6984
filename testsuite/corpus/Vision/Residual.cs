using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Vision;

public class BottleneckBlock : Module<Tensor, Tensor>
{
    private const int expansion = 4;
    private readonly Conv2d conv1, conv2, conv3;
    private readonly BatchNorm2d bn1, bn2, bn3;
    private readonly Sequential? downsample;

    public BottleneckBlock(int inPlanes, int planes, int stride = 1) : base("bottleneck")
    {
        conv1 = Conv2d(inPlanes, planes, 1, bias: false);
        bn1 = BatchNorm2d(planes);
        conv2 = Conv2d(planes, planes, 3, stride: stride, padding: 1, bias: false);
        bn2 = BatchNorm2d(planes);
        conv3 = Conv2d(planes, planes * expansion, 1, bias: false);
        bn3 = BatchNorm2d(planes * expansion);
        if (stride != 1 || inPlanes != planes * expansion)
        {
            downsample = Sequential(("conv", Conv2d(inPlanes, planes * expansion, 1, stride: stride, bias: false)), ("bn", BatchNorm2d(planes * expansion)));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var identity = x;
        var y = functional.relu(bn1.forward(conv1.forward(x)));
        y = functional.relu(bn2.forward(conv2.forward(y)));
        y = bn3.forward(conv3.forward(y));
        if (downsample is not null)
        {
            identity = downsample.forward(x);
        }

        return (y + identity).relu_().MoveToOuterDisposeScope();
    }
}

/// <summary>Stem, stages made in a helper, head.</summary>
public class SmallResNet : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> stem;
    private readonly ModuleList<Module<Tensor, Tensor>> stages = new();
    private readonly AdaptiveAvgPool2d pool;
    private readonly Linear fc;
    private int planes = 16;

    public SmallResNet(int[] blocks, int classes = 10) : base(nameof(SmallResNet))
    {
        stem = Sequential(Conv2d(3, 16, 3, padding: 1), BatchNorm2d(16), ReLU(), MaxPool2d(2));
        for (var i = 0; i < blocks.Length; i++)
        {
            stages.Add(MakeStage(8 << i, blocks[i], i == 0 ? 1 : 2));
        }

        pool = AdaptiveAvgPool2d(new long[] { 1, 1 });
        fc = Linear(planes, classes);
        RegisterComponents();
    }

    private Sequential MakeStage(int width, int count, int stride)
    {
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        for (var i = 0; i < count; i++)
        {
            layers.Add(($"block{i}", new BottleneckBlock(planes, width, i == 0 ? stride : 1)));
            planes = width * 4;
        }

        return Sequential(layers);
    }

    public override Tensor forward(Tensor x)
    {
        x = stem.forward(x);
        foreach (var stage in stages)
        {
            x = stage.forward(x);
        }

        return fc.forward(pool.forward(x).flatten(1));
    }

    public static SmallResNet Tiny() => new([1, 2]);
}

public class SqueezeExcite : Module<Tensor, Tensor>
{
    private readonly Linear reduce, expand;

    public SqueezeExcite(int channels, int ratio = 4) : base("se")
    {
        reduce = Linear(channels, channels / ratio);
        expand = Linear(channels / ratio, channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var b = x.shape[0];
        var c = x.shape[1];
        var s = x.mean([2, 3]);
        s = expand.forward(reduce.forward(s).relu_()).sigmoid().view(b, c, 1, 1);
        return x * s;
    }
}

public class InvertedResidual : Module<Tensor, Tensor>
{
    private readonly bool useShortcut;
    private readonly Sequential layers;

    public InvertedResidual(int inp, int oup, int stride, int expandRatio) : base("inverted_residual")
    {
        var hidden = inp * expandRatio;
        useShortcut = stride == 1 && inp == oup;
        var modules = new List<Module<Tensor, Tensor>>();
        if (expandRatio != 1)
        {
            modules.Add(Conv2d(inp, hidden, 1, bias: false));
            modules.Add(BatchNorm2d(hidden));
            modules.Add(ReLU6());
        }

        modules.Add(Conv2d(hidden, hidden, 3, stride: stride, padding: 1, groups: hidden, bias: false));
        modules.Add(BatchNorm2d(hidden));
        modules.Add(ReLU6());
        modules.Add(Conv2d(hidden, oup, 1, bias: false));
        modules.Add(BatchNorm2d(oup));
        layers = Sequential(modules);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => useShortcut ? x + layers.forward(x) : layers.forward(x);
}

public class ConvNextBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d dwconv;
    private readonly LayerNorm norm;
    private readonly Linear pwconv1, pwconv2;
    private readonly Parameter? gamma;

    public ConvNextBlock(int dim, double layerScale = 1e-6) : base("convnext")
    {
        dwconv = Conv2d(dim, dim, 7, padding: 3, groups: dim);
        norm = LayerNorm(dim, 1e-6);
        pwconv1 = Linear(dim, 4 * dim);
        pwconv2 = Linear(4 * dim, dim);
        gamma = layerScale > 0 ? Parameter(layerScale * ones(dim)) : null;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var shortcut = x;
        x = dwconv.forward(x);
        x = x.permute(0, 2, 3, 1);
        x = norm.forward(x);
        x = pwconv2.forward(functional.gelu(pwconv1.forward(x)));
        if (gamma is not null)
        {
            x = gamma * x;
        }

        return shortcut + x.permute(0, 3, 1, 2);
    }
}

/// <summary>Every layer sees the outputs of all before it.</summary>
public class DenseBlock : Module<Tensor, Tensor>
{
    private readonly ModuleList<Sequential> layers = new();

    public DenseBlock(int channels, int growth = 8, int depth = 3) : base("dense_block")
    {
        for (int i = 0; i < depth; i++)
        {
            layers.Add(Sequential(BatchNorm2d(channels + i * growth), ReLU(), Conv2d(channels + i * growth, growth, 3, padding: 1)));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var features = new List<Tensor> { x };
        foreach (var layer in layers)
        {
            features.Add(layer.forward(cat(features, 1)));
        }

        return cat(features.ToArray(), 1);
    }
}
