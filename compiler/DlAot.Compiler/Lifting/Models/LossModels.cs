using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Losses, as functions and as layers. A row gives the loss of each element; weights that a layer holds are left to the layer itself.
/// </summary>
internal static class LossModels
{
    // torch.nn.Reduction
    private const long None = 0, Mean = 1, Sum = 2;

    /// <summary>A setting by its name, or its default.</summary>
    private delegate double Setting(string name, double missing);

    private static readonly (string Function, string Layer, Func<Lane, Lane, Setting, Lane> Loss)[] Elementwise =
    [
        ("mse_loss", "MSELoss", (x, t, _) => (x - t) * (x - t)),
        ("l1_loss", "L1Loss", (x, t, _) => (x - t).Abs()),
        ("smooth_l1_loss", "SmoothL1Loss", (x, t, p) => Smooth((x - t).Abs(), p("beta", 1))),
        ("huber_loss", "HuberLoss", (x, t, p) => Huber((x - t).Abs(), p("delta", 1))),
        ("binary_cross_entropy", "BCELoss", (x, t, _) => ((t - 1) * (-x).Apply(Op.Log1p).AtLeast(-100)) - (t * x.Log().AtLeast(-100))),
        ("binary_cross_entropy_with_logits", "BCEWithLogitsLoss", (x, t, _) => ((1 - t) * x) + (-x.Abs()).Exp().Apply(Op.Log1p) + (-x).AtLeast(0)),
        ("kl_div", "KLDivLoss", (x, t, p) => p("log_target", 1) != 0 ? t.Exp() * (t - x) : t.Is(0).Choose(0, t * t.Log()) - (t * x)),
        ("soft_margin_loss", "SoftMarginLoss", (x, t, _) => (-t * x).Exp().Apply(Op.Log1p)),
        ("hinge_embedding_loss", "HingeEmbeddingLoss", (x, t, p) => t.IsNot(1).Choose((p("margin", 1) - x).AtLeast(0), 0) + t.IsNot(-1).Choose(x, 0)),
        ("poisson_nll_loss", "PoissonNLLLoss", Poisson),
    ];

    public static void Register(ModelTable t)
    {
        foreach ((string function, string layer, Func<Lane, Lane, Setting, Lane> loss) in Elementwise)
        {
            t[$"functional.{function}"] = s => s.NewTensor(Pairwise(s, s.Tensor("input"), s.Tensor("target"), s.OptionalTensor("weight"), s.OptionalTensor("pos_weights"), Called(s), loss, s.Int("reduction", Mean)));
            t[$"{layer}.forward"] = s => Plain(s).NewTensor(Pairwise(s, s.Tensor(s.Names[1]), s.Tensor(s.Names[2]), null, null, (n, m) => s.FactNumber(n, m), loss, (long)s.FactNumber("reduction", Mean)));
        }

        t["functional.margin_ranking_loss"] = s => s.NewTensor(Ranking(s, s.Tensor("input1"), s.Tensor("input2"), s.Tensor("target"), s.Float("margin", 0), s.Int("reduction", Mean)));
        t["functional.nll_loss"] = s => s.NewTensor(CrossEntropyModels.Likelihood(s, s.Tensor("input"), s.Tensor("target"), s.OptionalTensor("weight"), -100, s.Int("reduction", Mean)));
        t["NLLLoss.forward"] = s => Plain(s).NewTensor(CrossEntropyModels.Likelihood(s, s.Tensor(s.Names[1]), s.Tensor(s.Names[2]), null, -100, (long)s.FactNumber("reduction", Mean)));
        t["functional.cross_entropy"] = s => s.NewTensor(CrossEntropyModels.CrossEntropy(s, s.Tensor("input"), s.Tensor("target"), s.OptionalTensor("weight"), s.Int("ignore_index", -100), s.Float("label_smoothing", 0), s.Int("reduction", Mean)));
        t["CrossEntropyLoss.forward"] = s => Plain(s).NewTensor(CrossEntropyModels.CrossEntropy(s, s.Tensor(s.Names[1]), s.Tensor(s.Names[2]), null, (long)s.FactNumber("ignore_index", -100), s.FactNumber("label_smoothing", 0), (long)s.FactNumber("reduction", Mean)));
    }

