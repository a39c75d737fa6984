using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.ExternModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Special functions element by element, writes by index, and window functions.</summary>
internal static class ExternElementwiseModels
{
    public static void Register(ModelTable t)
    {
        // Integers are computed in the default dtype.
        Both(t, "digamma erfc erfinv i0 lgamma polygamma mvlgamma", Float);
        InPlace(t, "digamma erfc erfinv i0 lgamma polygamma mvlgamma", Float);
        Functions(
            t, "special",
            "airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 digamma entr erf erfc erfcx erfinv exp2 expm1 gammaln i0 i0e i1 i1e log_softmax logit modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 "
            + "modified_bessel_k1 multigammaln ndtr ndtri polygamma psi scaled_modified_bessel_k0 scaled_modified_bessel_k1 sinc softmax spherical_bessel_j0",
            Float);
        Functions(
            t, "special",
            "chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w gammainc gammaincc hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p "
            + "shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w xlog1py zeta",
            s => [Pair(s, true)]);
        Functions(t, "torch", "div divide", s => [Pair(s, true)]);
        Both(t, "copysign igamma igammac nextafter", s => [Pair(s, true)]);
        InPlace(t, "copysign nextafter", s => [Pair(s, true)]);
        Both(t, "gcd lcm bitwise_left_shift bitwise_right_shift", s => [Pair(s, false)]);
        InPlace(t, "gcd lcm bitwise_left_shift bitwise_right_shift", s => [Pair(s, false)]);
        Both(t, "conj_physical round", ExternRules.Same); // round: to decimals
        RegisterWrites(t);
        RegisterReductions(t);
        Functions(t, "torch", "tril_indices triu_indices", s => [TensorType.Of(s.ScalarType("dtype") ?? DType.I64, 2, s.NewSize())]);
        foreach (string window in new[] { "hann_window", "hamming_window", "bartlett_window", "blackman_window", "kaiser_window" })
        {
            t.AddCall(ExternSite.Model(s => [TensorType.Of(s.ScalarType("dtype") ?? DType.F32, s.Dim("len"))]), $"torch.{window}");
        }

        Functions(t, "functional", "cosine_similarity", s => [s.TypeOf("x1") is var x ? x.With(s.Broadcast(x.Shape, s.TypeOf("x2").Shape).RemoveAt(s.Axis(x, "dim", 1))) : null]);
        Functions(t, "functional", "pairwise_distance", s =>
        {
            TensorType x = s.TypeOf("input1");
            ImmutableArray<DimExpr> shape = s.Broadcast(x.Shape, s.TypeOf("input2").Shape);
            return [x.With(s.Bool("keepdim") ? shape.SetItem(shape.Length - 1, 1) : shape[..^1])];
        });
        Functions(t, "functional", "bilinear", s => [s.TypeOf("input1") is var x ? x.With([.. x.Shape[..^1], s.TypeOf("weight").Shape[0]]) : null]);
        Functions(t, "functional", "batch_norm", s => s.Bool("training") ? throw s.Unsupported("batch statistics") : ExternRules.Same(s));
    }

    private static void RegisterWrites(ModelTable t)
    {
        Both(t, "scatter scatter_add index_add index_copy index_fill", Indexed);
        Both(t, "masked_scatter select_scatter slice_scatter diagonal_scatter", ExternRules.Same);
        Functions(t, "torch", "index_reduce", ExternRules.Same);
        InPlace(t, "scatter scatter_add index_add index_copy index_fill", Indexed);
        t.AddCall(ExternSite.InPlace(ExternRules.Same), "Tensor.masked_scatter_");
    }

    private static void RegisterReductions(ModelTable t)
    {
        Both(t, "var", s => s.Method.Parameters.Any(p => p.Name == "unbiased" && p.Index > (s.Method.HasThis ? 0 : 1)) ? throw s.Unsupported("dimensions") : [ExternRules.Self(s).With([])]);
        Both(t, "nansum", s => [new TensorType(ExternRules.Self(s).DType, [])]);
        Both(t, "nanmean", s => [ExternRules.Self(s) is var x && s.Optional("dim") is null ? x.With([]) : x.Reduced(s.Axis(x), s.Bool("keepdim"))]);
        Both(t, "dist", s => [Pair(s, true).With([])]);
        Both(t, "count_nonzero", s => [ExternRules.Self(s) is var x && s.Optional("dims") is null ? TensorType.Of(DType.I64) : new TensorType(DType.I64, Kept(s, x, "dims"))]);
        Both(t, "aminmax", s =>
        {
            TensorType x = ExternRules.Self(s);
            TensorType one = s.Optional("dim") is null ? x.With([]) : x.Reduced(s.Axis(x), s.Bool("keepdim"));
            return [one, one];
        });
        Both(t, "trapezoid cumulative_trapezoid", s =>
        {
            TensorType y = s.TypeOf("this", "y");
            int axis = s.Axis(y);
            return [s.Method.Name == "trapezoid" ? y.Reduced(axis, false) : y.With(y.Shape.SetItem(axis, y.Shape[axis] - 1))];
        });
        Functions(t, "linalg", "vecdot", s => [ExternRules.Self(s) is var x ? x.With(s.Broadcast(x.Shape, s.TypeOf("y").Shape).RemoveAt(s.Axis(x))) : null]);
    }

    private static void InPlace(ModelTable t, string names, ResultRule rule)
    {
        foreach (string name in names.Split(' '))
        {
            t.AddCall(ExternSite.InPlace(rule), $"torch.{name}_", $"Tensor.{name}_");
        }
    }

    private static IReadOnlyList<TensorType?> Float(CallSite s) => [ExternRules.Self(s) is var x && x.DType.IsFloat() ? x : x.As(DType.F32)];

    private static ImmutableArray<DimExpr> Kept(CallSite s, TensorType x, string dims) =>
        [.. s.Ints(dims).Select(d => s.Axis(x, d)).ToHashSet() is var gone ? x.Shape.Where((_, i) => !gone.Contains(i)) : []];

    // Two tensors broadcast; the second may be a number.
    private static TensorType Pair(CallSite s, bool isFloat)
    {
        TensorType[] operands = [.. s.Arguments.OfType<TensorRef>().Select(o => s.Builder.TypeOf(o.Value))];
        DType type = operands.Select(o => o.DType).Aggregate(DTypes.Promote);
        return new TensorType(isFloat && !type.IsFloat() ? DType.F32 : type, s.Broadcast([.. operands.Select(o => o.Shape)]));
    }

    // Written at the places that an index of integers names: one number for each element, or one for each row.
    private static IReadOnlyList<TensorType?> Indexed(CallSite s)
    {
        Value index = s.Tensor("index");
        s.RequireInteger(index);
        int rank = s.Method.Name.StartsWith("scatter", StringComparison.Ordinal) ? Math.Max(1, ExternRules.Self(s).Rank) : 1;
        return Math.Max(1, index.Rank) == rank ? ExternRules.Same(s) : throw s.Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(s.Method)}: an index of rank {index.Rank}");
    }
}
