using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace DlAot.Tests.Reference;

/// <summary>Functions of the stand-in against the same thing computed here.</summary>
public class StandInValueTests : IDisposable
{
    private static readonly float[] s_samples = [-3.5f, -1.25f, -0.5f, 0f, 0.25f, 0.75f, 2f, 4.5f];

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    private static readonly Dictionary<string, (Func<torch.Tensor, torch.Tensor> Actual, Func<double, double> Expected)> s_functions = new()
    {
        ["abs"] = (x => x.abs(), Math.Abs),
        ["neg"] = (x => -x, v => -v),
        ["exp"] = (x => x.exp(), Math.Exp),
        ["sin"] = (x => x.sin(), Math.Sin),
        ["cos"] = (x => torch.cos(x), Math.Cos),
        ["tanh"] = (x => x.tanh(), Math.Tanh),
        ["floor"] = (x => x.floor(), Math.Floor),
        ["trunc"] = (x => x.trunc(), Math.Truncate),
        ["round"] = (x => x.round(), v => Math.Round(v, MidpointRounding.ToEven)),
        ["square"] = (x => x.square(), v => v * v),
        ["sqrt of abs"] = (x => x.abs().sqrt(), v => Math.Sqrt(Math.Abs(v))),
        ["log1p of abs"] = (x => x.abs().log1p(), v => Math.Log(1 + Math.Abs(v))),
        ["sigmoid"] = (x => x.sigmoid(), Sigmoid),
        ["relu"] = (x => F.relu(x), v => Math.Max(v, 0)),
        ["relu6"] = (x => x.relu6(), v => Math.Clamp(v, 0, 6)),
        ["silu"] = (x => F.silu(x), v => v * Sigmoid(v)),
        ["mish"] = (x => F.mish(x), v => v * Math.Tanh(Math.Log(1 + Math.Exp(v)))),
        ["softsign"] = (x => F.softsign(x), v => v / (1 + Math.Abs(v))),
        ["tanhshrink"] = (x => F.tanhshrink(x), v => v - Math.Tanh(v)),
        ["leaky_relu"] = (x => F.leaky_relu(x, 0.2), v => v > 0 ? v : 0.2 * v),
        ["elu"] = (x => F.elu(x, 1.5), v => v > 0 ? v : 1.5 * (Math.Exp(v) - 1)),
        ["softplus"] = (x => F.softplus(x), v => Math.Log(1 + Math.Exp(v))),
        ["hardtanh"] = (x => F.hardtanh(x, -2, 3), v => Math.Clamp(v, -2, 3)),
        ["clamp"] = (x => x.clamp(-1, 1), v => Math.Clamp(v, -1, 1)),
        ["clamp_min"] = (x => x.clamp(min: (Scalar)(-1)), v => Math.Max(v, -1)),
        ["x + 2"] = (x => x + 2, v => v + 2),
        ["1 - x"] = (x => 1 - x, v => 1 - v),
        ["3 / (x + 10)"] = (x => 3 / (x + 10), v => 3 / (v + 10)),
        ["x % 2"] = (x => x % 2, v => v - 2 * Math.Floor(v / 2)),
        ["x ** 3"] = (x => x.pow(3), v => v * v * v),
        ["floor_divide"] = (x => x.div(2, torch.RoundingMode.floor), v => Math.Floor(v / 2)),
        ["add with alpha"] = (x => x.add(x, 3), v => 4 * v),
        ["lerp"] = (x => x.lerp(x * 0 + 8, x * 0 + 0.25), v => v + 0.25 * (8 - v)),
        ["where"] = (x => torch.where(x > 0, x, x * 10), v => v > 0 ? v : v * 10),
        ["masked_fill"] = (x => x.masked_fill(x < 0, -9), v => v < 0 ? -9 : v),
        ["nan_to_num"] = (x => (x / 0).nan_to_num(7, 8, 9), v => v == 0 ? 7 : v > 0 ? 8 : 9),
        ["add_"] = (x => x.clone().add_(1).mul_(2), v => (v + 1) * 2),
        ["to half and back"] = (x => x.half().@float(), v => v),
    };

    public static TheoryData<string> Functions => [.. s_functions.Keys];

