using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Losses;

public class FocalLoss : Module<Tensor, Tensor, Tensor>
{
    private readonly double alpha, gamma;
    private readonly string reduction;

    public FocalLoss(double alpha = 0.25, double gamma = 2.0, string reduction = "mean") : base("focal")
    {
        (this.alpha, this.gamma, this.reduction) = (alpha, gamma, reduction);
    }

    public override Tensor forward(Tensor logits, Tensor targets)
    {
        var p = sigmoid(logits);
        var ce = functional.binary_cross_entropy_with_logits(logits, targets, reduction: Reduction.None);
        var pt = p * targets + (1 - p) * (1 - targets);
        var loss = ce * pow(1 - pt, gamma);
        if (alpha >= 0)
        {
            loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss;
        }

        if (reduction == "mean")
        {
            return loss.mean();
        }

        return reduction == "sum" ? loss.sum() : loss;
    }
}

public class DiceLoss : Module<Tensor, Tensor, Tensor>
{
    private readonly float smooth;

    public DiceLoss(float smooth = 1f) : base("dice") => this.smooth = smooth;

    public override Tensor forward(Tensor input, Tensor target)
    {
        if (!input.shape.SequenceEqual(target.shape))
        {
            throw new ArgumentException($"shapes differ: [{string.Join(", ", input.shape)}] and [{string.Join(", ", target.shape)}]");
        }

        using var scope = NewDisposeScope();
        var p = input.sigmoid().view(input.shape[0], -1);
        var t = target.view(target.shape[0], -1);
        var intersection = (p * t).sum(1);
        var dice = (2 * intersection + smooth) / (p.sum(1) + t.sum(1) + smooth);
        return (1 - dice).mean().MoveToOuterDisposeScope();
    }
}

/// <summary>Symmetric contrast between two batches of embeddings.</summary>
public class ContrastiveLoss : Module<Tensor, Tensor, (Tensor loss, Tensor logits)>
{
    private readonly Parameter logitScale;

    public ContrastiveLoss() : base("clip")
    {
        logitScale = Parameter(tensor((float)Math.Log(1 / 0.07)));
        RegisterComponents();
    }

    public override (Tensor loss, Tensor logits) forward(Tensor images, Tensor texts)
    {
        images = images / images.norm(1, keepdim: true);
        texts = texts / texts.norm(1, keepdim: true);
        var logits = logitScale.exp() * images.matmul(texts.t());
        var labels = arange(images.shape[0], device: images.device);
        var loss = (functional.cross_entropy(logits, labels) + functional.cross_entropy(logits.t(), labels)) / 2;
        return (loss, logits);
    }
}

public enum Distance
{
    Euclidean,
    Cosine,
    Manhattan,
}

public class TripletLoss : Module<Tensor, Tensor, Tensor, Tensor>
{
    private readonly Distance distance;
    private readonly double margin;

    public TripletLoss(Distance distance = Distance.Cosine, double margin = 0.2) : base("triplet")
    {
        this.distance = distance;
        this.margin = margin;
    }

    private Tensor Measure(Tensor a, Tensor b) => distance switch
    {
        Distance.Euclidean => (a - b).pow(2).sum(1).sqrt(),
        Distance.Cosine => 1 - functional.cosine_similarity(a, b, dim: 1),
        Distance.Manhattan => (a - b).abs().sum(1),
        _ => throw new ArgumentOutOfRangeException(nameof(distance)),
    };

    public override Tensor forward(Tensor anchor, Tensor positive, Tensor negative) =>
        functional.relu(Measure(anchor, positive) - Measure(anchor, negative) + margin).mean();
}

/// <summary>Smoothed targets; positions to be ignored are masked out.</summary>
public class LabelSmoothingLoss : Module<Tensor, Tensor, Tensor>
{
    private readonly double smoothing;
    private readonly long classes, ignoreIndex;

    public LabelSmoothingLoss(long classes, double smoothing = 0.1, long ignoreIndex = -100) : base("smoothing")
    {
        (this.classes, this.smoothing, this.ignoreIndex) = (classes, smoothing, ignoreIndex);
    }

    public override Tensor forward(Tensor prediction, Tensor target)
    {
        var logp = prediction.log_softmax(-1);
        using (no_grad())
        {
            var mask = target != ignoreIndex;
            var index = target.masked_fill(mask.logical_not(), 0).unsqueeze(1);
            var dist = full_like(logp, smoothing / (classes - 1)).scatter_(1, index, full_like(index, 1.0 - smoothing, dtype: logp.dtype));
            var loss = -(dist * logp).sum(-1) * mask.to(logp.dtype);
            return loss.sum() / mask.sum();
        }
    }
}

/// <summary>Differences between the features of all layers, weighted.</summary>
public class FeatureMatchingLoss : Module<List<Tensor>, List<Tensor>, Tensor>
{
    private readonly double[] weights;

    public FeatureMatchingLoss(params double[] weights) : base("feature_loss") => this.weights = weights;

    public static FeatureMatchingLoss Default() => new(1.0, 0.5);

    public override Tensor forward(List<Tensor> real, List<Tensor> fake)
    {
        if (real.Count != fake.Count)
        {
            throw new ArgumentException("as many real as generated features are needed", nameof(fake));
        }

        return real.Zip(fake, (r, f) => torch.mean(torch.abs(r - f))).Select((l, i) => l * weights[i % weights.Length]).Aggregate((a, b) => a + b);
    }
}

/// <summary>Multi-task loss whose weights are learned.</summary>
public class UncertaintyWeighting : Module<Tensor[], Tensor>
{
    private readonly Parameter logVariances;

    public UncertaintyWeighting(int tasks = 2) : base("uncertainty")
    {
        logVariances = Parameter(zeros(tasks));
        RegisterComponents();
    }

    public override Tensor forward(Tensor[] losses)
    {
        Tensor total = 0f;
        for (int i = 0; i < losses.Length; i++)
        {
            total = total + torch.exp(-logVariances[i]) * losses[i] + logVariances[i];
        }

        return total;
    }
}

/// <summary>Overlap of boxes, in one of its forms.</summary>
public class IouLoss : Module<Tensor, Tensor, Tensor>
{
    private readonly bool generalized;
    private readonly double eps = 1e-7;

    public IouLoss(bool generalized = true) : base("iou") => this.generalized = generalized;

    public override Tensor forward(Tensor a, Tensor b)
    {
        var (ax1, ay1, ax2, ay2) = (a[.., 0], a[.., 1], a[.., 2], a[.., 3]);
        var (bx1, by1, bx2, by2) = (b[.., 0], b[.., 1], b[.., 2], b[.., 3]);
        var inter = (minimum(ax2, bx2) - maximum(ax1, bx1)).clamp_(min: 0) * (minimum(ay2, by2) - maximum(ay1, by1)).clamp_(min: 0);
        var union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - inter + eps;
        var iou = inter / union;
        if (!generalized)
        {
            return 1.0 - iou;
        }

        var hull = (maximum(ax2, bx2) - minimum(ax1, bx1)) * (maximum(ay2, by2) - minimum(ay1, by1)) + eps;
        return 1.0 - (iou - (hull - union) / hull);
    }
}
