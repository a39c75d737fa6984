using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Samples.Classic;

/// <summary>The usual two convolution network for digits: [N, 1, 28, 28] -> log probabilities [N, 10].</summary>
public class MnistCnn : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> conv1 = Conv2d(1, 32, 3);
    private readonly Module<Tensor, Tensor> conv2 = Conv2d(32, 64, 3);
    private readonly Module<Tensor, Tensor> fc1 = Linear(9216, 128);
    private readonly Module<Tensor, Tensor> fc2 = Linear(128, 10);

    // These don't have any parameters, so the only reason to instantiate
    // them is performance, since they will be used over and over.
    private readonly Module<Tensor, Tensor> pool1 = MaxPool2d(kernel_size: [2, 2]);

    private readonly Module<Tensor, Tensor> relu1 = ReLU();
    private readonly Module<Tensor, Tensor> relu2 = ReLU();
    private readonly Module<Tensor, Tensor> relu3 = ReLU();

    private readonly Module<Tensor, Tensor> dropout1 = Dropout(0.25);
    private readonly Module<Tensor, Tensor> dropout2 = Dropout(0.5);

    private readonly Module<Tensor, Tensor> flatten = Flatten();
    private readonly Module<Tensor, Tensor> logsm = LogSoftmax(1);

    public MnistCnn(string name = "mnist", Device? device = null)
        : base(name)
    {
        RegisterComponents();

        if (device != null && device.type != DeviceType.CPU)
            this.to(device);
    }

    public override Tensor forward(Tensor input)
    {
        using (var _ = NewDisposeScope())
        {
            var l11 = conv1.call(input);
            var l12 = relu1.call(l11);

            var l21 = conv2.call(l12);
            var l22 = relu2.call(l21);
            var l23 = pool1.call(l22);
            var l24 = dropout1.call(l23);

            var x = flatten.call(l24);

            var l31 = fc1.call(x);
            var l32 = relu3.call(l31);
            var l33 = dropout2.call(l32);

            var l41 = fc2.call(l33);

            return logsm.call(l41).MoveToOuterDisposeScope();
        }
    }
}
