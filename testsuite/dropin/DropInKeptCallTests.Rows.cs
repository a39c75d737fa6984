using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

public sealed partial class DropInKeptCallTests
{
    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] WindowRows =>
    [
        ("Deconv1", "", "functional.conv_transpose1d(x, w, stride: 2, padding: 1).relu()", "x: f32[N,2,L]; w: f32[2,3,4]", () => [randn(2, 2, 5), randn(2, 3, 4)]),
        ("Deconv2", "", "functional.conv_transpose2d(x, w, null, new long[] { 2, 1 }, new long[] { 1, 0 }, new long[] { 1, 0 }).relu()", "x: f32[N,2,H,W]; w: f32[2,3,3,2]", () => [randn(2, 2, 5, 4), randn([2, 3, 3, 2])]),
        ("Deconv2Layer", "private readonly ConvTranspose2d a = ConvTranspose2d(2, 3, 4, stride: 2, padding: 1);", "a.forward(x).relu()", "x: f32[N,2,H,W]", () => [randn(2, 2, 5, 4)]),
        ("Deconv2OfSettings", "public Module<Tensor, Tensor> a = ConvTranspose2d(2, 3, (3, 2), (2, 1));", "a.call(x).relu() * 2", "x: f32[N,2,H,W]", () => [randn(2, 2, 5, 4)]),
        ("Deconv1Layer", "private readonly ConvTranspose1d a = ConvTranspose1d(2, 3, 4, stride: 2, output_padding: 1);", "a.forward(x).relu()", "x: f32[N,2,L]", () => [randn(2, 2, 5)]),
        ("Triangle", "", "x.index_select(1, triu_indices(4, 4, 1)[0]).relu() + 1", "x: f32[N,4]", () => [randn(3, 4)]),
        ("Close", "", "(allclose(x, y, 1e-3) ? x.exp() : x.relu()).round(2) + 1", "x: f32[N,4]; y: f32[N,4]", () => [ones(3, 4), full(3, 4, 1.0005)]),
        ("NotClose", "", "(x.allclose(y, equal_nan: true) ? x.exp() : x.relu()).round(2) + 1", "x: f32[N,4]; y: f32[N,4]", () => [ones(3, 4), full(3, 4, 1.0005)]),
        ("DivideFloor", "", "torch.div(x, 2, rounding_mode: RoundingMode.floor).relu() + 1", "x: i64[N,4]", () => [randint(-9, 9, [3, 4], ScalarType.Int64)]),
        ("DivideTrunc", "", "torch.divide(x, y, RoundingMode.trunc).relu() + 1", "x: f32[N,4]; y: f32[N,4]", () => [randn(3, 4) * 9, rand(3, 4) + 1]),
        ("RoundDecimals", "", "x.round(2).relu() + 1", "x: f32[N,4]", () => [randn(3, 4)]),
        ("MaxPool3", "public MaxPool3d a = MaxPool3d(2);", "a.forward(x).relu() + 1", "x: f32[N,2,D,H,W]", () => [randn([2, 2, 4, 5, 6])]),
        ("MaxPool3Function", "", "functional.max_pool3d(x, new long[] { 2, 2, 2 }).relu() + 1", "x: f32[N,2,D,H,W]", () => [randn([2, 2, 4, 5, 6])]),
        ("MaxPoolCeil", "", "functional.max_pool2d_with_indices(x, new long[] { 3, 3 }, new long[] { 2, 2 }, ceil_mode: true).indices.to(float32) * 2", "x: f32[N,2,H,W]", () => [randn(2, 2, 8, 7)]),
        ("AdaptiveAverage", "public AdaptiveAvgPool2d a = AdaptiveAvgPool2d((3, 2));", "a.forward(x).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 9, 8)]),
        ("AdaptiveAverageFunction", "", "functional.adaptive_avg_pool2d(x, (3, 2)).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 9, 8)]),
        ("AdaptiveMax", "", "functional.adaptive_max_pool2d(x, new long[] { 3, 2 }).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 8, 7)]),
        ("AdaptiveMaxLayer", "public AdaptiveMaxPool2d a = AdaptiveMaxPool2d(new long[] { 3, 2 });", "a.forward(x).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 8, 7)]),
        ("AvgPoolUncertain", "public AvgPool2d a = AvgPool2d(3, 2, 1);", "a.forward(x).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 8, 7)]),
    ];

    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] ImageRows =>
    [
        ("NearestHalf", "", "functional.interpolate(x, scale_factor: new double[] { 0.5, 1.5 }).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 5, 4)]),
        ("NearestThird", "", "functional.interpolate(x, scale_factor: new double[] { 1.0 / 3, 1.1 }).relu() + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 9, 7)]),
        ("Bilinear", "", "functional.interpolate(x, new long[] { 7, 9 }, mode: InterpolationMode.Bilinear, align_corners: false) + 1", "x: f32[N,2,H,W]", () => [randn(2, 2, 5, 4)]),
        ("LikeAnother", "", "functional.interpolate(x, new long[] { y.shape[2], y.shape[3] }, mode: InterpolationMode.Bicubic, align_corners: true) + y", "x: f32[N,2,H,W]; y: f32[N,2,K,L]", () => [randn(2, 2, 5, 4), randn(2, 2, 7, 6)]),
        ("Linear1", "", "functional.interpolate(x, new long[] { 7 }, mode: InterpolationMode.Linear) + 1", "x: f32[N,2,L]", () => [randn(2, 2, 5)]),
        ("UpsampleLayer", "private readonly Upsample a = Upsample(scale_factor: new double[] { 2, 2 });", "a.call(x).relu() + 1", "x: f32[N,8,H,W]", () => [randn(2, 8, 5, 4)]),
        ("UpsampleUncertain", "public Module<Tensor, Tensor> a = Upsample(new long[] { 7, 9 }, mode: UpsampleMode.Bilinear, align_corners: true);", "a.call(x).relu() + 1", "x: f32[N,8,H,W]", () => [randn(2, 8, 5, 4)]),
        ("Sampled", "", "functional.grid_sample(x, functional.affine_grid(t, new long[] { x.shape[0], 2, 6, 5 }), align_corners: false).relu() + 1", "x: f32[N,2,H,W]; t: f32[N,2,3]", () => [randn(2, 2, 5, 4), randn(2, 2, 3)]),
    ];

    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] OrderRows =>
    [
        ("TopK", "", "var (v, i) = x.topk(3); return v.relu() + i.to(float32);", "x: f32[N,C]", () => [randn(4, 7)]),
        ("TopKFunction", "", "var (v, i) = topk(x, 2, 0, largest: false); return x.gather(0, i) + v;", "x: f32[N,C]", () => [randn(4, 7)]),
        ("Sort", "", "var (v, i) = x.sort(0, true); return v.relu() + i.to(float32);", "x: f32[N,C]", () => [randn(4, 7)]),
        ("ArgSort", "", "x.argsort(1).to(float32) * 2", "x: f32[N,C]", () => [randn(4, 7)]),
        ("KthValue", "", "x.kthvalue(2, 1).values.exp() + 1", "x: f32[N,C]", () => [randn(4, 7)]),
        ("Median", "", "x - x.median()", "x: f32[N,C]", () => [randn(4, 7)]),
        ("CumMax", "", "x.cummax(1).values.exp() + 1", "x: f32[N,C]", () => [randn(4, 7)]),
        ("CumProd", "", "x.cumprod(1).exp() + 1", "x: f32[N,C]", () => [randn(4, 7)]),
        ("LogCumSumExp", "", "x.logcumsumexp(1).exp() + 1", "x: f32[N,C]", () => [randn(4, 7)]),
        ("Bucketize", "", "bucketize(x, y).to(float32) * 2", "x: f32[N,C]; y: f32[K]", () => [randn(4, 7), tensor(new float[] { -1, 0, 1 })]),
        ("SearchSorted", "", "searchsorted(y, x).to(float32) * 2", "x: f32[N,C]; y: f32[K]", () => [randn(4, 7), tensor(new float[] { -1, 0, 1 })]),
        ("Quantile", "", "x - x.quantile(y, 0, true).squeeze(0)", "x: f32[N,C]; y: f32[1]", () => [randn(4, 7), tensor(new float[] { 0.25f })]),
        ("SpecialFunction", "", "special.i0e(x) + x.lgamma().relu()", "x: f32[N,C]", () => [rand(4, 7) + 1]),
        ("InPlaceErfc", "", "var y = x * 2; var z = y.erfc_(); return y + z.sum();", "x: f32[N,C]", () => [randn(4, 7)]),
        ("ScatterAdd", "", "(x * 2).scatter_add(1, i, y).relu()", "x: f32[N,C]; i: i64[N,K]; y: f32[N,K]", () => [randn(2, 5), randint(0, 5, [2, 3], int64), randn(2, 3)]),
        ("Histogram", "", "x.histc(5, -2, 2) * 2", "x: f32[N]", () => [randn(40)]),
    ];

    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] AlgebraRows =>
    [
        ("PoissonOfRates", "", "functional.poisson_nll_loss(x.exp(), x.abs(), log_input: false) * 2", "x: f32[N,3]", () => [randn(4, 3)]),
        ("BatchedSum", "", "torch.baddbmm(x, a, b, 0.5f, 2) * 2", "x: f32[N,3,3]; a: f32[N,3,3]; b: f32[N,3,3]", () => [randn(2, 3, 3), randn(2, 3, 3), randn(2, 3, 3)]),
        ("UncorrectedVariance", "", "x.var(false) * 2 + torch.var(x, unbiased: false)", "x: f32[N,3]", () => [randn(4, 3)]),
        ("MeanWithoutNaN", "", "x.nanmean() * 2", "x: f32[N,3]", () => [randn(4, 3)]),
        ("Inverse", "", "linalg.inv(x) * 2", "x: f32[N,3,3]", () => [randn(4, 3, 3) + 3 * eye(3)]),
        ("Determinant", "", "linalg.det(x) * 2", "x: f32[N,3,3]", () => [randn(4, 3, 3)]),
        ("Cholesky", "", "linalg.cholesky(x.matmul(x.transpose(1, 2)) + y) * 2", "x: f32[N,3,3]; y: f32[3,3]", () => [randn(4, 3, 3), eye(3)]),
        ("Solve", "", "linalg.solve(x, y) * 2", "x: f32[3,3]; y: f32[3,K]", () => [randn(3, 3) + 3 * eye(3), randn(3, 4)]),
        ("SingularValues", "", "var (u, s, v) = linalg.svd(x, false); return (u * s.unsqueeze(0)).matmul(v);", "x: f32[4,3]", () => [randn(4, 3)]),
        ("OrthogonalTriangular", "", "var (q, r) = linalg.qr(x); return q.matmul(r);", "x: f32[4,3]", () => [randn(4, 3)]),
        ("Norm", "", "linalg.norm(x, dims: new long[] { 1 }) * 2", "x: f32[N,C]", () => [randn(4, 3)]),
        ("Distances", "", "cdist(x, y).exp()", "x: f32[N,3]; y: f32[M,3]", () => [randn(4, 3), randn(5, 3)]),
        ("SymmetricEigen", "", "var (l, v) = linalg.eigh(x + x.t()); return (v * l.unsqueeze(0)).matmul(v.t());", "x: f32[3,3]", () => [randn(3, 3)]),
    ];

    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] ComplexRows =>
    [
        ("Spectrum", "", "fft.rfft(x).abs().log1p()", "x: f32[N,L]", () => [randn(4, 8)]),
        ("ThereAndBack", "", "fft.irfft(fft.rfft(x) * y, x.shape[1]).relu() + x", "x: f32[N,8]; y: f32[5]", () => [randn(4, 8), randn(5)]),
        ("ThereAndBackOfAnySize", "", "fft.irfft(fft.rfft(x) * 2, x.shape[^1]).relu() + x", "x: f32[N,M]", () => [randn(4, 9)]),
        ("Rotated", "", "var c = view_as_complex(x.reshape(x.shape[0], x.shape[1], 4, 2)) * polar(a * 0 + 1, a).unsqueeze(0); return view_as_real(c).flatten(2) * 2;", "x: f32[N,T,8]; a: f32[T,4]", () => [randn(2, 3, 8), randn(3, 4)]),
        ("Spectrogram", "", "var s = stft(x, 16, 4, window: w, return_complex: true); return s.abs().pow(2).transpose(1, 2).relu();", "x: f32[N,L]; w: f32[16]", () => [randn(2, 64), rand(16)]),
        ("PartsOfIt", "", "var s = fft.rfft(x); return s.real * 2 + s.imag;", "x: f32[N,L]", () => [randn(4, 8)]),
    ];

    private static (string Name, string Fields, string Body, string Signature, Func<Tensor[]> Arguments)[] SelectionRows =>
    [
        ("NonZero", "", "x.gt(0).nonzero().to(float32) * 2", "x: f32[N,C]", () => [randn(4, 7)]),
        ("CountOfNonZero", "", "var n = x.gt(0).nonzero().shape[0]; return x * 2 + n;", "x: f32[N,C]", () => [randn(4, 7)]),
        ("OnesOfNonZero", "", "var y = x * 2; var n = y.gt(0).nonzero().shape[0]; return ones(n) + y.sum();", "x: f32[N,C]", () => [randn(4, 7)]),
        ("MaskedSelect", "", "x.masked_select(x.gt(0)).exp() + 1", "x: f32[N,C]", () => [randn(4, 7)]),
        ("MaskedMean", "", "var y = x.masked_select(m).relu(); return y.sum() / y.numel();", "x: f32[N,C]; m: bool[N,C]", () => [randn(4, 7), rand(4, 7) > 0.5]),
        ("MaskIndex", "", "(x[m] + 1).exp()", "x: f32[N,C]; m: bool[N]", () => [randn(4, 7), tensor(new[] { true, false, true, true })]),
        ("MaskIndexOfAll", "", "(x[x > 0] + 1).exp()", "x: f32[N,C]", () => [randn(4, 7)]),
        ("Unique", "", "var (v, i, c) = x.unique(return_inverse: true, return_counts: true); return v.to(float32) * c + i.to(float32).sum();", "x: i64[N]", () => [tensor(new long[] { 3, 1, 3, 2, 1, 3 })]),
        ("Repeats", "", "x.repeat_interleave(y, 0).exp() + 1", "x: f32[N,C]; y: i64[N]", () => [randn(3, 2), tensor(new long[] { 1, 0, 2 })]),
        ("TwoUnknowns", "", "var a = x.masked_select(x.gt(0)); var b = x.masked_select(x.le(0)); return cat([a.exp(), b * 2], 0);", "x: f32[N,C]", () => [randn(4, 7)]),
        ("EqualUnknowns", "", "var a = x.masked_select(x.gt(0)); var b = y.masked_select(x.gt(0)); return a * b + 1;", "x: f32[N,C]; y: f32[N,C]", () => [randn(4, 7), randn(4, 7)]),
        ("BinCount", "", "x.bincount(null, 3).to(float32) * 2", "x: i64[N]", () => [tensor(new long[] { 3, 1, 3, 2, 1, 3 })]),
    ];
}
