using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Classic;

/// <summary>A three layer perceptron for flattened 28x28 images: [N, 784] -> [N, 10].</summary>
public class Mlp : Module<Tensor, Tensor>
{
    private readonly Linear fc1;
    private readonly Linear fc2;
    private readonly Linear fc3;
    private readonly Dropout? dropout;

    public Mlp(int inputs = 784, int hidden = 512, int classes = 10, double dropoutRate = 0.0)
        : base(nameof(Mlp))
    {
        fc1 = Linear(inputs, hidden);
        fc2 = Linear(hidden, hidden);
        fc3 = Linear(hidden, classes);
        if (dropoutRate > 0)
            dropout = Dropout(dropoutRate);

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var x = functional.relu(fc1.forward(input));
        if (dropout != null)
            x = dropout.forward(x);
        x = functional.relu(fc2.forward(x));
        if (dropout != null)
            x = dropout.forward(x);
        return fc3.forward(x);
    }
}
