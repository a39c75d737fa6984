using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>Regions run with what they need, on one thread or several, and their status comes back.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed unsafe class RuntimeRegionTests(RuntimeCopy runtime) : IClassFixture<RuntimeCopy>
{
    [Theory]
    [InlineData(1, RuntimeNative.Add)]
    [InlineData(2, RuntimeNative.Add)]
    [InlineData(1000, RuntimeNative.Add)]
    [InlineData(2, RuntimeNative.Nested)]
    public void ARegionComputesOnAnyNumberOfThreads(int threads, int region)
    {
        Assert.True(runtime.Enabled);
        *runtime.Threads = threads;
        var x = Enumerable.Range(0, 10_000).Select(i => (float)i).ToArray();
        var y = x.Select(v => 1 - v).ToArray();
        var z = new float[x.Length];
        Assert.Equal(RegionRunner.Done, Run(region, x, y, z, arenaBytes: 0));
        Assert.All(z, v => Assert.Equal(1f, v));
    }

    [Fact]
    public void TheArenaIsAlignedAndLargeEnough()
    {
        for (var bytes = 1; bytes < 1 << 22; bytes = bytes * 3 + 1)
        {
            long size = bytes;
            Assert.Equal(RegionRunner.Done, runtime.Run(runtime.Region(RuntimeNative.Scratch), null, &size, bytes));
        }
    }

    [Fact]
    public void AStatusComesBack()
    {
        long status = 7;
        Assert.Equal(7, runtime.Run(runtime.Region(RuntimeNative.Fail), null, &status, 0));
    }

    [Fact]
    public void ARegionWithoutCodeIsNotCalled()
    {
        Assert.Equal(0, runtime.Region(RuntimeNative.Absent));
        Assert.Equal(0, runtime.Region(RuntimeNative.RegionCount));
        Assert.Equal(0, runtime.Region(-1));
        Assert.Equal(RegionRunner.NoCode, runtime.Run(0, null, null, 0));
    }

    [Fact]
    public void NoMemoryForTheArenaIsAStatus()
    {
        long size = 0;
        Assert.Equal(RegionRunner.NoArena, runtime.Run(runtime.Region(RuntimeNative.Scratch), null, &size, 1L << 60));
        Assert.Equal(RegionRunner.NoArena, runtime.Run(runtime.Region(RuntimeNative.Scratch), null, &size, -1));
    }

    [Fact]
    public void ACallAllocatesNothing()
    {
        *runtime.Threads = 2;
        float[] x = new float[1000], y = new float[1000], z = new float[1000];
        var region = runtime.Region(RuntimeNative.Add);
        fixed (float* a = x, b = y, c = z)
        {
            var buffers = stackalloc void*[3] { a, b, c };
            long count = x.Length;
            runtime.Hit();
            Assert.Equal(RegionRunner.Done, runtime.Run(region, buffers, &count, 4096));
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                runtime.Hit();
                runtime.Run(region, buffers, &count, 4096);
            }
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private int Run(int region, float[] x, float[] y, float[] z, long arenaBytes)
    {
        fixed (float* a = x, b = y, c = z)
        {
            var buffers = stackalloc void*[3] { a, b, c };
            long count = x.Length;
            return runtime.Run(runtime.Region(region), buffers, &count, arenaBytes);
        }
    }
}
