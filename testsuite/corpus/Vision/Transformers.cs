using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Corpus.Vision;

public class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d proj;
    private readonly int imageSize;

    public PatchEmbedding(int imageSize = 32, int patch = 8, int channels = 3, int width = 48) : base("patch_embed")
    {
        this.imageSize = imageSize;
        proj = nn.Conv2d(channels, width, patch, stride: patch);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        if (x.shape[2] != imageSize || x.shape[3] != imageSize)
        {
            throw new ArgumentException($"Input image size ({x.shape[2]}*{x.shape[3]}) doesn't match model ({imageSize}*{imageSize}).");
        }

        return proj.forward(x).flatten(2).transpose(1, 2);
    }
}

public class EncoderLayer : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1, norm2;
    private readonly Linear qkv, proj, fc1, fc2;
    private readonly int heads;

    public EncoderLayer(int width, int heads) : base("layer")
    {
        this.heads = heads;
        norm1 = nn.LayerNorm(width);
        norm2 = nn.LayerNorm(width);
        qkv = nn.Linear(width, width * 3);
        proj = nn.Linear(width, width);
        fc1 = nn.Linear(width, width * 4);
        fc2 = nn.Linear(width * 4, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = x + Attend(norm1.forward(x));
        x = x + fc2.forward(nn.functional.gelu(fc1.forward(norm2.forward(x))));
        return x;
    }

    private Tensor Attend(Tensor x)
    {
        var (B, N, C) = (x.shape[0], x.shape[1], x.shape[2]);
        var t = qkv.forward(x).reshape(B, N, 3, heads, C / heads).permute(2, 0, 3, 1, 4).unbind(0);
        return proj.forward(nn.functional.scaled_dot_product_attention(t[0], t[1], t[2]).transpose(1, 2).reshape(B, N, C));
    }
}

public record VitOptions(int ImageSize, int Patch, int Width, int Depth, int Heads, int Classes, bool ClassToken = true, string Pool = "token");

public class VisionTransformer : nn.Module<Tensor, Tensor>
{
    private readonly VitOptions options;
    private readonly PatchEmbedding patch_embed;
    private readonly Parameter? cls_token;
    private readonly Parameter pos_embed;
    private readonly ModuleList<EncoderLayer> blocks;
    private readonly LayerNorm norm;
    private readonly Linear head;

    public VisionTransformer(VitOptions options) : base("vit")
    {
        this.options = options;
        patch_embed = new PatchEmbedding(options.ImageSize, options.Patch, 3, options.Width);
        var tokens = (options.ImageSize / options.Patch) * (options.ImageSize / options.Patch);
        if (options.ClassToken)
        {
            cls_token = nn.Parameter(torch.zeros(1, 1, options.Width));
            tokens++;
        }

        pos_embed = nn.Parameter(torch.randn(1, tokens, options.Width) * 0.02);
        blocks = new ModuleList<EncoderLayer>(Enumerable.Range(0, options.Depth).Select(_ => new EncoderLayer(options.Width, options.Heads)).ToArray());
        norm = nn.LayerNorm(options.Width);
        head = nn.Linear(options.Width, options.Classes);
        RegisterComponents();
    }

    public static VisionTransformer Tiny() => new(new VitOptions(32, 8, 48, 2, 4, 10));

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = patch_embed.call(x);
        if (cls_token is not null)
        {
            x = torch.cat(new[] { cls_token.expand(x.shape[0], -1, -1), x }, 1);
        }

        x = x + pos_embed;
        for (int i = 0; i < blocks.Count; i++)
        {
            x = blocks[i].call(x);
        }

        x = norm.call(x);
        x = options.Pool == "mean" ? x.mean([1]) : x[.., 0];
        return head.call(x).MoveToOuterDisposeScope();
    }
}

/// <summary>Attention inside windows, with a cyclic shift and padding to whole windows.</summary>
public class WindowAttentionBlock : nn.Module<Tensor, Tensor>
{
    private readonly int window, shift;
    private readonly LayerNorm norm;
    private readonly Linear q, kv;

    public WindowAttentionBlock(int dim, int window = 4, int shift = 0) : base("window")
    {
        this.window = window;
        this.shift = shift;
        norm = nn.LayerNorm(dim);
        q = nn.Linear(dim, dim);
        kv = nn.Linear(dim, 2 * dim);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        long b = x.shape[0], h = x.shape[1], w = x.shape[2], c = x.shape[3];
        var shortcut = x;
        x = norm.forward(x);
        var padR = (window - w % window) % window;
        var padB = (window - h % window) % window;
        if (padR > 0 || padB > 0)
        {
            x = nn.functional.pad(x, [0, 0, 0, padR, 0, padB]);
        }

        if (shift > 0)
        {
            x = torch.roll(x, [-shift, -shift], [1, 2]);
        }

        var (hp, wp) = (h + padB, w + padR);
        var windows = x.view(b, hp / window, window, wp / window, window, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, c);
        var kvs = kv.forward(windows).chunk(2, dim: -1);
        var attn = (q.forward(windows) * Math.Pow(c, -0.5)).matmul(kvs[0].transpose(1, 2)).softmax(-1).matmul(kvs[1]);
        x = attn.view(b, hp / window, wp / window, window, window, c).permute(0, 1, 3, 2, 4, 5).reshape(b, hp, wp, c);
        if (shift > 0)
        {
            x = torch.roll(x, [shift, shift], [1, 2]);
        }

        return shortcut + x[.., ..(int)h, ..(int)w, ..];
    }
}

/// <summary>Class and box predictions out of learned queries.</summary>
public class QueryHead : nn.Module<Tensor, Dictionary<string, Tensor>>
{
    private readonly Parameter queries;
    private readonly Linear classes, boxes;

    public QueryHead(int count, int width, int classCount) : base("query_head")
    {
        queries = nn.Parameter(torch.randn(count, width));
        classes = nn.Linear(width, classCount + 1);
        boxes = nn.Linear(width, 4);
        RegisterComponents();
    }

    public override Dictionary<string, Tensor> forward(Tensor memory)
    {
        var q = queries.unsqueeze(0).expand(memory.shape[0], -1, -1);
        var h = torch.softmax(q.matmul(memory.transpose(1, 2)), -1).matmul(memory);
        return new Dictionary<string, Tensor>
        {
            ["pred_logits"] = classes.forward(h),
            ["pred_boxes"] = boxes.forward(h).sigmoid(),
        };
    }
}
