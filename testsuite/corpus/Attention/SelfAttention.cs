using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Attention;

/// <summary>Multi-head attention with one projection for queries, keys and values.</summary>
public class SelfAttention : Module<Tensor, Tensor?, Tensor>
{
    private readonly int _heads;
    private readonly int _headDim;
    private readonly Linear _qkv;
    private readonly Linear _proj;
    private readonly Dropout _dropout;

    public SelfAttention(int dim, int heads, double dropout = 0.1) : base(nameof(SelfAttention))
    {
        if (dim % heads != 0)
        {
            throw new ArgumentException($"dim {dim} is not divisible by {heads} heads", nameof(heads));
        }

        _heads = heads;
        _headDim = dim / heads;
        _qkv = Linear(dim, dim * 3);
        _proj = Linear(dim, dim);
        _dropout = Dropout(dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        var b = x.shape[0];
        var n = x.shape[1];
        var qkv = _qkv.forward(x).reshape(b, n, 3, _heads, _headDim).permute(2, 0, 3, 1, 4);
        var (q, k, v) = (qkv[0], qkv[1], qkv[2]);
        var scores = q.matmul(k.transpose(-2, -1)) / Math.Sqrt(_headDim);
        if (mask is not null)
        {
            scores = scores.masked_fill(mask.logical_not(), float.NegativeInfinity);
        }

        var weights = _dropout.forward(scores.softmax(-1));
        var y = weights.matmul(v).transpose(1, 2).reshape(b, n, _heads * _headDim);
        return _proj.forward(y).MoveToOuterDisposeScope();
    }
}

/// <summary>Attends to a context where one is given, else to itself.</summary>
public class CrossAttention : Module<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly Module<Tensor, Tensor> to_q, to_k, to_v;
    private readonly Sequential to_out;
    private readonly long heads;
    private readonly double scale;

    public CrossAttention(long query_dim, long? context_dim = null, long heads = 8, long dim_head = 64, double dropout = 0.0) : base("CrossAttention")
    {
        var inner_dim = dim_head * heads;
        var cdim = context_dim ?? query_dim;
        this.heads = heads;
        scale = Math.Pow(dim_head, -0.5);
        to_q = Linear(query_dim, inner_dim, hasBias: false);
        to_k = Linear(cdim, inner_dim, hasBias: false);
        to_v = Linear(cdim, inner_dim, hasBias: false);
        to_out = Sequential(Linear(inner_dim, query_dim), Dropout(dropout));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor? context = null, Tensor? mask = null)
    {
        using (NewDisposeScope())
        {
            var h = heads;
            context ??= x;
            var q = Split(to_q.call(x), h);
            var k = Split(to_k.call(context), h);
            var v = Split(to_v.call(context), h);
            var sim = einsum("b i d, b j d -> b i j", q, k) * scale;
            if (!(mask is null))
            {
                var m = mask.flatten(1).unsqueeze(1).repeat_interleave(h, 0);
                sim = sim.masked_fill(~m, -1e9);
            }

            var attn = sim.softmax(-1);
            var o = einsum("b i j, b j d -> b i d", attn, v);
            var (bh, n, d) = (o.shape[0], o.shape[1], o.shape[2]);
            o = o.view(bh / h, h, n, d).permute(0, 2, 1, 3).reshape(bh / h, n, h * d);
            return to_out.call(o).MoveToOuterDisposeScope();
        }
    }

    private static Tensor Split(Tensor t, long h)
    {
        var (b, n, hd) = (t.size(0), t.size(1), t.size(2));
        return t.view(b, n, h, hd / h).permute(0, 2, 1, 3).reshape(b * h, n, hd / h);
    }
}

/// <summary>Many query heads share one pair of key and value heads.</summary>
public sealed class GroupedQueryAttention : Module<Tensor, Tensor>
{
    private readonly Linear wq, wk, wv, wo;
    private readonly int nHeads, nKvHeads, headDim;

