using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Large;

/// <summary>Residual network of 16 bottlenecks (He et al., 2015): [N, 3, H, W] -> [N, classes].</summary>
public class ResNet50 : Module<Tensor, Tensor>
{
    private static readonly int[] Depths = [3, 4, 6, 3];

    private readonly Sequential stem;
    private readonly ModuleList<Sequential> stages = new();
    private readonly Linear fc;

    public ResNet50(int classes = 1000)
        : base(nameof(ResNet50))
    {
        stem = Sequential(
            Conv2d(3, 64, 7, stride: 2, padding: 3, bias: false),
            BatchNorm2d(64),
            ReLU(inplace: true),
            MaxPool2d(3, stride: 2, padding: 1));

        int planes = 64, width = 64;
        for (int stage = 0; stage < Depths.Length; stage++)
        {
            var blocks = new List<Module<Tensor, Tensor>>();
            for (int i = 0; i < Depths[stage]; i++)
            {
                blocks.Add(new Bottleneck(width, planes, stage > 0 && i == 0 ? 2 : 1));
                width = planes * Bottleneck.Expansion;
            }

            stages.Add(Sequential(blocks));
            planes *= 2;
        }

        fc = Linear(width, classes);

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();

        x = stem.call(x);
        foreach (var stage in stages)
            x = stage.call(x);

        x = functional.adaptive_avg_pool2d(x, 1).flatten(1);
        return fc.call(x).MoveToOuterDisposeScope();
    }
}
