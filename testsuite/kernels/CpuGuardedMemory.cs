using System.Runtime.InteropServices;

namespace DlAot.Tests.Kernels;

/// <summary>Memory whose end is the end of the last readable page (where the system allows that), with known bytes before its start.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int Page = 4096;
    private const byte Canary = 0xA5;
    private readonly byte* block;
    private readonly int length;
    private readonly int pages;
    private readonly int start;

    public GuardedMemory(ReadOnlySpan<byte> contents)
    {
        length = contents.Length;
        pages = ((length + 64 + Page - 1) / Page) + 1;
        block = OperatingSystem.IsLinux() ? (byte*)Map(0, (nuint)(pages * Page), 3, 0x22, -1, 0) : (byte*)NativeMemory.AlignedAlloc((nuint)(pages * Page), Page);
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(0, Protect(block + ((pages - 1) * Page), Page, 0));
        }

        start = ((pages - 1) * Page) - length;
        new Span<byte>(block, start).Fill(Canary);
        contents.CopyTo(new Span<byte>(Data, length));
    }

    public byte* Data => block + start;

    /// <summary>Copies the contents out and checks that nothing before them was touched.</summary>
    public void ReadBack(Span<byte> target)
    {
        new ReadOnlySpan<byte>(Data, length).CopyTo(target);
        Assert.False(new ReadOnlySpan<byte>(block, start).ContainsAnyExcept(Canary), "memory before a buffer was written");
    }

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
        {
            Unmap(block, (nuint)(pages * Page));
        }
        else
        {
            NativeMemory.AlignedFree(block);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}