    private static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));

    [Theory]
    [MemberData(nameof(Functions))]
    public void Elementwise(string name)
    {
        (Func<torch.Tensor, torch.Tensor> actual, Func<double, double> expected) = s_functions[name];
        float[] results = actual(torch.tensor(s_samples)).data<float>().ToArray();
        Assert.Equal(s_samples.Length, results.Length);
        for (int i = 0; i < results.Length; i++)
        {
            Assert.Equal(expected(s_samples[i]), results[i], 1e-5 * (1 + Math.Abs(results[i])));
        }
    }

    [Fact]
    public void Reductions()
    {
        torch.Tensor x = torch.arange(12, dtype: torch.float64).view(3, 4);
        Assert.Equal([6.0, 22.0, 38.0], x.sum(1).data<double>().ToArray());
        Assert.Equal([4.0, 5.0, 6.0, 7.0], x.mean([0]).data<double>().ToArray());
        Assert.Equal([1, 4], x.mean([0], true).shape);
        Assert.Equal(11, x.max().item<double>());
        (torch.Tensor values, torch.Tensor indexes) = x.max(1);
        Assert.Equal([3.0, 7.0, 11.0], values.data<double>().ToArray());
        Assert.Equal([3L, 3L, 3L], indexes.data<long>().ToArray());
        Assert.Equal(2, x.argmax(0)[1].item<long>());
        Assert.Equal(5.0 / 3, x.var(1)[0].item<double>(), 12);
        Assert.Equal(5.0 / 4, x.var(1, unbiased: false)[0].item<double>(), 12);
        Assert.Equal([0.0, 1.0, 3.0, 6.0], x.cumsum(1)[0].data<double>().ToArray());
        Assert.Equal([11.0, 10.0], x.view(-1).topk(2).values.data<double>().ToArray());
        Assert.Equal(1, x.softmax(1)[2].sum().item<double>(), 12);
        Assert.Equal(Math.Sqrt(506), x.norm().item<double>(), 10);
        Assert.True((x >= 0).all().item<bool>());
        Assert.True(x.allclose(x + 1e-12));
    }

    [Fact]
    public void Views_and_joins()
    {
        torch.Tensor x = torch.arange(24).view(2, 3, 4);
        Assert.Equal([4, 3, 2], x.permute(2, 1, 0).shape);
        Assert.Equal([1, 4, 12], x.permute(2, 1, 0).stride());
        Assert.Equal([2, 4, 3], x.transpose(-1, 1).shape);
        Assert.Equal([6, 4], x.flatten(0, 1).shape);
        Assert.Equal([2, 1, 3, 4], x.unsqueeze(1).shape);
        Assert.Equal([2, 3, 2, 2], x.unflatten(2, 2, 2).shape);
        Assert.Equal(3, x.split(1, 1).Length);
        Assert.Equal([2, 1, 4], x.split([2, 1], 1)[1].shape);
        Assert.Equal(2, x.chunk(2, 2).Length);
        Assert.Equal([2, 6, 4], torch.cat([x, x], 1).shape);
        Assert.Equal([2, 2, 3, 4], torch.stack([x, x]).shape);
        Assert.Equal([23L, 22L], x.view(-1).flip(0)[..2].data<long>().ToArray());
        Assert.Equal([2, 3, 4], x[0].expand(2, 3, 4).shape);
        Assert.Equal(0, x[0].expand(2, 3, 4).stride(0));
        Assert.Equal(torch.int64, x.dtype);
        Assert.Equal(12, x.narrow(0, 1, 1).storage_offset());
        torch.Tensor[] grids = torch.meshgrid([torch.arange(2), torch.arange(3)]);
        Assert.Equal([2, 3], grids[0].shape);
        Assert.Equal([0L, 1L, 2L], grids[1][1].data<long>().ToArray());
    }

    [Fact]
    public void Products()
    {
        torch.Tensor a = torch.tensor(new double[,] { { 1, 2 }, { 3, 4 } });
        torch.Tensor b = torch.tensor(new double[,] { { 5, 6 }, { 7, 8 } });
        double[] product = [19, 22, 43, 50];
        Assert.Equal(product, a.matmul(b).data<double>().ToArray());
        Assert.Equal(product, torch.einsum("ij,jk->ik", a, b).data<double>().ToArray());
        Assert.Equal(product, a.unsqueeze(0).bmm(b.unsqueeze(0)).data<double>().ToArray());
        Assert.Equal(product, F.linear(a, b.t()).data<double>().ToArray());
        Assert.Equal(-2, a.det().item<double>(), 12);
        Assert.Equal(29, F.linear(a, b.t(), torch.tensor(new double[] { 10, 20 }))[0, 0].item<double>());
    }

    [Fact]
    public void Attention_is_softmax_of_scaled_scores()
    {
        using var random = new torch.Generator(3);
        torch.Tensor q = torch.randn(2, 4, 5, 8, generator: random);
        torch.Tensor k = torch.randn(2, 4, 5, 8, generator: random);
        torch.Tensor v = torch.randn(2, 4, 5, 8, generator: random);
        torch.Tensor allowed = torch.ones([5, 5], torch.@bool).tril();
        torch.Tensor scores = q.matmul(k.transpose(-2, -1)) / Math.Sqrt(8);
        torch.Tensor expected = scores.masked_fill(allowed.logical_not(), float.NegativeInfinity).softmax(-1).matmul(v);
        Assert.True(F.scaled_dot_product_attention(q, k, v, is_casual: true).allclose(expected, 1e-5, 1e-6));
        Assert.True(F.scaled_dot_product_attention(q, k, v, allowed).allclose(expected, 1e-5, 1e-6));
        Assert.True(F.scaled_dot_product_attention(q, k, v).allclose(scores.softmax(-1).matmul(v), 1e-5, 1e-6));
    }

    [Fact]
    public void Normalisation_and_pooling()
    {
        using var random = new torch.Generator(5);
        torch.Tensor x = torch.randn(2, 3, 4, 4, dtype: torch.float64, generator: random);
        torch.Tensor mean = x.mean([-1], true);
        torch.Tensor expected = (x - mean) / (x.var(-1, unbiased: false, keepdim: true) + 1e-5).sqrt();
        Assert.True(F.layer_norm(x, [4]).allclose(expected));
        Assert.True(F.avg_pool2d(x, 2)[0, 0, 0, 0].allclose(x[0, 0, 0..2, 0..2].mean()));
        Assert.True(F.max_pool2d(x, 2)[1, 2, 1, 1].allclose(x[1, 2, 2.., 2..].max()));
        Assert.True(F.adaptive_avg_pool2d(x, 1).flatten(1).allclose(x.mean([2, 3])));
        Assert.True(F.interpolate(x, scale_factor: [2, 2])[0, 1, 6, 7].allclose(x[0, 1, 3, 3]));
        Assert.Equal([2, 3, 6, 8], F.interpolate(x, [6, 8], mode: torch.InterpolationMode.Bilinear, align_corners: false).shape);
        Assert.True(F.normalize(x).norm(1).allclose(torch.ones([2, 4, 4], torch.float64)));
        Assert.Equal([2, 3, 6, 5], F.pad(x, (0, 1, 2, 0)).shape);
        Assert.Equal(0, F.pad(x, (0, 1, 2, 0))[0, 0, 0, 0].item<double>());
    }
}
