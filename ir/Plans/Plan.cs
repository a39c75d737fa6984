using System.Collections.Immutable;
using DlAot.Ir.Kernels;

namespace DlAot.Ir.Plans;

/// <summary>
/// What one compiled method does at run time, in order. Symbols get their values from input sizes (and scalar inputs); every other
/// size is an expression over them. The same plan drives the host stub, the CUDA harness and the tests' interpreter.
/// </summary>
/// <param name="Symbols">Names of the size symbols; the position is the index into the frame's symbols.</param>
/// <param name="Scalars">Host scalars, f64 or i64, appended to the symbols as 64-bit patterns: scalar i is symbols[Symbols.Length + i].</param>
/// <param name="ArenaBytes">Bytes of scratch memory that the call needs.</param>
public sealed record Plan(
    string Name,
    ImmutableArray<string> Symbols,
    ImmutableArray<DType> Scalars,
    ImmutableArray<PlanBuffer> Buffers,
    ImmutableArray<PlanStep> Steps,
    ImmutableArray<int> Outputs,
    DimExpr ArenaBytes);

/// <summary>Where a plan buffer lives.</summary>
public enum BufferKind
{
    /// <summary>A tensor that the caller passes: argument, parameter, or other tensor read from outside. Contiguous.</summary>
    Input,

    /// <summary>A new tensor made by the stub before the first kernel that writes it (also for what an extern step reads).</summary>
    Tensor,

    /// <summary>A tensor that an extern step returns. May be a view of another buffer.</summary>
    Extern,

    /// <summary>A range of the arena.</summary>
    Arena,
}

/// <param name="Id">Position in <see cref="Plan.Buffers"/>.</param>
/// <param name="Input">For <see cref="BufferKind.Input"/>: the graph input it comes from; otherwise -1.</param>
/// <param name="Offset">For <see cref="BufferKind.Arena"/>: bytes from the arena's start, a multiple of 64.</param>
/// <param name="Strides">In elements; empty means contiguous.</param>
public sealed record PlanBuffer(
    int Id,
    string Name,
    TensorType Type,
    BufferKind Kind,
    int Input = -1,
    DimExpr? Offset = null,
    ImmutableArray<DimExpr> Strides = default);

public abstract record PlanStep;

/// <summary>A run of kernels made by one native call: region number <paramref name="Region"/> of the assembly's native library.</summary>
public sealed record RegionStep(int Region, ImmutableArray<KernelCall> Kernels) : PlanStep;

/// <summary>A kernel with its buffers bound: kernel buffer i is plan buffer Buffers[i].</summary>
public sealed record KernelCall(Kernel Kernel, ImmutableArray<int> Buffers);

/// <summary>An operation run by the user's own tensor library: the op, its attributes, its operands and results as plan buffers (operand -1: absent).</summary>
public sealed record ExternStep(Node Node, ImmutableArray<int> Operands, ImmutableArray<int> Results) : PlanStep;

/// <summary>The last use of a tensor that the plan made itself has passed.</summary>
public sealed record FreeStep(int Buffer) : PlanStep;
