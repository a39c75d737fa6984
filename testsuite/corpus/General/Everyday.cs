using System.Diagnostics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.General;

/// <summary>Adds sines of the position; the table is moved to wherever the input is.</summary>
public class PositionalEncoding : Module<Tensor, Tensor>
{
    private readonly Dropout dropout;
    private Tensor pe;

    public PositionalEncoding(long width, double dropout = 0.1, int maxLength = 64) : base("positional")
    {
        this.dropout = Dropout(dropout);
        var table = zeros(maxLength, width);
        var position = arange(0, maxLength, 1).unsqueeze(1);
        var div = (arange(0, width, 2) * (-Math.Log(10000.0) / width)).exp();
        table[TensorIndex.Ellipsis, TensorIndex.Slice(0, null, 2)] = (position * div).sin();
        table[TensorIndex.Ellipsis, TensorIndex.Slice(1, null, 2)] = (position * div).cos();
        pe = table.unsqueeze(0).transpose(0, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor t)
    {
        using var x = t + pe[TensorIndex.Slice(null, t.shape[0]), TensorIndex.Slice()].to(t.device);
        return dropout.call(x);
    }
}

/// <summary>Says what it does on the console when it is asked to.</summary>
public class VerboseNet : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(6, 6), b = Linear(6, 3);

    public bool Verbose { get; set; }

    public VerboseNet() : base("verbose") => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        if (Verbose)
        {
            Console.WriteLine($"input: [{string.Join(", ", x.shape)}]");
        }

        x = a.forward(x).relu();
        return b.forward(x);
    }
}

/// <summary>Prints in every call.</summary>
public class LoggingNet : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(6, 6), b = Linear(6, 3);
    private readonly Action<string> log;

    public LoggingNet(Action<string>? log = null) : base("logging")
    {
        this.log = log ?? (_ => { });
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = a.forward(x).relu();
        log($"hidden {x.shape[0]}x{x.shape[1]}");
        return b.forward(x);
    }
}

/// <summary>Measures its own time.</summary>
public class TimedNet : Module<Tensor, Tensor>
{
    private readonly Linear a = Linear(6, 6);

    public long LastTicks { get; private set; }

    public TimedNet() : base("timed") => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        var watch = Stopwatch.StartNew();
        x = a.forward(x).exp();
        LastTicks = watch.ElapsedTicks > 0 ? 1 : 0;
        return x;
    }
}

/// <summary>Checks its input with one guard after another.</summary>
public class GuardedNet : Module<Tensor, Tensor, Tensor>
{
    private readonly Parameter weight;

    public GuardedNet(int a, int b) : base("guarded")
    {
        weight = Parameter(randn(a, b));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor y)
    {
        if (x is null)
        {
            throw new ArgumentNullException(nameof(x));
        }

        if (x.dim() != 2 || y.dim() != 2)
        {
            throw new ArgumentException($"matrices are needed, not {x.dim()} and {y.dim()} dimensions");
        }

        if (x.shape[0] != y.shape[0])
        {
            throw new ArgumentException("batch sizes differ");
        }

        if (x.dtype != ScalarType.Float32)
        {
            x = x.to_type(ScalarType.Float32);
        }

        Debug.Assert(x.shape[1] == weight.shape[0]);
        return (x.matmul(weight) * y).sum(1);
    }
}

/// <summary>Computes in half the precision and returns in the type of the input.</summary>
public class MixedPrecisionNorm : Module<Tensor, Tensor>
{
    private readonly double eps;
    private readonly Parameter g;

    public MixedPrecisionNorm(int width, double eps = 1e-5) : base("mixed")
    {
        this.eps = eps;
        g = Parameter(ones(width, dtype: ScalarType.Float64));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var original = x.dtype;
        if (original == ScalarType.Float32 || original == ScalarType.Float16)
        {
            x = x.to_type(ScalarType.Float64);
        }

        var mean = x.mean([-1L], true);
        var var = x.sub(mean).pow(2).mean([-1L], true);
        return x.sub(mean).div(var.add(eps).sqrt()).mul(g).to_type(original);
    }
}

/// <summary>Normalises images by channel, on the input's device and in its type.</summary>
public class ImageNormalizer : Module<Tensor, Tensor>
{
    private static readonly float[] Mean = { 0.485f, 0.456f, 0.406f };
    private static readonly float[] Std = { 0.229f, 0.224f, 0.225f };

    public ImageNormalizer() : base("normalizer")
    {
    }

    public override Tensor forward(Tensor image)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(Mean, dtype: image.dtype, device: image.device).view(1, 3, 1, 1);
        var std = tensor(Std, dtype: image.dtype, device: image.device).view(1, 3, 1, 1);
        return ((image - mean) / std).MoveToOuterDisposeScope();
    }
}

/// <summary>The kind of its input decides at run time.</summary>
public class DynamicNet : Module<Tensor, Tensor>
{
    private readonly Linear layer = Linear(4, 4);

    public DynamicNet() : base("dynamic") => RegisterComponents();

    public override Tensor forward(Tensor x)
    {
        dynamic l = layer;
        Tensor y = l.forward(x);
        return y.relu();
    }
}

/// <summary>Running statistics that every call in training mode updates.</summary>
public class RunningScaler : Module<Tensor, Tensor>
{
    private Tensor mean, count;

    public RunningScaler(int width) : base("scaler")
    {
        mean = zeros(width);
        count = tensor(1e-4f);
        register_buffer("mean", mean);
        register_buffer("count", count);
    }

    public override Tensor forward(Tensor x)
    {
        if (training)
        {
            using (no_grad())
            {
                var n = x.shape[0];
                count.add_(n);
                mean.add_((x.mean([0]) - mean) * ((double)n / count.item<float>()));
            }
        }

        return (x - mean).clamp(-5, 5);
    }
}

/// <summary>Writes into its input.</summary>
public class InPlaceScaler : Module<Tensor, Tensor>
{
    private readonly double factor;

    public InPlaceScaler(double factor = 0.5) : base("in_place") => this.factor = factor;

    public override Tensor forward(Tensor x)
    {
        x.mul_(factor).add_(1);
        return x;
    }
}
