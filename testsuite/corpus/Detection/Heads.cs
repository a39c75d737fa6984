using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Detection;

/// <summary>Predictions of one scale with their grid added.</summary>
public class GridHead : Module<Tensor, Tensor>
{
    private readonly Conv2d conv;
    private readonly int classes, anchors;
    private readonly double stride;
    private readonly Tensor anchorSizes;

    public GridHead(int channels, int classes = 3, double stride = 8, (float w, float h)[]? sizes = null) : base("yolo_head")
    {
        sizes ??= [(10f, 13f), (16f, 30f)];
        (this.classes, anchors, this.stride) = (classes, sizes.Length, stride);
        conv = Conv2d(channels, anchors * (5 + classes), 1);
        anchorSizes = tensor(sizes.SelectMany(s => new[] { s.w, s.h }).ToArray()).view(1, anchors, 1, 1, 2);
        register_buffer("anchorSizes", anchorSizes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var p = conv.forward(x);
        var (b, h, w) = (p.shape[0], p.shape[2], p.shape[3]);
        p = p.view(b, anchors, 5 + classes, h, w).permute(0, 1, 3, 4, 2).contiguous();
        if (training)
        {
            return p.MoveToOuterDisposeScope();
        }

        var grids = meshgrid([arange(h, device: x.device), arange(w, device: x.device)], indexing: "ij");
        var grid = stack([grids[1], grids[0]], 2).view(1, 1, h, w, 2).to(p.dtype);
        var y = p.sigmoid();
        var xy = (y[TensorIndex.Ellipsis, ..2] * 2 - 0.5 + grid) * stride;
        var wh = (y[TensorIndex.Ellipsis, 2..4] * 2).pow(2) * anchorSizes;
        return cat([xy, wh, y[TensorIndex.Ellipsis, 4..]], -1).view(b, -1, 5 + classes).MoveToOuterDisposeScope();
    }
}

/// <summary>Adds coarse maps to finer ones, from the top down.</summary>
public class FeaturePyramid : Module<List<Tensor>, List<Tensor>>
{
    private readonly ModuleList<Conv2d> lateral = new(), smooth = new();

    public FeaturePyramid(int[] channels, int width) : base("fpn")
    {
        foreach (var c in channels)
        {
            lateral.Add(Conv2d(c, width, 1));
            smooth.Add(Conv2d(width, width, 3, padding: 1));
        }

        RegisterComponents();
    }

    public static FeaturePyramid Default() => new([4, 8, 16], 8);

    public override List<Tensor> forward(List<Tensor> inputs)
    {
        var result = new List<Tensor>();
        Tensor? last = null;
        for (int i = inputs.Count - 1; i >= 0; i--)
        {
            var x = lateral[i].forward(inputs[i]);
            if (last is not null)
            {
                x = x + functional.interpolate(last, size: x.shape.Skip(2).ToArray());
            }

            last = x;
            result.Insert(0, smooth[i].forward(x));
        }

        return result;
    }
}

public class MultiScaleHead : Module<Tensor[], (Tensor scores, Tensor boxes)>
{
    private readonly ModuleList<Conv2d> cls = new(), reg = new();
    private readonly int classes;

    public MultiScaleHead(int width, int levels = 2, int classes = 4) : base("ssd_head")
    {
        this.classes = classes;
        for (int i = 0; i < levels; i++)
        {
            cls.Add(Conv2d(width, classes, 3, padding: 1));
            reg.Add(Conv2d(width, 4, 3, padding: 1));
        }

        RegisterComponents();
    }

