namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor mse_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("mse_loss", input, target, (long)reduction);
            public static Tensor l1_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("l1_loss", input, target, (long)reduction);
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean, double beta = 1)
                => Native.Call("smooth_l1_loss", input, target, (long)reduction, beta);
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("huber_loss", input, target, (long)reduction, delta);
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("kl_div", input, target, (long)reduction, log_target);
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, nn.Reduction reduction = nn.Reduction.Mean, double label_smoothing = 0)
                => Native.Call("cross_entropy_loss", input, target, weight, (long)reduction, ignore_index, label_smoothing);
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("nll_loss_nd", input, target, weight, (long)reduction, -100);
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("binary_cross_entropy", input, target, weight, (long)reduction);
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, nn.Reduction reduction = nn.Reduction.Mean, Tensor? pos_weights = null)
                => Native.Call("binary_cross_entropy_with_logits", input, target, weight, pos_weights, (long)reduction);
            public static Tensor soft_margin_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("soft_margin_loss", input, target, (long)reduction);
            public static Tensor hinge_embedding_loss(Tensor input, Tensor target, double margin = 0, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("hinge_embedding_loss", input, target, margin, (long)reduction);
            public static Tensor margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("margin_ranking_loss", input1, input2, target, margin, (long)reduction);
            public static Tensor cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, double margin = 0, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("cosine_embedding_loss", input1, input2, target, margin, (long)reduction);
            public static Tensor multi_label_margin_loss(Tensor input, Tensor target, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("multilabel_margin_loss", input, target, (long)reduction);
            public static Tensor triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, double margin = 1, long p = 2, double eps = 1E-06, bool swap = false, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("triplet_margin_loss", anchor, positive, negative, margin, (double)p, eps, swap, (long)reduction);
            public static Tensor poisson_nll_loss(Tensor input, Tensor target, bool log_input = true, bool full = false, float eps = 1E-08f, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("poisson_nll_loss", input, target, log_input, full, (double)eps, (long)reduction);
            public static Tensor ctc_loss(Tensor log_probs, Tensor targets, Tensor input_lengths, Tensor target_lengths, long blank = 0, bool zero_infinity = false, nn.Reduction reduction = nn.Reduction.Mean)
                => Native.Call("ctc_loss.Tensor", log_probs, targets, input_lengths, target_lengths, blank, (long)reduction, zero_infinity);
            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1E-08)
                => Native.Call("cosine_similarity", x1, x2, dim, eps);
            public static Tensor pairwise_distance(Tensor input1, Tensor input2, double p = 2, double eps = 1E-06, bool keepdim = false)
                => Native.Call("pairwise_distance", input1, input2, p, eps, keepdim);
        }
    }
}
