using System.Collections.Immutable;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Losses and normalisations that the library computes.</summary>
internal static class ExternLossModels
{
    public static void Register(ModelTable t)
    {
        Functions(
            t, "functional",
            "binary_cross_entropy binary_cross_entropy_with_logits mse_loss l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss hinge_embedding_loss soft_margin_loss gaussian_nll_loss",
            s => Reduced(s, s.TypeOf("input").With(s.Broadcast(s.TypeOf("input").Shape, s.TypeOf("target").Shape))));
        Functions(t, "functional", "cross_entropy nll_loss", s => Reduced(s, s.TypeOf("input") is var x && x.Rank > 1 ? x.With([x.Shape[0], .. x.Shape[2..]]) : x.With([])));
        Functions(t, "functional", "cosine_embedding_loss margin_ranking_loss", s => Reduced(s, new TensorType(s.TypeOf("input1").DType, s.TypeOf("target").Shape)));
        Functions(t, "functional", "multi_margin_loss multilabel_soft_margin_loss", s => Reduced(s, s.TypeOf("input") is var x ? x.With(x.Shape[..^1]) : x));
        Functions(t, "functional", "triplet_margin_loss", s => Reduced(s, s.TypeOf("anchor") is var x ? x.With(x.Shape[..^1]) : x));
        Functions(t, "functional", "ctc_loss", s => Reduced(s, s.TypeOf("log_probs") is var x && x.Rank == 3 ? x.With([x.Shape[1]]) : x.With([])));
        Functions(t, "functional", "instance_norm group_norm", s => s.Method.Name == "instance_norm" && s.OptionalTensor("running_mean") is not null ? throw s.Unsupported("running statistics") : ExternRules.Same(s));
        foreach (string layer in new[] { "CTCLoss", "CosineEmbeddingLoss", "MarginRankingLoss", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "TripletMarginLoss", "GaussianNLLLoss", "PoissonNLLLoss", "HingeEmbeddingLoss", "SoftMarginLoss", "HuberLoss", "KLDivLoss", "SmoothL1Loss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "L1Loss", "MSELoss" })
        {
            // reduction: mean or sum gives one number; without, the losses of elements keep their shape.
            bool isOfElements = layer is "GaussianNLLLoss" or "PoissonNLLLoss" or "HingeEmbeddingLoss" or "SoftMarginLoss" or "HuberLoss" or "KLDivLoss" or "SmoothL1Loss" or "BCELoss" or "BCEWithLogitsLoss" or "L1Loss" or "MSELoss";
            LayerCalls.Add(t, layer, s => LayerModels.Self(s).Instance.Facts.GetValueOrDefault("reduction") switch
            {
                Constant { Value: 0L } when isOfElements => [s.TypeOf("input") is var x ? x.With(s.Broadcast(x.Shape, s.TypeOf("target", "targets").Shape)) : null],
                Constant { Value: not (null or 0L) } => [new TensorType(s.Tensor("input", "input1", "log_probs", "anchor", "x1").DType, [])],
                _ => throw s.Unsupported("this reduction"),
            });
        }
    }

    // Reduction: 0 leaves one number an element, 1 and 2 give one number.
    private static IReadOnlyList<TensorType?> Reduced(CallSite s, TensorType elements) => [s.Int("reduction", 1) == 0 ? elements : elements.With([])];
}