    public override (Tensor scores, Tensor boxes) forward(Tensor[] features)
    {
        var scores = new List<Tensor>();
        var boxes = new List<Tensor>();
        for (int i = 0; i < features.Length; i++)
        {
            scores.Add(cls[i].forward(features[i]).permute(0, 2, 3, 1).reshape(features[i].shape[0], -1, classes));
            boxes.Add(reg[i].forward(features[i]).permute(0, 2, 3, 1).reshape(features[i].shape[0], -1, 4));
        }

        return (cat(scores, 1).softmax(-1), cat(boxes, 1));
    }
}

/// <summary>Offsets to boxes.</summary>
public class BoxDecoder : Module<Tensor, Tensor, Tensor>
{
    private readonly double clip;
    private readonly double[] weights;

    public BoxDecoder(double[]? weights = null) : base("box_decoder")
    {
        this.weights = weights ?? new[] { 10.0, 10.0, 5.0, 5.0 };
        clip = Math.Log(1000.0 / 16);
    }

    public override Tensor forward(Tensor deltas, Tensor anchors)
    {
        var widths = anchors[.., 2] - anchors[.., 0];
        var heights = anchors[.., 3] - anchors[.., 1];
        var cx = anchors[.., 0] + 0.5 * widths;
        var cy = anchors[.., 1] + 0.5 * heights;
        var dx = deltas[.., 0] / weights[0];
        var dy = deltas[.., 1] / weights[1];
        var dw = clamp(deltas[.., 2] / weights[2], max: clip);
        var dh = clamp(deltas[.., 3] / weights[3], max: clip);
        var px = dx * widths + cx;
        var py = dy * heights + cy;
        var pw = exp(dw) * widths;
        var ph = exp(dh) * heights;
        return stack([px - 0.5 * pw, py - 0.5 * ph, px + 0.5 * pw, py + 0.5 * ph], dim: 1);
    }
}

/// <summary>Keeps boxes whose score is high enough.</summary>
public class ScoreFilter : Module<Tensor, Tensor, (Tensor boxes, Tensor scores)>
{
    private readonly float threshold;

    public ScoreFilter(float threshold = 0.5f) : base("filter")
    {
        this.threshold = threshold;
    }

    public override (Tensor boxes, Tensor scores) forward(Tensor boxes, Tensor scores)
    {
        var keep = scores > threshold;
        if (!keep.any().item<bool>())
        {
            return (zeros(0, 4), zeros(0));
        }

        var kept = scores[keep];
        var order = kept.argsort(0, true);
        return (boxes[keep][order], kept[order]);
    }
}

/// <summary>Layers by configuration; some refer to the outputs of earlier ones.</summary>
public class ConfiguredBackbone : Module<Tensor, (Tensor, Tensor)>
{
    private readonly ModuleList<Module> model = new();
    private readonly List<int> routes = new();

    public ConfiguredBackbone() : base("backbone")
    {
        Add(Conv2d(3, 8, 3, padding: 1), -1);
        Add(Conv2d(8, 8, 3, stride: 2, padding: 1), -1);
        Add(new Vision.SqueezeExcite(8), -1);
        Add(new Vision.NearestUpsample(), -1);
        Add(new Concat(), 0);
        Add(Conv2d(16, 4, 1), -1);
        RegisterComponents();
    }

    private void Add(Module module, int from)
    {
        model.Add(module);
        routes.Add(from);
    }

    public override (Tensor, Tensor) forward(Tensor x)
    {
        var outputs = new List<Tensor>();
        for (int i = 0; i < model.Count; i++)
        {
            switch (model[i])
            {
                case Concat concat:
                    x = concat.forward(x, outputs[routes[i]]);
                    break;
                case Vision.SqueezeExcite se:
                    x = se.forward(x);
                    break;
                case Module<Tensor, Tensor> simple:
                    x = simple.forward(x);
                    break;
                default:
                    throw new NotSupportedException(model[i].GetType().Name);
            }

            outputs.Add(x);
        }

        return (outputs.Last(), outputs[2]);
    }
}

public class Concat : Module<Tensor, Tensor, Tensor>
{
    private readonly long dim;

    public Concat(long dim = 1) : base("concat") => this.dim = dim;

    public override Tensor forward(Tensor a, Tensor b) => cat([a, b], dim);
}
