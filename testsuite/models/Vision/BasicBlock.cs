using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Vision;

/// <summary>Two 3x3 convolutions and a shortcut: [N, C, H, W] -> [N, planes, H / stride, W / stride].</summary>
public class BasicBlock : Module<Tensor, Tensor>
{
    public const int Expansion = 1;

    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly ReLU relu;
    private readonly Module<Tensor, Tensor>? downsample;

    public BasicBlock(int inPlanes = 64, int planes = 64, int stride = 1, Module<Tensor, Tensor>? downsample = null)
        : base(nameof(BasicBlock))
    {
        conv1 = Conv2d(inPlanes, planes, 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(planes);
        relu = ReLU(inplace: true);
        conv2 = Conv2d(planes, planes, 3, stride: 1, padding: 1, bias: false);
        bn2 = BatchNorm2d(planes);
        this.downsample = downsample;

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        var identity = x;

        var output = conv1.forward(x);
        output = bn1.forward(output);
        output = relu.forward(output);

        output = conv2.forward(output);
        output = bn2.forward(output);

        if (downsample is not null)
            identity = downsample.call(x);

        output += identity;
        return relu.forward(output).MoveToOuterDisposeScope();
    }
}
