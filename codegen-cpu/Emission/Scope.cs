using DlAot.Ir.Kernels;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// A stretch of straight-line code that dominates the loops opened in it. A value is emitted once, in the outermost scope where
/// all it depends on is known: that is all the hoisting there is.
/// </summary>
internal sealed class Scope(Scope? outer, LLVMBasicBlockRef block)
{
    public Scope? Outer { get; } = outer;

    public int Depth { get; } = outer is null ? 0 : outer.Depth + 1;

    /// <summary>The block that code is appended to while no inner scope is open.</summary>
    public LLVMBasicBlockRef Block { get; set; } = block;

    /// <summary>The branch into the inner scope that is open, before which hoisted code goes; no handle while this is the innermost.</summary>
    public LLVMValueRef Exit { get; set; }

    /// <summary>Values known here, by expression and shape (lanes, or <see cref="Values.AtBase"/>).</summary>
    public Dictionary<(Expr Expr, int Shape), LLVMValueRef> Known { get; } = [];

    /// <summary>Where each expression belongs, as seen from here; bindings do not change while a scope is innermost.</summary>
    public Dictionary<Expr, Scope> Homes { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether each expression differs between lanes, as seen from here.</summary>
    public Dictionary<Expr, bool> Varying { get; } = new(ReferenceEqualityComparer.Instance);

    public static Scope Inner(Scope a, Scope b) => a.Depth >= b.Depth ? a : b;
}
