using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Attention;

/// <summary>Keys and values of former calls in two preallocated buffers that are written through an indexer.</summary>
public class CachedAttention : Module<Tensor, int, Tensor>
{
    private readonly Linear wq, wk, wv, wo;
    private readonly int heads, headDim;
    private readonly Tensor cache_k, cache_v;

    public CachedAttention(int dim, int heads, int maxBatch = 4, int maxLength = 32) : base(nameof(CachedAttention))
    {
        this.heads = heads;
        headDim = dim / heads;
        wq = Linear(dim, dim, false);
        wk = Linear(dim, dim, false);
        wv = Linear(dim, dim, false);
        wo = Linear(dim, dim, false);
        cache_k = zeros(maxBatch, maxLength, heads, headDim);
        cache_v = zeros(maxBatch, maxLength, heads, headDim);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, int start)
    {
        var b = (int)x.shape[0];
        var n = (int)x.shape[1];
        var q = wq.forward(x).view(b, n, heads, headDim);
        var k = wk.forward(x).view(b, n, heads, headDim);
        var v = wv.forward(x).view(b, n, heads, headDim);
        cache_k[..b, start..(start + n)] = k;
        cache_v[..b, start..(start + n)] = v;
        var keys = cache_k[..b, ..(start + n)].transpose(1, 2);
        var values = cache_v[..b, ..(start + n)].transpose(1, 2);
        var scores = q.transpose(1, 2).matmul(keys.transpose(2, 3)) / Math.Sqrt(headDim);
        var y = functional.softmax(scores, dim: -1).matmul(values);
        return wo.forward(y.transpose(1, 2).contiguous().view(b, n, -1));
    }
}

/// <summary>Keeps keys and values in fields that are null at first and grow by concatenation.</summary>
public class GrowingCacheAttention : Module<Tensor, bool, Tensor>
{
    private readonly Linear qkv;
    private readonly int dim;
    private Tensor? pastKey;
    private Tensor? pastValue;

    public GrowingCacheAttention(int dim) : base(nameof(GrowingCacheAttention))
    {
        this.dim = dim;
        qkv = Linear(dim, dim * 3);
        RegisterComponents();
    }

    public void Reset()
    {
        pastKey?.Dispose();
        pastValue?.Dispose();
        pastKey = pastValue = null;
    }

    public override Tensor forward(Tensor x, bool useCache = true)
    {
        using var scope = NewDisposeScope();
        var parts = qkv.forward(x).split(dim, dim: -1);
        var (q, k, v) = (parts[0], parts[1], parts[2]);
        if (useCache)
        {
            if (pastKey is not null && pastValue is not null)
            {
                k = cat([pastKey, k], dim: 1);
                v = cat([pastValue, v], dim: 1);
                pastKey.Dispose();
                pastValue.Dispose();
            }

            pastKey = k.detach().DetachFromDisposeScope();
            pastValue = v.detach().DetachFromDisposeScope();
        }

        var att = bmm(q, k.transpose(1, 2)).div(Math.Sqrt(dim)).softmax(-1);
        return bmm(att, v).MoveToOuterDisposeScope();
    }
}

/// <summary>The cache is an object of its own that callers pass in.</summary>
public class KeyValueCache
{
    public Tensor? Key { get; private set; }

    public Tensor? Value { get; private set; }

    public int Length => Key is null ? 0 : (int)Key.shape[1];

    public (Tensor, Tensor) Append(Tensor key, Tensor value)
    {
        Key = Key is null ? key : cat([Key, key], 1);
        Value = Value is null ? value : cat([Value, value], 1);
        return (Key, Value);
    }
}

public class DecoderAttention : Module<Tensor, KeyValueCache?, Tensor>
{
    private readonly Linear q_proj, k_proj, v_proj;

    public DecoderAttention(int dim) : base("decoder_attention")
    {
        q_proj = Linear(dim, dim);
        k_proj = Linear(dim, dim);
        v_proj = Linear(dim, dim);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, KeyValueCache? cache)
    {
        var q = q_proj.forward(x);
        var k = k_proj.forward(x);
        var v = v_proj.forward(x);
        if (cache != null)
        {
            (k, v) = cache.Append(k, v);
        }

        return functional.scaled_dot_product_attention(q, k, v);
    }
}

/// <summary>Builds its causal mask once and keeps it for sequences of the same length.</summary>
public class MaskedSelfAttention : Module<Tensor, Tensor>
{
    private readonly Linear qkv;
    private Tensor? mask;
    private long maskLength = -1;

    public MaskedSelfAttention(long width) : base(nameof(MaskedSelfAttention))
    {
        qkv = Linear(width, 3 * width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var n = x.shape[1];
        if (mask is null || maskLength != n)
        {
            mask?.Dispose();
            mask = tril(ones(n, n)).to_type(ScalarType.Bool).DetachFromDisposeScope();
            maskLength = n;
        }

        var p = qkv.forward(x).chunk(3, -1);
        var s = p[0].matmul(p[1].mT) / Math.Sqrt(p[0].shape[^1]);
        return s.masked_fill(mask.logical_not(), double.NegativeInfinity).softmax(-1).matmul(p[2]);
    }
}
