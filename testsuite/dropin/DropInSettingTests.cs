using System.Runtime.InteropServices;
using System.Text;
using DlAot.Runtime;
using DlAot.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Settings of the process and the thread: another one than a method was compiled for runs the original, which does what it always did.</summary>
[Collection(LibTorchState.Name)]
public sealed unsafe class DropInSettingTests(DropInSettingTests.Nets nets) : IClassFixture<DropInSettingTests.Nets>
{
    // Name, type of the argument, body.
    private static readonly (string Name, string Type, string Body)[] Rows =
    [
        ("Zeros", "f32[2,4]", "return zeros(4) + x.exp();"),
        ("Ones", "f32[2,4]", "return ones(2, 4) * x.exp();"),
        ("Full", "f32[2,4]", "return full(new long[] { 4 }, 2).exp() + x;"),
        ("Range", "f32[2,4]", "return arange(0.5, 4.5, 1).exp() + x;"),
        ("Eye", "f32[2,4]", "return eye(4).exp() + x[0];"),
        ("Linspace", "f32[2,4]", "return linspace(0, 1, 4).exp() + x;"),
        ("Quotient", "i64[2,4]", "return (x / 2).exp();"),
        ("Fraction", "i64[2,4]", "return (x * 0.5).exp();"),
        ("Root", "i64[2,4]", "return x.sqrt().exp();"),
        ("Least", "f32[2,4]", "return x.exp() + finfo().eps;"),
        ("Named", "f32[2,4]", "return zeros(4, dtype: get_default_dtype()) + x.exp();"),
        ("Product", "f32[2,4]", "return x.matmul(x.t()).exp();"),
        ("Given", "f32[2,4]", "return zeros(4, dtype: float32, device: CPU) + new_like(x).exp();"),
        ("Gradient", "f32[2,4]", "return is_grad_enabled() ? x.exp() : x.sin().exp();"),
        ("Inference", "f32[2,4]", "return is_inference_mode_enabled() ? x.exp() : x.sin().exp();"),
        ("Within", "f32[2,4]", "using (no_grad()) { return is_grad_enabled() ? x.exp() : x.sin().exp(); }"),
    ];

    [Theory]
    [InlineData("Zeros")]
    [InlineData("Ones")]
    [InlineData("Full")]
    [InlineData("Range")]
    [InlineData("Eye")]
    [InlineData("Linspace")]
    [InlineData("Quotient")]
    [InlineData("Fraction")]
    [InlineData("Root")]
    [InlineData("Least")]
    [InlineData("Named")]
    public void AnotherDefaultDTypeRunsTheOriginal(string name)
    {
        set_default_dtype(float64);
        try
        {
            Missed(name, "'the default dtype is float32' does not hold");
        }
        finally
        {
            set_default_dtype(float32);
        }

        Compiled(name);
    }

    [Theory]
    [InlineData("Product")]
    [InlineData("Given")]
    public void WhatDoesNotDependOnTheDefaultDTypeRunsCompiled(string name)
    {
        set_default_dtype(float64);
        try
        {
            Compiled(name);
        }
        finally
        {
            set_default_dtype(float32);
        }
    }

    [Fact]
    public void AnotherDefaultDeviceRunsTheOriginal()
    {
        Compiled("Ones");
        set_default_device("meta");
        try
        {
            // The library refuses tensors of two devices, compiled code would not.
            var (_, net) = nets.Application.Make("Settings.Ones");
            Assert.ThrowsAny<Exception>(() => nets.Application.Missed<Tensor>("Settings.Ones.forward", "'the default device is the CPU' does not hold", () => net.forward(Argument("Ones"))));
            Compiled("Given");
        }
        finally
        {
            set_default_device("cpu");
        }
    }

    [Fact]
    public void AutocastRunsTheOriginal()
    {
        Compiled("Product");
        if (!NativeLibrary.TryGetExport(TorchBinding.Handle, "_ZN2at8autocast15set_cpu_enabledEb", out var export))
            return; // a later libtorch, whose TorchSharp has no autocast either
        var switchAutocast = (delegate* unmanaged<byte, void>)export;
        switchAutocast(1);
        try
        {
            Assert.Equal(ScalarType.BFloat16, Missed("Product", "autocast is enabled").dtype);
        }
        finally
        {
            switchAutocast(0);
        }
    }

    [Fact]
    public void ModesThatAreAskedForDecide()
    {
        Compiled("Gradient");
        Compiled("Inference");
        Compiled("Within");
        using (no_grad())
        {
            Compiled("Gradient");
            Compiled("Within");
        }

        using (inference_mode())
            Compiled("Inference");
    }

    [Fact]
    public void AModeThatIsLeftChangedStaysWithTheOriginal() =>
        Assert.Contains(nets.Application.Result.Diagnostics, d => d.ToString().Contains("DLAOT2004") && d.ToString().Contains("the gradient mode"));

    private static Tensor Argument(string name) => Rows.Single(r => r.Name == name).Type.StartsWith('i') ? arange(8).reshape(2, 4) : linspace(-1, 1, 8, dtype: float32, device: CPU).reshape(2, 4);

    private Tensor Compiled(string name) => Same(name, (net, x) => nets.Application.Compiled<Tensor>($"Settings.{name}.forward", () => net.forward(x)));

    private Tensor Missed(string name, string reason) => Same(name, (net, x) => nets.Application.Missed<Tensor>($"Settings.{name}.forward", reason, () => net.forward(x)));

    private Tensor Same(string name, Func<dynamic, Tensor, Tensor> run)
    {
        var (original, net) = nets.Application.Make($"Settings.{name}");
        var x = Argument(name);
        Tensor expected = original.forward(x), actual = run(net, x);
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.InRange((expected - actual).abs().max().to_type(float64).item<double>(), 0, 1e-5);
        return actual;
    }

    /// <summary>One assembly with a class for each row.</summary>
    public sealed class Nets : IDisposable
    {
        public Nets()
        {
            var source = new StringBuilder("namespace Settings;\n");
            foreach (var (name, _, body) in Rows.Append(("Left", "", "no_grad(); return x.exp();")))
                source.Append($$"""public class {{name}} : Module<Tensor, Tensor> { public {{name}}() : base("{{name}}") { } static Tensor new_like(Tensor x) => zeros_like(x) + x; public override Tensor forward(Tensor x) { {{body}} } }""").Append('\n');
            Application = DropInApplication.Of(source.ToString(), string.Join('|', Rows.Select(r => $"Settings.{r.Name}.forward=x: {r.Type}")));
        }

        internal DropInApplication Application { get; }

        public void Dispose() => Application.Dispose();
    }
}
