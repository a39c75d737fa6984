using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>A part of a method that lifts, and the lines that it covers.</summary>
public sealed record MethodPart(LiftedMethod Lifted, string File, int FirstLine, int LastLine);

/// <summary>A method that is not lifted as a whole: parts of it are, as methods of their own, which <see cref="Commit"/> makes it call.</summary>
public sealed class SplitMethod
{
    private readonly WorkingBody body;

    internal SplitMethod(WorkingBody body, ImmutableArray<MethodPart> parts, ImmutableArray<Diagnostic> boundaries)
    {
        this.body = body;
        Parts = parts;
        Boundaries = boundaries;
    }

    public MethodDefinition Host => body.Host;

    public ImmutableArray<MethodPart> Parts { get; }

    /// <summary>Why what lies between the parts is not compiled.</summary>
    public ImmutableArray<Diagnostic> Boundaries { get; }

    /// <summary>What is left of its code, with the calls of the parts.</summary>
    public IEnumerable<Instruction> Rest => body.Code;

    /// <summary>Changes the method's body: from now on it can only be written.</summary>
    public void Commit() => Residual.Commit(body);
}
