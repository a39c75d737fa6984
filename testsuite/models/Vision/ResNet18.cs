namespace Samples.Vision;

/// <summary>The 18 layer network: two blocks in each of the four stages.</summary>
public class ResNet18 : ResNet
{
    public ResNet18(int classes = 1000)
        : base(nameof(ResNet18), [2, 2, 2, 2], classes)
    {
    }
}
