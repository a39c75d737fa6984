using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Large;

/// <summary>Convolutions of 1x1, 3x3 and 1x1 and a shortcut: [N, C, H, W] -> [N, 4 * planes, H / stride, W / stride].</summary>
public class Bottleneck : Module<Tensor, Tensor>
{
    public const int Expansion = 4;

    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential? shortcut;

    public Bottleneck(int inPlanes, int planes, int stride)
        : base(nameof(Bottleneck))
    {
        int outPlanes = planes * Expansion;
        conv1 = Conv2d(inPlanes, planes, 1, bias: false);
        bn1 = BatchNorm2d(planes);
        conv2 = Conv2d(planes, planes, 3, stride: stride, padding: 1, bias: false);
        bn2 = BatchNorm2d(planes);
        conv3 = Conv2d(planes, outPlanes, 1, bias: false);
        bn3 = BatchNorm2d(outPlanes);
        if (stride != 1 || inPlanes != outPlanes)
            shortcut = Sequential(Conv2d(inPlanes, outPlanes, 1, stride: stride, bias: false), BatchNorm2d(outPlanes));

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        var y = functional.relu(bn1.call(conv1.call(x)));
        y = functional.relu(bn2.call(conv2.call(y)));
        y = bn3.call(conv3.call(y));
        y += shortcut?.call(x) ?? x;
        return functional.relu(y).MoveToOuterDisposeScope();
    }
}
