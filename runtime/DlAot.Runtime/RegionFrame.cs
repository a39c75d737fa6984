using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DlAot.Runtime;

/// <summary>
/// The one argument of a compiled region: what native code sees of a call. The layout (x64, sequential) is part of the
/// native interface; changing it means a new <see cref="CompiledLibrary.AbiVersion"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[StructLayout(LayoutKind.Sequential)]
public unsafe struct RegionFrame
{
    /// <summary>Data pointers of the region's inputs and outputs, in the order the compiler fixed.</summary>
    public void** Buffers;

    /// <summary>Values of the symbolic sizes.</summary>
    public long* Symbols;

    /// <summary>Scratch memory, 64-byte aligned; null when the region needs none.</summary>
    public void* Arena;

    /// <summary>
    /// Runs <c>body(frame, begin, end)</c> over [0, count) on several threads and returns when all is done. Every begin
    /// is a multiple of grain, every end is a multiple of grain or count; one range may span many grains. Called only
    /// when <see cref="Threads"/> is more than 1.
    /// </summary>
    public delegate* unmanaged[Cdecl]<RegionFrame*, delegate* unmanaged[Cdecl]<RegionFrame*, long, long, void>, long, long, void> ParallelFor;

    /// <summary>Identifies the pool to <see cref="ParallelFor"/>; opaque to native code.</summary>
    public void* Pool;

    /// <summary>The most threads that may work on the region, the calling one included.</summary>
    public int Threads;

    /// <summary>For the region's own use: parallel bodies report a failed check here.</summary>
    public int Status;
}
