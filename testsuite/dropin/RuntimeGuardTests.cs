using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>Every kind of guard fails for its own reason, and only then.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed unsafe class RuntimeGuardTests : IClassFixture<RuntimeCopy>
{
    private const int Float32 = 6, Int64 = 4, ComplexFloat32 = 9;
    private const int All = TensorGuards.Contiguous | TensorGuards.FetchData | TensorGuards.GradientMatters;

    private readonly RuntimeCopy _runtime;
    private readonly int _storage;

    public RuntimeGuardTests(RuntimeCopy runtime) => _runtime = runtime;

    [Fact]
    public void HoldsAndBindsSizesAndFetchesData()
    {
        fixed (int* memory = &_storage)
        {
            var x = FakeTensor.Matrix(3, 5, memory);
            var y = FakeTensor.Matrix(5, 7, memory + 1);
            long[] symbols = [0, 0];
            var data = stackalloc void*[2];
            var miss = Check([&x, &y],
                [Float32, 2, All, TensorGuards.BindSymbol, 0, TensorGuards.BindSymbol, 1,
                 Float32, 2, All, TensorGuards.SizeIsSymbol, 1, TensorGuards.SizeIs, 7], symbols, data);
            Assert.Equal(0, miss);
            Assert.Equal([3L, 5L], symbols);
            Assert.True(data[0] == memory && data[1] == memory + 1);
        }
    }

    [Fact]
    public void AnyTypeAnyRankAndAnySizeHold()
    {
        var x = FakeTensor.Matrix(3, 5, null);
        Assert.Equal(0, Check([&x], [-1, -1, 0]));
        Assert.Equal(0, Check([&x], [Float32, 2, 0, TensorGuards.AnySize, 0, TensorGuards.AnySize, 0]));
    }

    [Fact]
    public void DataIsLeftAloneWhenNotAskedFor()
    {
        var x = FakeTensor.Matrix(3, 5, (void*)16);
        var data = stackalloc void*[1] { (void*)8 };
        Assert.Equal(0, Check([&x], [Float32, -1, TensorGuards.Contiguous], null, data));
        Assert.True(data[0] == (void*)8);
    }

    [Fact]
    public void TensorsThatAreNotAsExpectedMiss()
    {
        AssertMiss(GuardProperty.ElementType, (ref FakeTensor t) => t.Type = Int64);
        AssertMiss(GuardProperty.Rank, (ref FakeTensor t) => t.Rank = 3);
        AssertMiss(GuardProperty.Rank, (ref FakeTensor t) => t.Rank = 1);
        AssertMiss(GuardProperty.Device, (ref FakeTensor t) => t.Device = 1);
        AssertMiss(GuardProperty.Storage, (ref FakeTensor t) => t.Sparse = true);
        AssertMiss(GuardProperty.Storage, (ref FakeTensor t) => t.Negated = true);
        AssertMiss(GuardProperty.Storage, (ref FakeTensor t) => t.Data = null);
        AssertMiss(GuardProperty.Contiguity, (ref FakeTensor t) => t.Contiguous = false);
        AssertMiss(GuardProperty.Size, (ref FakeTensor t) => t.Sizes[0] = 4, dimension: 0);
        AssertMiss(GuardProperty.Size, (ref FakeTensor t) => t.Sizes[1] = 6, dimension: 1);
    }

    [Fact]
    public void ANullOrDisposedTensorMisses()
    {
        var x = FakeTensor.Matrix(3, 5, (void*)16);
        var miss = Check([&x, null], [Float32, -1, All, Float32, -1, All]);
        Assert.Equal((1, GuardProperty.Missing), (TensorGuards.TensorOf(miss), TensorGuards.PropertyOf(miss)));
    }

    [Fact]
    public void AConjugatedComplexTensorMissesAndARealOneIsNotAsked()
    {
        var x = FakeTensor.Matrix(3, 5, (void*)16);
        x.Conjugated = true;
        Assert.Equal(0, Check([&x], [Float32, -1, All]));
        x.Type = ComplexFloat32;
        Assert.Equal(GuardProperty.Storage, TensorGuards.PropertyOf(Check([&x], [ComplexFloat32, -1, All])));
    }

    [Theory]
    [InlineData(true, true, All, true)]
    [InlineData(true, false, All, false)]
    [InlineData(false, true, All, false)]
    [InlineData(true, true, All & ~TensorGuards.GradientMatters, false)]
    public void AGradientThatIsNeededMisses(bool gradMode, bool requiresGrad, int flags, bool misses)
    {
        var x = FakeTensor.Matrix(3, 5, (void*)16);
        x.RequiresGrad = requiresGrad;
        *_runtime.GradMode = gradMode ? 1 : 0;
        var miss = Check([&x], [Float32, -1, flags]);
        Assert.Equal(misses ? GuardProperty.Gradient : 0, TensorGuards.PropertyOf(miss));
    }

    [Fact]
    public void GradModeIsReadOncePerCall()
    {
        var x = FakeTensor.Matrix(3, 5, (void*)16);
        *_runtime.GradMode = 1;
        *_runtime.GradReads = 0;
        Assert.Equal(0, Check([&x, &x, &x], [Float32, -1, All, Float32, -1, All, Float32, -1, All]));
        Assert.Equal(1, *_runtime.GradReads);
    }

    [Fact]
    public void AMissLeavesNoErrorForTheNextTorchCall()
    {
        var x = FakeTensor.Matrix(3, 5, null);
        Assert.Equal(GuardProperty.Storage, TensorGuards.PropertyOf(Check([&x], [Float32, -1, All])));
        Assert.Equal(0, *_runtime.PendingError);
    }

    [Fact]
    public void EveryMissHasWordsOfItsOwn()
    {
        var texts = Enum.GetValues<GuardProperty>().Select(property => TensorGuards.Describe(1 | ((int)property << 16))).ToList();
        Assert.Equal(texts.Count, texts.Distinct().Count());
        Assert.DoesNotContain(texts, text => text.StartsWith("guard", StringComparison.Ordinal));
        Assert.Contains("dimension 3", TensorGuards.Describe(2 | ((int)GuardProperty.Size << 16) | (3 << 24)));
    }

    [Fact]
    public void CheckingAllocatesNothing()
    {
        var x = FakeTensor.Matrix(3, 5, (void*)16);
        nint* handles = stackalloc nint[1] { (nint)(&x) };
        int* spec = stackalloc int[7] { Float32, 2, All, TensorGuards.BindSymbol, 0, TensorGuards.SizeIs, 5 };
        var symbols = stackalloc long[1];
        var data = stackalloc void*[1];
        var check = _runtime.Check;
        Assert.Equal(0, check(handles, 1, spec, symbols, data));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            check(handles, 1, spec, symbols, data);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private delegate void Change(ref FakeTensor tensor);

    // The second of two tensors is changed, so the answer must name it.
    private void AssertMiss(GuardProperty expected, Change change, int dimension = 0)
    {
        var first = FakeTensor.Matrix(3, 5, (void*)16);
        var second = first;
        int[] spec =
        [
            Float32, 2, All, TensorGuards.BindSymbol, 0, TensorGuards.SizeIs, 5,
            Float32, 2, All, TensorGuards.SizeIsSymbol, 0, TensorGuards.SizeIs, 5,
        ];
        Assert.Equal(0, Check([&first, &second], spec));
        change(ref second);
        var miss = Check([&first, &second], spec);
        Assert.Equal((expected, 1, dimension), (TensorGuards.PropertyOf(miss), TensorGuards.TensorOf(miss), TensorGuards.DimensionOf(miss)));
    }

    private int Check(FakeTensor*[] tensors, int[] spec, long[]? symbols = null, void** data = null)
    {
        var unused = stackalloc void*[tensors.Length];
        fixed (FakeTensor** handles = tensors)
        fixed (int* stream = spec)
        fixed (long* bound = symbols ?? new long[4])
            return _runtime.Check((nint*)handles, tensors.Length, stream, bound, data == null ? unused : data);
    }
}
