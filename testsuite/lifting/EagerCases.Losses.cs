namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    public static (string Body, string Inputs)[] Losses { get; } =
    [
        .. new[] { "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "poisson_nll_loss", "kl_div" }
            .SelectMany(f => Each("x: f32[2,3] in 0..1; y: f32[2,3] in 0..1", $"functional.{f}(x, y)", $"functional.{f}(x, y, reduction: Reduction.Sum)", $"functional.{f}(x, y, reduction: Reduction.None)")),
        .. new[] { "MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "BCELoss", "BCEWithLogitsLoss", "KLDivLoss" }
            .SelectMany(f => Each("x: f32[2,3] in 0..1; y: f32[2,3] in 0..1", $"private readonly {f} m = {f}(); @ m.call(x, y)", $"private readonly {f} m = {f}(reduction: Reduction.Sum); @ m.call(x, y)", $"private readonly {f} m = {f}(reduction: Reduction.None); @ m.call(x, y)")),
        .. Each("x: f32[2,3]; y: f32[2,3]", "functional.smooth_l1_loss(x, y, beta: 0.5)", "functional.huber_loss(x, y, 0.5)", "functional.soft_margin_loss(x, y.sign())", "functional.hinge_embedding_loss(x, y.sign(), 1)", "functional.margin_ranking_loss(x, y, y.sign(), 0.5)", "functional.margin_ranking_loss(x, y, y.sign(), reduction: Reduction.None)", "functional.kl_div(x, y.softmax(-1), log_target: false)", "functional.kl_div(x, y.log_softmax(-1), log_target: true, Reduction.Sum)",
            "functional.binary_cross_entropy_with_logits(x, y.sigmoid(), pos_weights: x[0].exp())", "functional.binary_cross_entropy_with_logits(x, y.sigmoid(), y.abs())", "functional.binary_cross_entropy(x.sigmoid(), y.sigmoid(), y.abs())", "functional.poisson_nll_loss(x, y.exp(), full: true)", "functional.mse_loss(x, y[0])", "functional.cross_entropy(x, y.softmax(-1))", "functional.cross_entropy(x, y.softmax(-1), x[0].exp(), label_smoothing: 0.1)",
            "functional.cross_entropy(x, y.softmax(-1), reduction: Reduction.None)"),
        .. Each("x: f32[5,3]; t: i64[5] in 0..2", "functional.cross_entropy(x, t)", "functional.cross_entropy(x, t, reduction: Reduction.Sum)", "functional.cross_entropy(x, t, reduction: Reduction.None)", "functional.cross_entropy(x, t, ignore_index: 1)", "functional.cross_entropy(x, t, x[0].exp())", "functional.cross_entropy(x, t, x[0].exp(), 1)", "functional.nll_loss(x.log_softmax(1), t)", "functional.nll_loss(x.log_softmax(1), t, x[0].exp())", "functional.cross_entropy(x[0], t[0])",
            "private readonly CrossEntropyLoss m = CrossEntropyLoss(); @ m.call(x, t)", "private readonly CrossEntropyLoss m = CrossEntropyLoss(ignore_index: 2); @ m.call(x, t)", "private readonly NLLLoss m = NLLLoss(); @ m.call(functional.log_softmax(x, 1), t)"),
        .. Each("x: f32[2,3,4]; t: i64[2,4] in 0..2", "functional.cross_entropy(x, t)", "functional.cross_entropy(x, t, x[0, .., 0].exp(), reduction: Reduction.None)"),
    ];
}
