using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Corpus.Attention;

public class RotaryConfig
{
    public int Dim { get; set; } = 16;

    public int MaxPositions { get; set; } = 64;

    public double Base { get; set; } = 10000.0;

    public string Scaling { get; set; } = "none";

    public float Factor { get; set; } = 2.0f;
}

/// <summary>Cosines and sines for a table of positions; grows its table when a position lies beyond it.</summary>
public class RotaryEmbedding : nn.Module<Tensor, (Tensor, Tensor)>
{
    private readonly RotaryConfig _config;
    private readonly Tensor inv_freq;

    public RotaryEmbedding(RotaryConfig config) : base(nameof(RotaryEmbedding))
    {
        _config = config;
        inv_freq = 1.0 / torch.pow(config.Base, torch.arange(0, config.Dim, 2, dtype: ScalarType.Float32) / config.Dim);
        register_buffer("inv_freq", inv_freq);
    }

    public override (Tensor, Tensor) forward(Tensor position)
    {
        var freq = inv_freq;
        if (_config.Scaling == "linear")
        {
            freq = freq / _config.Factor;
        }
        else if (_config.Scaling == "dynamic" && position.max().ToInt32() >= _config.MaxPositions)
        {
            freq = freq * 0.5;
        }

        var angles = position.to(ScalarType.Float32).unsqueeze(-1) * freq;
        var emb = torch.cat(new[] { angles, angles }, dim: -1);
        return (emb.cos(), emb.sin());
    }
}

/// <summary>Compares the greatest position with its configuration on the host.</summary>
public class CheckedRotaryEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly int maxPositions;
    private readonly Tensor inverse;

    public CheckedRotaryEmbedding(int dim, int maxPositions) : base("checked_rotary")
    {
        this.maxPositions = maxPositions;
        inverse = torch.exp(torch.arange(0, dim, 2).to(torch.float32) * (-Math.Log(10000.0) / dim));
        RegisterComponents();
    }

    public override Tensor forward(Tensor position)
    {
        if (position.max().ToInt32() >= maxPositions)
        {
            throw new ArgumentOutOfRangeException(nameof(position), "position beyond the table");
        }

        return (position.unsqueeze(-1).to_type(ScalarType.Float32) * inverse).cos();
    }
}

/// <summary>Rotates queries and keys with precomputed tables.</summary>
public class RotaryAttention : nn.Module<Tensor, int, Tensor>
{
    private readonly Linear qkv, output;
    private readonly Tensor cos, sin;
    private readonly int heads, headDim;

    public RotaryAttention(int dim, int heads, int maxLength = 32) : base(nameof(RotaryAttention))
    {
        this.heads = heads;
        headDim = dim / heads;
        qkv = nn.Linear(dim, 3 * dim);
        output = nn.Linear(dim, dim);
        var f = 1.0 / torch.pow(10000.0, torch.arange(0, headDim, 2, dtype: torch.float32) / headDim);
        var t = torch.outer(torch.arange(maxLength, dtype: torch.float32), f);
        var table = torch.cat([t, t], -1);
        cos = table.cos();
        sin = table.sin();
        register_buffer(nameof(cos), cos, persistent: false);
        register_buffer(nameof(sin), sin, persistent: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, int start = 0)
    {
        using var _ = NewDisposeScope();
        var (b, n) = (x.shape[0], x.shape[1]);
        var parts = qkv.forward(x).chunk(3, dim: -1);
        var q = parts[0].view(b, n, heads, headDim);
        var k = parts[1].view(b, n, heads, headDim);
        var v = parts[2].view(b, n, heads, headDim).transpose(1, 2);
        var c = cos[start..(start + (int)n)].unsqueeze(1);
        var s = sin[start..(start + (int)n)].unsqueeze(1);
        q = Rotate(q, c, s).transpose(1, 2);
        k = Rotate(k, c, s).transpose(1, 2);
        var y = nn.functional.scaled_dot_product_attention(q, k, v);
        return output.forward(y.transpose(1, 2).reshape(b, n, -1)).MoveToOuterDisposeScope();
    }

    private static Tensor Rotate(Tensor x, Tensor cos, Tensor sin) => x * cos + RotateHalf(x) * sin;

    private static Tensor RotateHalf(Tensor x)
    {
        var half = x.shape[^1] / 2;
        var x1 = x[.., .., .., ..(int)half];
        var x2 = x[.., .., .., (int)half..];
        return torch.cat([-x2, x1], dim: -1);
    }
}

/// <summary>Linear biases that grow with the distance.</summary>
public class AlibiBias : nn.Module<Tensor, Tensor>
{
    private readonly Tensor slopes;

    public AlibiBias(int heads) : base("alibi")
    {
        slopes = torch.tensor(Enumerable.Range(1, heads).Select(i => (float)Math.Pow(2, -8.0 * i / heads)).ToArray());
        register_buffer("slopes", slopes);
    }

    public override Tensor forward(Tensor scores)
    {
        var k = scores.shape[^1];
        var q = scores.shape[^2];
        var offset = torch.arange(k, device: scores.device).unsqueeze(0) - torch.arange(q, device: scores.device).unsqueeze(1);
        var mask = torch.triu(torch.ones(q, k, dtype: ScalarType.Bool, device: scores.device), 1 + k - q);
        return (scores + offset.to_type(scores.dtype) * slopes.view(-1, 1, 1)).masked_fill(mask, float.MinValue);
    }
}
