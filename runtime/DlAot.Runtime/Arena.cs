using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// Scratch memory of one thread, rented and returned like a stack, so that a compiled method may call another. Steady
/// state is one block; a block that turned out too small is replaced once nothing is rented.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class Arena
{
    private const long Alignment = 64;

    // A block four times larger than anything asked for in this many outermost rents is given back, if it is worth it.
    private const int TrimWindow = 256;
    private const long TrimMinimum = 1 << 20;

    [ThreadStatic]
    private static Arena? t_current;
    private static long s_totalBytes;

    private readonly Stack<Block> _outgrown = new();
    private Block _block;
    private long _used;
    private long _below;
    private long _peak;
    private int _rents;

    private readonly record struct Block(nint Base, long Size, long Used);

    /// <summary>The calling thread's arena.</summary>
    public static Arena Current => t_current ?? Create();

    /// <summary>Bytes that all arenas of the process hold, rented or not.</summary>
    public static long TotalBytes => Volatile.Read(ref s_totalBytes);

    /// <summary>Bytes rented from this arena now, rounded up to the alignment.</summary>
    public long RentedBytes => _below + _used;

    /// <summary>Memory of at least that many bytes, 64-byte aligned, uninitialised; null when there is none.</summary>
    public void* Rent(long bytes)
    {
        var rounded = (bytes + (Alignment - 1)) & -Alignment;
        // One unsigned comparison also catches zero, negative and overflowing requests.
        if ((ulong)(rounded - 1) >= (ulong)(_block.Size - _used))
            return RentSlow(bytes, rounded);
        var start = (byte*)_block.Base + _used;
        _used += rounded;
        return start;
    }

    /// <summary>Gives back what was rented last. Null is ignored.</summary>
    /// <exception cref="InvalidOperationException">It was not rented last.</exception>
    public void Return(void* memory)
    {
        var offset = (byte*)memory - (byte*)_block.Base;
        if ((ulong)offset >= (ulong)_used)
        {
            if (memory == null)
                return;
            throw new InvalidOperationException("Arena memory was not returned in the reverse order of renting.");
        }
        if (RentedBytes > _peak)
            _peak = RentedBytes;
        _used = offset;
        if (offset == 0 && (_outgrown.Count > 0 || _peak > _block.Size || ++_rents == TrimWindow))
            Settle();
    }

    /// <summary>Frees the memory of a thread that has ended.</summary>
    ~Arena()
    {
        Free(_block);
        foreach (var block in _outgrown)
            Free(block);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Arena Create() => t_current = new Arena();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void* RentSlow(long bytes, long rounded)
    {
        if (bytes <= 0 || rounded <= 0)
            return null;
        var wanted = Math.Max(rounded, _peak);
        if (_used > 0)
        {
            if (!TryAllocate(rounded, out var extra))
                return null;
            _outgrown.Push(_block with { Used = _used });
            _below += _used;
            _block = extra;
        }
        else
        {
            // Sizes that grow from call to call should not mean a new block each time.
            if (_block.Size > 0)
                wanted += wanted / 4;
            Free(_block);
            _block = default;
            if (!TryAllocate(wanted, out _block) && !TryAllocate(rounded, out _block))
                return null;
        }
        _used = rounded;
        return (void*)_block.Base;
    }

    // The current block is unused: go back to the one below, or, at the bottom, keep a block of the right size.
    private void Settle()
    {
        if (_outgrown.TryPop(out var below))
        {
            Free(_block);
            _block = below;
            _used = below.Used;
            _below -= below.Used;
            return;
        }
        if (_peak > _block.Size)
        {
            // The next Rent makes one block of what was needed together.
            Free(_block);
            _block = default;
            return;
        }
        if (_block.Size > TrimMinimum && _peak < _block.Size / 4)
        {
            Free(_block);
            _block = default;
        }
        _rents = 0;
        _peak = 0;
    }

    private static bool TryAllocate(long size, out Block block)
    {
        try
        {
            block = new((nint)NativeMemory.AlignedAlloc((nuint)size, (nuint)Alignment), size, 0);
        }
        catch (OutOfMemoryException)
        {
            block = default;
            return false;
        }
        Interlocked.Add(ref s_totalBytes, size);
        return true;
    }

    private static void Free(Block block)
    {
        if (block.Base == 0)
            return;
        NativeMemory.AlignedFree((void*)block.Base);
        Interlocked.Add(ref s_totalBytes, -block.Size);
    }
}
