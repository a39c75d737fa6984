using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Vision;

/// <summary>Residual network of basic blocks (He et al., 2015): [N, 3, H, W] -> [N, classes].</summary>
public class ResNet : Module<Tensor, Tensor>
{
    private int inPlanes = 64;

    private readonly Module<Tensor, Tensor> conv1;
    private readonly Module<Tensor, Tensor> bn1;
    private readonly Module<Tensor, Tensor> relu;
    private readonly Module<Tensor, Tensor> maxpool;
    private readonly Module<Tensor, Tensor> layer1;
    private readonly Module<Tensor, Tensor> layer2;
    private readonly Module<Tensor, Tensor> layer3;
    private readonly Module<Tensor, Tensor> layer4;
    private readonly Module<Tensor, Tensor> avgpool;
    private readonly Module<Tensor, Tensor> flatten;
    private readonly Module<Tensor, Tensor> fc;

    public ResNet(string name, int[] layers, int classes = 1000)
        : base(name)
    {
        conv1 = Conv2d(3, inPlanes, 7, stride: 2, padding: 3, bias: false);
        bn1 = BatchNorm2d(inPlanes);
        relu = ReLU(inplace: true);
        maxpool = MaxPool2d(3, stride: 2, padding: 1);
        layer1 = MakeLayer(64, layers[0]);
        layer2 = MakeLayer(128, layers[1], stride: 2);
        layer3 = MakeLayer(256, layers[2], stride: 2);
        layer4 = MakeLayer(512, layers[3], stride: 2);
        avgpool = AdaptiveAvgPool2d([1, 1]);
        flatten = Flatten();
        fc = Linear(512 * BasicBlock.Expansion, classes);

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();

        var x = relu.call(bn1.call(conv1.call(input)));
        x = maxpool.call(x);

        x = layer1.call(x);
        x = layer2.call(x);
        x = layer3.call(x);
        x = layer4.call(x);

        x = flatten.call(avgpool.call(x));
        return fc.call(x).MoveToOuterDisposeScope();
    }

    private Sequential MakeLayer(int planes, int blocks, int stride = 1)
    {
        Module<Tensor, Tensor>? downsample = null;
        if (stride != 1 || inPlanes != planes * BasicBlock.Expansion)
        {
            downsample = Sequential(
                Conv2d(inPlanes, planes * BasicBlock.Expansion, 1, stride: stride, bias: false),
                BatchNorm2d(planes * BasicBlock.Expansion));
        }

        var modules = new List<Module<Tensor, Tensor>>
        {
            new BasicBlock(inPlanes, planes, stride, downsample),
        };
        inPlanes = planes * BasicBlock.Expansion;
        for (var i = 1; i < blocks; i++)
            modules.Add(new BasicBlock(inPlanes, planes));

        return Sequential(modules);
    }
}
