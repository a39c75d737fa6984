using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>What a kept call returns is checked: another dtype or size than was foreseen, a wanted gradient or a hook let the original run, once.</summary>
public sealed class DropInKeptCallGuardTests(DropInKeptCallGuardTests.Nets nets) : IClassFixture<DropInKeptCallGuardTests.Nets>
{
    private const string Source = """
        namespace KeptGuards;

        public class Recurrent : Module<Tensor, Tensor> {
            public LSTM a = LSTM(4, 3);
            public Recurrent() : base("Recurrent") => RegisterComponents();
            public override Tensor forward(Tensor x) { var (y, h, c) = a.call(x.relu()); return y * 2 + h; }
        }

        public class Selected : Module<Tensor, Tensor, Tensor> {
            public Selected() : base("Selected") { }
            public override Tensor forward(Tensor x, Tensor y) { var a = x.masked_select(x.gt(0)); var b = y.masked_select(y.gt(0)); return a * 2 + b; }
        }

        public class Resized : Module<Tensor, Tensor> {
            public Module<Tensor, Tensor> a = Conv2d(2, 3, 3, padding: 1, padding_mode: PaddingModes.Reflect);
            public Resized() : base("Resized") => RegisterComponents();
            public override Tensor forward(Tensor x) => a.call(x * 2).relu() + 1;
        }

        public class Viewed : Module<Tensor, Tensor> {
            private readonly LSTM a = LSTM(4, 3, batchFirst: true);
            public Viewed() : base("Viewed") => RegisterComponents();
            public override Tensor forward(Tensor x) => a.call(x).Item1.view(-1, 3).relu();
        }
        """;

    [Fact]
    public void AnotherHiddenSizeRunsTheOriginal()
    {
        var (original, dropIn) = nets.Application.Make("KeptGuards.Recurrent");
        original.eval();
        dropIn.eval();
        using var off = no_grad();
        using var x = randn(5, 2, 4);
        nets.Application.Compiled<Tensor>("KeptGuards.Recurrent.forward", () => dropIn.forward(x));
        using var wide = nn.LSTM(4, 7);
        wide.eval();
        original.a = wide;
        dropIn.a = wide;
        using Tensor expected = original.forward(x);
        using var scope = NewDisposeScope();
        expected.alias().Dispose();
        using var eager = NewDisposeScope();
        original.forward(x);
        var left = eager.DisposablesCount;
        using var compiled = NewDisposeScope();
        Tensor actual = nets.Application.Missed<Tensor>("KeptGuards.Recurrent.forward", "'LSTM.call'", () => dropIn.forward(x));
        Assert.Equal([5, 2, 7], actual.shape);
        Assert.True(expected.allclose(actual, 1e-4, 1e-5));

        // The call was made twice, and what a layer leaves in the scope itself it leaves twice.
        Assert.InRange(compiled.DisposablesCount, left, 2 * left);
    }

    [Fact]
    public void AGradientRunsTheOriginal()
    {
        var (_, dropIn) = nets.Application.Make("KeptGuards.Recurrent");
        dropIn.eval();
        using var x = randn(5, 2, 4);
        Tensor y = nets.Application.Missed<Tensor>("KeptGuards.Recurrent.forward", "'LSTM.call'", () => dropIn.forward(x));
        Assert.True(y.requires_grad);
    }

    [Fact]
    public void AHookRunsTheOriginalAndIsCalledOnce()
    {
        var (_, dropIn) = nets.Application.Make("KeptGuards.Resized");
        using var off = no_grad();
        using var x = randn(2, 2, 5, 4);
        var calls = 0;
        nets.Application.Compiled<Tensor>("KeptGuards.Resized.forward", () => dropIn.forward(x));
        nn.Module<Tensor, Tensor> layer = dropIn.a;
        layer.register_forward_hook((_, _, r) =>
        {
            calls++;
            return r * 3;
        });
        nets.Application.Missed<Tensor>("KeptGuards.Resized.forward", "'this.a has no hooks'", () => dropIn.forward(x));
        Assert.Equal(1, calls);
    }

    [Theory]
    [InlineData(new[] { 1f, -1, 2 }, new[] { 3f, 4, -5 }, true)]
    [InlineData(new[] { 1f, -1, 2 }, new[] { -3f, -4, -5 }, false)]
    [InlineData(new[] { 1f, -1, 2 }, new[] { -3f, -4, 5 }, null)]
    public void SizesFoundOnTheWayAreConditions(float[] first, float[] second, bool? fits)
    {
        var (original, dropIn) = nets.Application.Make("KeptGuards.Selected");
        using var x = tensor(first);
        using var y = tensor(second);
        if (fits == true)
        {
            using Tensor expected = original.forward(x, y);
            using Tensor actual = nets.Application.Compiled<Tensor>("KeptGuards.Selected.forward", () => dropIn.forward(x, y));
            Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        }
        else if (fits == false)
        {
            Assert.ThrowsAny<Exception>(() => nets.Application.Missed<Tensor>("KeptGuards.Selected.forward", "'Tensor.masked_select'", () => dropIn.forward(x, y)));
        }
        else
        {
            // One element broadcasts, which is another program.
            using Tensor expected = original.forward(x, y);
            using Tensor actual = nets.Application.Missed<Tensor>("KeptGuards.Selected.forward", "'Tensor.masked_select'", () => dropIn.forward(x, y));
            Assert.Equal(expected.data<float>().ToArray(), actual.data<float>().ToArray());
        }
    }

    [Fact]
    public void AViewOfWhatIsNotContiguousThrowsAsInEager()
    {
        var (original, dropIn) = nets.Application.Make("KeptGuards.Viewed");
        original.eval();
        dropIn.eval();
        using var off = no_grad();
        using var x = randn(2, 5, 4);
        Assert.ThrowsAny<Exception>(() => { original.forward(x); });
        Assert.ThrowsAny<Exception>(() => nets.Application.Missed<Tensor>("KeptGuards.Viewed.forward", "'LSTM.call'", () => dropIn.forward(x)));
        using var one = randn(1, 5, 4);
        using Tensor expected = original.forward(one);
        using Tensor actual = nets.Application.Compiled<Tensor>("KeptGuards.Viewed.forward", () => dropIn.forward(one));
        Assert.True(expected.allclose(actual, 1e-4, 1e-5));
    }

    public sealed class Nets : IDisposable
    {
        private readonly Lazy<DropInApplication> application = new(() => DropInApplication.Of(
            Source,
            "KeptGuards.Recurrent.forward=x: f32[T,N,4]|KeptGuards.Selected.forward=x: f32[N]; y: f32[N]|KeptGuards.Resized.forward=x: f32[N,2,H,W]|KeptGuards.Viewed.forward=x: f32[N,T,4]"));

        internal DropInApplication Application => application.Value;

        public void Dispose()
        {
            if (application.IsValueCreated)
                Application.Dispose();
        }
    }
}
