using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Vision;

public class DoubleConv : Module<Tensor, Tensor>
{
    private readonly Sequential layers;

    public DoubleConv(int inputs, int outputs, int? middle = null) : base("double_conv")
    {
        var m = middle ?? outputs;
        layers = Sequential(
            ("conv1", Conv2d(inputs, m, 3, padding: 1)), ("bn1", BatchNorm2d(m)), ("relu1", ReLU(inplace: true)),
            ("conv2", Conv2d(m, outputs, 3, padding: 1)), ("bn2", BatchNorm2d(outputs)), ("relu2", ReLU(inplace: true)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => layers.forward(input);
}

public class NearestUpsample : Module<Tensor, Tensor>
{
    private readonly double factor;

    public NearestUpsample(double factor = 2) : base("upsample") => this.factor = factor;

    public override Tensor forward(Tensor x) => functional.interpolate(x, scale_factor: [factor, factor], mode: InterpolationMode.Nearest);
}

/// <summary>Upsamples, pads to the size of the skip connection, and joins both.</summary>
public class UpBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> up;
    private readonly DoubleConv conv;

    public UpBlock(int inputs, int outputs, bool bilinear = true) : base("up")
    {
        if (bilinear)
        {
            up = new NearestUpsample();
            conv = new DoubleConv(inputs, outputs, inputs / 2);
        }
        else
        {
            up = ConvTranspose2d(inputs / 2, inputs / 2, 2, stride: 2);
            conv = new DoubleConv(inputs, outputs);
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x1, Tensor x2)
    {
        x1 = up.forward(x1);
        var diffY = x2.size(2) - x1.size(2);
        var diffX = x2.size(3) - x1.size(3);
        x1 = functional.pad(x1, [diffX / 2, diffX - diffX / 2, diffY / 2, diffY - diffY / 2]);
        return conv.forward(cat([x2, x1], dim: 1));
    }
}

public class SmallUNet : Module<Tensor, Tensor>
{
    private readonly ModuleList<DoubleConv> downs = new();
    private readonly ModuleList<ConvTranspose2d> ups = new();
    private readonly ModuleList<DoubleConv> joins = new();
    private readonly DoubleConv bottom;
    private readonly MaxPool2d pool = MaxPool2d(2, 2);
    private readonly Conv2d output;

    public SmallUNet(int inChannels = 3, int outChannels = 1, int[]? features = null) : base("unet")
    {
        features ??= [8, 16];
        var c = inChannels;
        foreach (var f in features)
        {
            downs.Add(new DoubleConv(c, f));
            c = f;
        }

        foreach (var f in Enumerable.Reverse(features))
        {
            ups.Add(ConvTranspose2d(f * 2, f, 2, stride: 2));
            joins.Add(new DoubleConv(f * 2, f));
        }

        bottom = new DoubleConv(features[^1], features[^1] * 2);
        output = Conv2d(features[0], outChannels, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var skips = new List<Tensor>();
        foreach (var down in downs)
        {
            x = down.forward(x);
            skips.Add(x);
            x = pool.forward(x);
        }

        x = bottom.forward(x);
        skips.Reverse();
        for (var i = 0; i < ups.Count; i++)
        {
            x = ups[i].forward(x);
            var skip = skips[i];
            if (!x.shape.SequenceEqual(skip.shape))
            {
                x = functional.interpolate(x, size: [skip.shape[2], skip.shape[3]]);
            }

            x = joins[i].forward(cat([skip, x], 1));
        }

        return output.forward(x);
    }
}

/// <summary>Skip connections are taken from the end of a list.</summary>
public class StackedUNet : Module<Tensor, Tensor>
{
    private readonly ModuleList<Conv2d> encoder = new();
    private readonly ModuleList<Conv2d> decoder = new();
    private readonly int depth;

    public StackedUNet(int channels, int depth = 3) : base("stacked")
    {
        this.depth = depth;
        for (int i = 0; i < depth; i++)
        {
            encoder.Add(Conv2d(channels, channels, 3, stride: 2, padding: 1));
            decoder.Add(Conv2d(2 * channels, channels, 3, padding: 1));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var saved = new Stack<Tensor>();
        foreach (var layer in encoder)
        {
            saved.Push(x);
            x = functional.leaky_relu(layer.forward(x), 0.2);
        }

        foreach (var layer in decoder)
        {
            var skip = saved.Pop();
            x = functional.interpolate(x, size: [skip.shape[2], skip.shape[3]], mode: InterpolationMode.Nearest);
            x = functional.relu(layer.forward(cat([x, skip], 1)));
        }

        return x.MoveToOuterDisposeScope();
    }
}

public class AttentionGate : Module<Tensor, Tensor, Tensor>
{
    private readonly Conv2d theta, phi, psi;

    public AttentionGate(int skip, int gate, int inner) : base("gate")
    {
        theta = Conv2d(skip, inner, 1);
        phi = Conv2d(gate, inner, 1);
        psi = Conv2d(inner, 1, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor g)
    {
        var f = (theta.forward(x) + phi.forward(g)).relu_();
        var a = psi.forward(f).sigmoid_();
        return x * a;
    }
}
