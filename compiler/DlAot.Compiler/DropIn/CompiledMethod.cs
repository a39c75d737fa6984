using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Freezing;
using DlAot.Compiler.Lifting;
using DlAot.Ir.Plans;

namespace DlAot.Compiler.DropIn;

/// <summary>A method and the compiled versions to put before its original body, in the order in which they are tried.</summary>
public sealed record CompiledMethod(LiftedMethod Lifted, ImmutableArray<CompiledVersion> Versions)
{
    /// <summary>Where it has no version: what is compiled of it.</summary>
    public ImmutableArray<CompiledPart> Parts { get; init; } = [];

    /// <summary>Itself and its parts.</summary>
    public IEnumerable<CompiledMethod> WithParts => Parts.Select(p => p.Method).Prepend(this);
}

/// <summary>A part of a method as a method of its own, and the lines that it covers.</summary>
public sealed record CompiledPart(CompiledMethod Method, string File, int FirstLine, int LastLine);

/// <summary>A lifted version with its plan, whose <see cref="RegionStep.Region"/> are the regions' numbers in the assembly's native library.</summary>
public sealed record CompiledVersion(LiftedVersion Lifted, Plan Plan)
{
    /// <summary>What is computed of parameters alone and kept; the plan has its results as further inputs.</summary>
    public FrozenPart? Frozen { get; init; }

    /// <summary>The plan, and that of the frozen part.</summary>
    public IEnumerable<Plan> Plans => Frozen is null ? [Plan] : [Plan, Frozen.Plan];
}

/// <summary>What the drop-in is written with.</summary>
/// <param name="LibraryName">Name of the native library, without prefix and extension.</param>
/// <param name="BuildId">The native library's <c>dlaot_build_id</c>.</param>
/// <param name="RegionCount">The native library's <c>dlaot_region_count</c>.</param>
/// <param name="Version">The compiler's version, for the mark in the drop-in.</param>
/// <param name="KeyFile">A key pair (.snk) to sign with. Without one, a signed input keeps its identity and is public-signed.</param>
/// <param name="RuntimeAssembly">DlAot.Runtime.dll; null means the one beside the compiler.</param>
public sealed record DropInOptions(string LibraryName, long BuildId, int RegionCount, string Version, string? KeyFile = null, string? RuntimeAssembly = null);

/// <summary>The rewritten assembly.</summary>
/// <param name="Assembly">The file's content.</param>
/// <param name="Symbols">Content of the portable PDB to lie beside it; null when the input had none or an embedded one.</param>
/// <param name="Methods">The methods that got a stub, as <see cref="LiftedMethod.Name"/>.</param>
/// <param name="Diagnostics">Why other methods stay as they were.</param>
public sealed record DropInResult(byte[] Assembly, byte[]? Symbols, ImmutableArray<string> Methods, ImmutableArray<Diagnostic> Diagnostics);
