using System.Runtime.CompilerServices;
using DlAot.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>
/// The host stub of runtime/README.md, written by hand around one region (z = x + y), on real tensors: it computes
/// what the original computes, and each assumption that fails runs the original.
/// </summary>
public sealed unsafe class RuntimeStubTests : IClassFixture<RuntimeStubTests.Native>
{
    private const int Float32 = (int)ScalarType.Float32;
    private const int All = TensorGuards.Contiguous | TensorGuards.FetchData | TensorGuards.GradientMatters;

    private readonly CompiledLibrary _library;
    private readonly string _method = $"Net.forward-{Guid.NewGuid():n}";
    private int _originalRuns;

    public RuntimeStubTests(Native native) => _library = native.Library;

    /// <summary>The region library beside an anchor; LibTorchSharp is the one that the tests' TorchSharp uses.</summary>
    public sealed class Native : IDisposable
    {
        private readonly RuntimeNative _native = new();

        public Native()
        {
            _native.Compile("stub", RuntimeNative.Regions());
            Library = CompiledLibrary.Load(_native.Anchor, typeof(Tensor), "stub", RuntimeNative.BuildId, RuntimeNative.RegionCount);
        }

        internal CompiledLibrary Library { get; }

        public void Dispose() => _native.Dispose();
    }

    [Fact]
    public void ComputesWhatTheOriginalComputes()
    {
        Assert.True(_library.Enabled);
        foreach (var (rows, columns) in ((long, long)[])[(1, 1), (3, 5), (64, 1000)])
        {
            using var x = rand(rows, columns);
            using var y = rand(rows, columns);
            using var z = Forward(x, y);
            Assert.Equal((x + y).data<float>().ToArray(), z.data<float>().ToArray());
        }
        Assert.Equal(0, _originalRuns);
    }

    [Fact]
    public void AViewWithAnOffsetIsReadWhereItStarts()
    {
        using var all = rand(10, 4);
        using var tail = all.narrow(0, 3, 5);
        using var z = Forward(tail, tail);
        Assert.Equal((tail + tail).data<float>().ToArray(), z.data<float>().ToArray());
        Assert.Equal(0, _originalRuns);
    }

    [Fact]
    public void AnotherTypeRunsTheOriginal() => AssertOriginal(rand(3, 5, dtype: ScalarType.Float64), rand(3, 5), "tensor 0 has another dtype");

    [Fact]
    public void AnotherRankRunsTheOriginal() => AssertOriginal(rand(3, 5), rand(5), "tensor 1 has another number of dimensions");

    [Fact]
    public void AnotherSizeRunsTheOriginal() => AssertOriginal(rand(3, 5), rand(1, 5), "tensor 1 has another size in dimension 0");

    [Fact]
    public void AnotherLayoutRunsTheOriginal() => AssertOriginal(rand(3, 5), rand(5, 3).t(), "tensor 1 is not contiguous");

    [Fact]
    public void NoElementsRunTheOriginal() => AssertOriginal(rand(0, 5), rand(0, 5), "tensor 0 is empty");

    [Fact]
    public void AGradientRunsTheOriginal() => AssertOriginal(rand(3, 5, requires_grad: true), rand(3, 5), "tensor 0 requires a gradient");

    [Fact]
    public void NoGradientWantedRunsCompiled()
    {
        using var x = rand(3, 5, requires_grad: true);
        using var off = no_grad();
        using var z = Forward(x, x);
        Assert.Equal(0, _originalRuns);
    }

    [Fact]
    public void ADisposedTensorRaisesWhatTheOriginalRaises()
    {
        var x = rand(3, 5);
        x.Dispose();
        Assert.Throws<InvalidOperationException>(() => Forward(x, x));
        Assert.Equal(1, _originalRuns);
    }

    [Fact]
    public void AFailedRegionRunsTheOriginal()
    {
        using var x = rand(3, 5);
        using var z = Forward(x, x, RuntimeNative.Fail);
        Assert.Equal((x + x).data<float>().ToArray(), z.data<float>().ToArray());
        Assert.Equal(1, _originalRuns);
        Assert.Contains("a check inside a region failed (status 15)", Reasons());
    }

    private void AssertOriginal(Tensor x, Tensor y, string reason)
    {
        using var expected = x + y;
        using var z = Forward(x, y);
        Assert.Equal(1, _originalRuns);
        Assert.Equal(expected.shape, z.shape);
        Assert.StartsWith(reason, Assert.Single(Reasons()));
    }

    private IEnumerable<string> Reasons() =>
        Fallback.Reasons().Where(entry => entry.Method == _method).Select(entry => entry.Reason);

    private Tensor Original(Tensor x, Tensor y)
    {
        _originalRuns++;
        return x + y;
    }

    private static nint HandleOf(Tensor? t) => t is null || t.IsInvalid ? 0 : t.Handle;

    [SkipLocalsInit]
    private Tensor Forward(Tensor x, Tensor y, int region = RuntimeNative.Add)
    {
        if (!_library.Enabled)
            return Original(x, y);
        ReadOnlySpan<int> spec =
        [
            Float32, 2, All, TensorGuards.BindSymbol, 1, TensorGuards.BindSymbol, 2,
            Float32, 2, All, TensorGuards.SizeIsSymbol, 1, TensorGuards.SizeIsSymbol, 2,
        ];
        nint* handles = stackalloc nint[2] { HandleOf(x), HandleOf(y) };
        long* symbols = stackalloc long[3];
        void** data = stackalloc void*[2];
        int miss;
        fixed (int* stream = spec)
            miss = TensorGuards.Check(handles, 2, stream, symbols, data);
        if (miss != 0)
        {
            Fallback.GuardMissed(_method, miss);
            return Original(x, y);
        }
        symbols[0] = symbols[1] * symbols[2];
        var z = empty(symbols[1], symbols[2]);
        void** buffers = stackalloc void*[3] { data[0], data[1], TorchNative.DataOf(z.Handle) };
        var status = RegionRunner.Run(_library.Region(region), buffers, symbols, 0);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        if (status != RegionRunner.Done)
        {
            z.Dispose();
            Fallback.RegionFailed(_method, status);
            return Original(x, y);
        }
        Fallback.Hit();
        return z;
    }
}