    // Flags come as integers, the others as numbers.
    private static Setting Called(CallSite s) => (name, missing) => s.Float(name, missing);

    private static CallSite Plain(CallSite s)
    {
        Instance self = LayerModels.Self(s).Instance;
        return new[] { "weight", "pos_weights" }.Any(n => self.Facts.GetValueOrDefault(n) is not (null or Constant { IsNull: true })) || self.IsOpaque ? throw s.Unsupported("weights") : s;
    }

    private static Value Pairwise(CallSite s, Value input, Value target, Value? weight, Value? positive, Setting setting, Func<Lane, Lane, Setting, Lane> loss, long reduction)
    {
        // TorchSharp 0.107 hands eps over as a float where its native half takes a double: what is added there nobody can tell.
        if (loss == Poisson && setting("log_input", 1) == 0)
        {
            throw s.Unsupported("inputs that are no logarithms");
        }

        (Value a, Value b) = TorchModels.Promote(s, ArithmeticModels.Temporary(input), ArithmeticModels.Temporary(target));
        LaneModels.FloatOf(s, a);
        Value each = LaneModels.Formula(s, a, x =>
        {
            Lane t = new(s.Builder, s.Interpreter.CastTo(b, x.DType));
            if (positive is not null)
            {
                // (1 - t) x + w (log1p(exp(-|x|)) + max(-x, 0)), where w = 1 + (positive - 1) t
                Lane w = ((new Lane(s.Builder, s.Interpreter.CastTo(positive, x.DType)) - 1) * t) + 1;
                return ((1 - t) * x) + (w * ((-x.Abs()).Exp().Apply(Op.Log1p) + (-x).AtLeast(0)));
            }

            return loss(x, t, setting);
        });
        if (weight is not null)
        {
            (Value l, Value w) = TorchModels.Promote(s, ArithmeticModels.Temporary(each), ArithmeticModels.Temporary(weight));
            each = s.Builder.Add(Op.Mul, l, w);
        }

        return Reduced(s, each, reduction);
    }

    /// <summary>All elements, their mean, or their sum.</summary>
    public static Value Reduced(CallSite s, Value each, long reduction) => reduction == None ? each
        : s.Builder.Add(reduction == Mean ? Op.Mean : reduction == Sum ? Op.Sum : throw s.Unsupported($"reduction {reduction}"), Attributes.Of(("dims", Enumerable.Range(0, each.Rank).Select(d => (long)d).ToImmutableArray()), ("keepdim", false)), each);

    private static Lane Smooth(Lane z, double beta) => beta == 0 ? z : (z < beta).Choose(z * z * (0.5 / beta), z - (0.5 * beta));

    private static Lane Huber(Lane z, double delta) => (z <= delta).Choose(z * z * 0.5, (z - (0.5 * delta)) * delta);

    private static Lane Poisson(Lane x, Lane t, Setting p)
    {
        Lane loss = x.Exp() - (t * x);

        // Stirling's approximation of log(t!), for t above 1.
        return p("full", 0) == 0 ? loss : loss + (t > 1).Choose((t * t.Log()) - t + ((t * (2 * Math.PI)).Log() * 0.5), 0);
    }

    private static Value Ranking(CallSite s, Value first, Value second, Value target, double margin, long reduction)
    {
        (Value a, Value b) = TorchModels.Promote(s, ArithmeticModels.Temporary(first), ArithmeticModels.Temporary(second));
        (Value difference, Value sign) = TorchModels.Promote(s, ArithmeticModels.Temporary(s.Builder.Add(Op.Sub, a, b)), ArithmeticModels.Temporary(target));
        return Reduced(s, LaneModels.Formula(s, difference, d => ((-new Lane(s.Builder, s.Interpreter.CastTo(sign, d.DType)) * d) + margin).AtLeast(0)), reduction);
    }
}
