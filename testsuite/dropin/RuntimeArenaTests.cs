using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>Scratch memory is a stack per thread that settles on one block.</summary>
public sealed unsafe class RuntimeArenaTests
{
    [Fact]
    public void RentsAreAlignedDisjointAndReturnedInReverse()
    {
        var arena = new Arena();
        var first = (byte*)arena.Rent(100);
        var second = (byte*)arena.Rent(1);
        var third = (byte*)arena.Rent(1 << 16);
        foreach (var address in (long[])[(long)first, (long)second, (long)third])
            Assert.Equal(0, address % 64);
        new Span<byte>(first, 100).Fill(1);
        new Span<byte>(second, 1).Fill(2);
        new Span<byte>(third, 1 << 16).Fill(3);
        Assert.Equal([(byte)1, (byte)2, (byte)3], [first[99], second[0], third[0]]);
        Assert.Equal(128 + 64 + (1 << 16), arena.RentedBytes);
        arena.Return(third);
        arena.Return(second);
        arena.Return(first);
        Assert.Equal(0, arena.RentedBytes);
    }

    [Fact]
    public void ReturningOutOfOrderIsAnError()
    {
        var arena = new Arena();
        var first = arena.Rent(64);
        var second = arena.Rent(64);
        arena.Return(second);
        Assert.Throws<InvalidOperationException>(() => arena.Return(second));
        arena.Return(first);
        Assert.Throws<InvalidOperationException>(() => arena.Return(first));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 60)]
    public void WhatCannotBeHadIsNull(long bytes)
    {
        var arena = new Arena();
        Assert.True(arena.Rent(bytes) == null);
        var some = arena.Rent(64);
        Assert.True(arena.Rent(bytes) == null);
        arena.Return(null);
        Assert.Equal(64, arena.RentedBytes);
        arena.Return(some);
    }

    [Fact]
    public void RepeatedAndNestedUseSettlesOnOneBlock()
    {
        var arena = new Arena();
        NestedUse(arena);
        NestedUse(arena);
        NestedUse(arena);
        var outer = (byte*)arena.Rent(1000);
        var inner = (byte*)arena.Rent(100_000);
        Assert.True(inner == outer + 1024, "the nested rent should follow in the same block");
        arena.Return(inner);
        arena.Return(outer);
    }

    [Fact]
    public void ABlockMuchTooLargeIsGivenBackAfterAWhile()
    {
        // Only the difference counts; other tests rent far less than this at a time.
        const long Large = 256 << 20;
        var arena = new Arena();
        arena.Return(arena.Rent(Large));
        var held = Arena.TotalBytes;
        Assert.True(held >= Large);
        for (var i = 0; i < 1000; i++)
            arena.Return(arena.Rent(64));
        Assert.True(Arena.TotalBytes < held - Large / 2);
        GC.KeepAlive(arena);
    }

    [Fact]
    public void EveryThreadHasItsOwnAndItDiesWithIt()
    {
        const long Large = 256 << 20;
        Arena? other = null;
        var thread = new Thread(() =>
        {
            other = Arena.Current;
            other.Return(other.Rent(Large));
        });
        thread.Start();
        thread.Join();
        Assert.NotSame(Arena.Current, other);
        Assert.True(Arena.TotalBytes >= Large);
        Forget(ref other);
        for (var i = 0; i < 50 && Arena.TotalBytes >= Large; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Assert.True(Arena.TotalBytes < Large);
    }

    [Fact]
    public void RentingAllocatesNothing()
    {
        var arena = Arena.Current;
        NestedUse(arena);
        NestedUse(arena);
        NestedUse(arena);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            NestedUse(Arena.Current);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Forget(ref Arena? arena) => arena = null;

    private static void NestedUse(Arena arena)
    {
        var outer = arena.Rent(1000);
        var inner = arena.Rent(100_000);
        arena.Return(inner);
        arena.Return(outer);
    }
}