    public GroupedQueryAttention(int dim = 64, int nHeads = 8, int nKvHeads = 2) : base(nameof(GroupedQueryAttention))
    {
        this.nHeads = nHeads;
        this.nKvHeads = nKvHeads;
        headDim = dim / nHeads;
        wq = Linear(dim, nHeads * headDim, hasBias: false);
        wk = Linear(dim, nKvHeads * headDim, hasBias: false);
        wv = Linear(dim, nKvHeads * headDim, hasBias: false);
        wo = Linear(nHeads * headDim, dim, hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        int bsz = (int)x.shape[0], seq = (int)x.shape[1];
        var xq = wq.forward(x).view(bsz, seq, nHeads, headDim).transpose(1, 2);
        var xk = wk.forward(x).view(bsz, seq, nKvHeads, headDim).transpose(1, 2);
        var xv = wv.forward(x).view(bsz, seq, nKvHeads, headDim).transpose(1, 2);
        xk = Repeat(xk, nHeads / nKvHeads);
        xv = Repeat(xv, nHeads / nKvHeads);
        var o = functional.scaled_dot_product_attention(xq, xk, xv, is_casual: seq > 1);
        return wo.forward(o.transpose(1, 2).contiguous().view(bsz, seq, -1));
    }

    private static Tensor Repeat(Tensor x, int n)
    {
        if (n == 1)
        {
            return x;
        }

        var s = x.shape;
        return x.unsqueeze(2).expand(s[0], s[1], n, s[2], s[3]).reshape(s[0], s[1] * n, s[2], s[3]);
    }
}

/// <summary>Additive attention over encoder states, as in neural machine translation.</summary>
public class AdditiveAttention : Module<Tensor, Tensor, (Tensor context, Tensor weights)>
{
    private readonly Linear w1;
    private readonly Linear w2;
    private readonly Parameter v;

    public AdditiveAttention(long hidden) : base("bahdanau")
    {
        w1 = Linear(hidden, hidden);
        w2 = Linear(hidden, hidden);
        v = new Parameter(torch.rand(hidden));
        RegisterComponents();
    }

    public override (Tensor context, Tensor weights) forward(Tensor query, Tensor keys)
    {
        var energy = torch.tanh(w1.forward(query).unsqueeze(1) + w2.forward(keys));
        var scores = (energy * v).sum(-1);
        var weights = functional.softmax(scores, 1);
        var context = weights.unsqueeze(1).bmm(keys).squeeze(1);
        return (context, weights);
    }
}

/// <summary>Attention with a learned bias for each distance.</summary>
public class RelativePositionAttention : Module<Tensor, Tensor>
{
    private readonly Linear query, key, value;
    private readonly Embedding bias;
    private readonly int heads;
    private readonly int maxDistance;

    public RelativePositionAttention(int width, int heads, int maxDistance = 16) : base(nameof(RelativePositionAttention))
    {
        this.heads = heads;
        this.maxDistance = maxDistance;
        (query, key, value) = (Linear(width, width), Linear(width, width), Linear(width, width));
        bias = Embedding(2 * maxDistance + 1, heads);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var b = x.size(0);
        var t = x.size(1);
        var positions = torch.arange(t, device: x.device);
        var distance = (positions[TensorIndex.None, TensorIndex.Colon] - positions[TensorIndex.Colon, TensorIndex.None]).clamp(-maxDistance, maxDistance) + maxDistance;
        var rel = bias.forward(distance).permute(2, 0, 1).unsqueeze(0);
        Tensor Heads(Tensor y) => y.view(b, t, heads, -1).transpose(1, 2);
        var (q, k, v) = (Heads(query.forward(x)), Heads(key.forward(x)), Heads(value.forward(x)));
        var att = (torch.matmul(q, k.transpose(2, 3)) * (1.0 / Math.Sqrt(q.size(-1)))) + rel;
        att = att.softmax(dim: -1);
        return torch.matmul(att, v).transpose(1, 2).contiguous().view(b, t, -1);
    }
}
