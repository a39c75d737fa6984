using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace DlAot.Runtime;

/// <summary>Values that were computed of parameters, with a copy of what they were computed of.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed unsafe class KeptBlock
{
    private const int Alignment = 64;

    private readonly byte[] _memory; // results, then the inputs one after another, each aligned
    private readonly long _resultBytes;
    private readonly long[] _sizes, _symbols;

    private KeptBlock(long resultBytes, long[] sizes, long[] symbols)
    {
        (_resultBytes, _sizes, _symbols) = (Aligned(resultBytes), sizes, symbols);
        _memory = GC.AllocateUninitializedArray<byte>(checked((int)(_resultBytes + sizes.Sum(Aligned) + Alignment)), pinned: true);
        Results = (void*)Aligned((long)Unsafe.AsPointer(ref _memory[0]));
    }

    /// <summary>Where they lie, 64-byte aligned, for as long as this object is reachable.</summary>
    public void* Results { get; }

    /// <summary>Takes a copy of the inputs, to which the pointers lead from then on: what is computed of it belongs to it, whatever others do meanwhile.</summary>
    /// <returns>Null when there is not enough memory.</returns>
    /// <param name="data">Addresses of the inputs; changed.</param>
    /// <param name="bytes">Their lengths.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="symbols">Sizes.</param>
    /// <param name="symbolCount">How many there are.</param>
    /// <param name="resultBytes">Room for results.</param>
    public static KeptBlock? Begin(void** data, long* bytes, int count, long* symbols, int symbolCount, long resultBytes)
    {
        try
        {
            var block = new KeptBlock(resultBytes, [.. new ReadOnlySpan<long>(bytes, count)], [.. new ReadOnlySpan<long>(symbols, symbolCount)]);
            var copy = (byte*)block.Results + block._resultBytes;
            for (var i = 0; i < count; copy += Aligned(bytes[i]), i++)
            {
                Buffer.MemoryCopy(data[i], copy, bytes[i], bytes[i]);
                data[i] = copy;
            }

            return block;
        }
        catch (Exception e) when (e is OutOfMemoryException or OverflowException)
        {
            return null;
        }
    }

    internal bool IsOf(void** data, long* bytes, int count, long* symbols, int symbolCount)
    {
        if (!new ReadOnlySpan<long>(bytes, count).SequenceEqual(_sizes) || !new ReadOnlySpan<long>(symbols, symbolCount).SequenceEqual(_symbols))
            return false;
        var copy = (byte*)Results + _resultBytes;
        for (var i = 0; i < count; copy += Aligned(bytes[i]), i++)
        {
            if (!new ReadOnlySpan<byte>(data[i], (int)bytes[i]).SequenceEqual(new ReadOnlySpan<byte>(copy, (int)bytes[i])))
                return false;
        }

        return true;
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}

/// <summary>
/// What is kept for each module of values that depend on its parameters alone. Parameters change in ways of which nobody is told (an optimizer's step,
/// load_state_dict, a write through a pointer), so their contents are compared at every call.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class KeptValues
{
    private static readonly ConditionalWeakTable<object, ConcurrentDictionary<nint, KeptBlock>> _blocks = [];

    /// <summary>What was kept and is still right; null when there is none.</summary>
    /// <param name="owner">The module.</param>
    /// <param name="region">The region that computes it.</param>
    /// <param name="data">Addresses of what it is computed of.</param>
    /// <param name="bytes">Their lengths.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="symbols">Sizes.</param>
    /// <param name="symbolCount">How many there are.</param>
    public static KeptBlock? Find(object owner, nint region, void** data, long* bytes, int count, long* symbols, int symbolCount) =>
        _blocks.TryGetValue(owner, out var ofOwner) && ofOwner.TryGetValue(region, out var block) && block.IsOf(data, bytes, count, symbols, symbolCount) ? block : null;

    /// <summary>Keeps a block until another takes its place.</summary>
    public static void Keep(object owner, nint region, KeptBlock block) => _blocks.GetOrCreateValue(owner)[region] = block;
}
