using System;

namespace DlAot;

/// <summary>
/// Asks the compiler to compile a method, every candidate method of a type, or, on an assembly, sets the defaults for
/// all of them. No method needs this attribute to be compiled: it pins what would otherwise be inferred.
/// </summary>
/// <remarks>
/// Every property has a command line option, an MSBuild property and a field of dlaot.json of the same name
/// (<c>--max-versions</c>, <c>DlAotMaxVersions</c>, <c>maxVersions</c>). The nearest one wins: method, type, assembly, command
/// line, dlaot.json. A property that is not written inherits; the default stated below holds when nobody writes it.
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Assembly, Inherited = false)]
public sealed class CompileAttribute : Attribute
{
    /// <summary>
    /// The tensors that the compiled version takes and returns, for example
    /// <c>forward(x: f32[N,3,H,W]) -> f32[N,1000] where H%32==0</c>. A name in the brackets is a size that may differ
    /// from call to call, a number is fixed, and the same name twice means equal sizes. Other calls run the original
    /// code. Default: inferred from the assembly.
    /// </summary>
    public string? Signature { get; set; }

    /// <summary>
    /// True: sizes that nothing in the program fixes stay variable, and one version serves them all. False: a version
    /// is made for each set of sizes known at compile time (numbers in a signature or <c>[Shape]</c>, calls in the assembly,
    /// profiles), and other sizes run the original code; where none are known nothing is compiled, and DLAOT3106 says so.
    /// Default: true.
    /// </summary>
    public bool Dynamic { get; set; } = true;

    /// <summary>
    /// The most versions to make of one method (for different constants, dtypes or sizes); less than 1 counts as 1. The
    /// likeliest are made, calls that need others run the original code, and DLAOT3105 says how many were left out.
    /// Default: 24.
    /// </summary>
    public int MaxVersions { get; set; } = 24;

    /// <summary>
    /// True: keep the order of floating-point operations of the eager code, at some cost in speed. False: sums may be
    /// reassociated within the documented tolerance. Default: false.
    /// </summary>
    public bool Exact { get; set; }

    /// <summary>
    /// True: what depends on parameters and buffers alone (a product of weights, a normalised weight, a table) is computed at the first
    /// call of each module and kept, with a copy of what it was computed of, until their contents differ: however they are changed, results
    /// are right. For modules that are used more often than trained. False: all is computed on every call. Default: false.
    /// </summary>
    public bool Freeze { get; set; }
}
