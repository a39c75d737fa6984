using System.Collections.Immutable;

namespace DlAot.Ir.Kernels;

/// <summary>
/// A scalar expression evaluated at one point of a kernel's iteration space. Expressions form a DAG: shared nodes are the same
/// object (made through <see cref="ExprPool"/>), so an emitter may cache by reference.
/// </summary>
public abstract class Expr
{
    private protected Expr(DType type) => Type = type;

    public DType Type { get; }

    /// <summary>Direct operands, in order.</summary>
    public virtual IReadOnlyList<Expr> Operands => [];

    /// <summary>Whether it depends on a variable.</summary>
    public bool Mentions(string variable)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        return Search(this);

        bool Search(Expr e) => seen.Add(e) && ((e is Var v && v.Name == variable) || e.Operands.Any(Search));
    }

    /// <summary>A number. Integers and bools use <see cref="Integer"/>, floats <see cref="Float"/>.</summary>
    public sealed class Const(DType type, double value, long integer) : Expr(type)
    {
        public double Float { get; } = value;

        public long Integer { get; } = integer;

        public override string ToString() => Type.IsFloat() ? $"{Float:R}:{Type.Name()}" : $"{Integer}:{Type.Name()}";
    }

    /// <summary>The value of a size expression, i64.</summary>
    public sealed class Dim(DimExpr value) : Expr(DType.I64)
    {
        public DimExpr Value { get; } = value;

        public override string ToString() => $"dim({Value})";
    }

    /// <summary>A host scalar passed at the call, by position in the plan's scalars; f64 or i64 as passed.</summary>
    public sealed class Scalar(int index, DType type) : Expr(type)
    {
        public int Index { get; } = index;

        public override string ToString() => $"scalar{Index}:{Type.Name()}";
    }

    /// <summary>An iteration variable, i64: <c>g0..</c> of the grid, <c>i0..</c> of the phase's extents, or <c>m n k</c> of a contraction.</summary>
    public sealed class Var(string name) : Expr(DType.I64)
    {
        public string Name { get; } = name;

        public override string ToString() => Name;
    }

    /// <summary>The result of a reduction or contraction of an earlier phase (or, in a contraction's stores, of this one).</summary>
    public sealed class Temp(int id, DType type) : Expr(type)
    {
        public int Id { get; } = id;

        public override string ToString() => $"t{Id}";
    }

    /// <summary>
    /// The element at <see cref="Index"/> (i64, in elements, not bytes) of a kernel buffer. With a <see cref="Predicate"/> that is
    /// false nothing is read and the value is 0.
    /// </summary>
    public sealed class Load(int buffer, DType type, Expr index, Expr? predicate) : Expr(type)
    {
        public int Buffer { get; } = buffer;

        public Expr Index { get; } = index;

        public Expr? Predicate { get; } = predicate;

        public override IReadOnlyList<Expr> Operands => Predicate is null ? [Index] : [Index, Predicate];

        public override string ToString() => Predicate is null ? $"b{Buffer}[{Index}]" : $"b{Buffer}[{Index} if {Predicate}]";
    }

    /// <summary>A <see cref="ScalarOp"/> on operands. Operands of arithmetic have the result's dtype; comparisons and Select compare equal dtypes.</summary>
    public sealed class Op(ScalarOp code, DType type, ImmutableArray<Expr> operands) : Expr(type)
    {
        public ScalarOp Code { get; } = code;

        public override IReadOnlyList<Expr> Operands { get; } = operands;

        public override string ToString() => $"{Code.ToString().ToLowerInvariant()}:{Type.Name()}({string.Join(", ", Operands)})";
    }
}
