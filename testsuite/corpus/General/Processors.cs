using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.General;

public interface IAttentionProcessor
{
    Tensor Process(ProcessedAttention attention, Tensor x);
}

/// <summary>Calls back into the module whose work it does.</summary>
public class PlainProcessor : IAttentionProcessor
{
    public Tensor Process(ProcessedAttention attention, Tensor x)
    {
        var q = attention.ToQuery.forward(x);
        var k = attention.ToKey.forward(x);
        return q.matmul(k.transpose(-1, -2)).mul(attention.Scale).softmax(-1).matmul(x);
    }
}

public class SlicedProcessor : IAttentionProcessor
{
    private readonly int size;

    public SlicedProcessor(int size) => this.size = size;

    public Tensor Process(ProcessedAttention attention, Tensor x)
    {
        var q = attention.ToQuery.forward(x);
        var k = attention.ToKey.forward(x).transpose(-1, -2);
        var parts = new List<Tensor>();
        for (var i = 0; i < x.shape[1]; i += size)
        {
            var n = (int)Math.Min(i + size, x.shape[1]);
            parts.Add((q[.., i..n] * attention.Scale).matmul(k).softmax(-1).matmul(x));
        }

        return cat(parts, 1);
    }
}

public class ProcessedAttention : Module<Tensor, Tensor>
{
    public readonly Linear ToQuery, ToKey;
    private IAttentionProcessor processor;

    public double Scale { get; }

    public ProcessedAttention(int width) : base("processed")
    {
        ToQuery = Linear(width, width);
        ToKey = Linear(width, width);
        Scale = 1.0 / Math.Sqrt(width);
        processor = new PlainProcessor();
        RegisterComponents();
    }

    public void SetProcessor(IAttentionProcessor value) => processor = value;

    public override Tensor forward(Tensor x) => processor.Process(this, x);
}

/// <summary>Remembers results by module in a dictionary.</summary>
public class MemoizedTowers : Module<Tensor, Tensor>
{
    private readonly Linear left, right;
    private readonly Linear[] order;

    public MemoizedTowers(int width) : base("memo")
    {
        left = Linear(width, width);
        right = Linear(width, width);
        order = [left, right, left];
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var seen = new Dictionary<Module, Tensor>();
        var total = zeros_like(x);
        foreach (var m in order)
        {
            if (!seen.TryGetValue(m, out var y))
            {
                seen[m] = y = m.forward(x);
            }

            total = total + y;
        }

        return total;
    }
}

/// <summary>The input and its options in one object.</summary>
public class SampleRequest
{
    public Tensor Input { get; init; } = null!;

    public Tensor? Mask { get; init; }

    public float Temperature { get; init; } = 1.0f;

    public bool ReturnHidden { get; init; }
}

public record SampleResult(Tensor Probabilities, Tensor? Hidden);

public class RequestModel : Module<SampleRequest, SampleResult>
{
    private readonly Linear a, b;

    public RequestModel(int width, int classes) : base("request")
    {
        a = Linear(width, width);
        b = Linear(width, classes);
        RegisterComponents();
    }

    public override SampleResult forward(SampleRequest request)
    {
        var h = a.forward(request.Input).tanh();
        if (request.Mask is { } mask)
        {
            h = h * mask;
        }

        var p = (b.forward(h) / request.Temperature).softmax(-1);
        return new SampleResult(p, request.ReturnHidden ? h : null);
    }
}

/// <summary>Yields pieces of its input one after another.</summary>
public class PatchIterator : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly int size;

    public PatchIterator(int channels = 2, int size = 4) : base("patches")
    {
        conv = Conv2d(channels, channels, 3, padding: 1);
        this.size = size;
        RegisterComponents();
    }

    private IEnumerable<Tensor> Patches(Tensor x)
    {
        for (int i = 0; i + size <= x.shape[2]; i += size)
        {
            yield return x.narrow(2, i, size);
        }
    }

    public override Tensor forward(Tensor x)
    {
        var results = new List<Tensor>();
        foreach (var p in Patches(x))
        {
            results.Add(conv.forward(p).amax([2, 3]));
        }

        return stack(results, 1);
    }
}

/// <summary>Falls back to another way when the first one throws.</summary>
public class CautiousNet : Module<Tensor, Tensor>
{
    private readonly Linear narrow, wide;

    public CautiousNet() : base("cautious")
    {
        narrow = Linear(4, 3);
        wide = Linear(6, 3);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        try
        {
            return narrow.forward(x);
        }
        catch (System.Runtime.InteropServices.ExternalException)
        {
            return wide.forward(x);
        }
    }
}

/// <summary>Generic over the layer that it repeats.</summary>
public class Repeated<TLayer> : Module<Tensor, Tensor>
    where TLayer : Module<Tensor, Tensor>
{
    private readonly ModuleList<TLayer> layers = new();

    public Repeated(int count, Func<TLayer> make) : base("repeated")
    {
        for (int i = 0; i < count; i++)
        {
            layers.Add(make());
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        foreach (var layer in layers)
        {
            x = layer.forward(x);
        }

        return x;
    }
}

public class RepeatedUser : Module<Tensor, Tensor>
{
    private readonly Repeated<Linear> body;
    private readonly Linear head;

    public RepeatedUser(int width, int count = 2) : base("repeated_user")
    {
        body = new Repeated<Linear>(count, () => Linear(width, width));
        head = Linear(width, 2);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => head.forward(body.forward(x).relu());
}
