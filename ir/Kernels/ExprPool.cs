using System.Collections.Immutable;

namespace DlAot.Ir.Kernels;

/// <summary>Makes expressions so that structurally equal ones are the same object; folds what is free to fold in integer index arithmetic.</summary>
public sealed class ExprPool
{
    private readonly Dictionary<string, Expr> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<Expr, int> ids = new(ReferenceEqualityComparer.Instance);

    public Expr Const(DType type, double value) =>
        Intern($"c{type}:{BitConverter.DoubleToInt64Bits(value):x}", () => new Expr.Const(type, value, double.IsFinite(value) ? (long)value : 0));

    public Expr Int(long value, DType type = DType.I64) => Intern($"c{type}:i{value}", () => new Expr.Const(type, value, value));

    public Expr Dim(DimExpr value) => value.Constant is long c ? Int(c) : Intern($"d{value}", () => new Expr.Dim(value));

    public Expr Scalar(int index, DType type) => Intern($"s{index}:{type}", () => new Expr.Scalar(index, type));

    public Expr Var(string name) => Intern($"v{name}", () => new Expr.Var(name));

    public Expr.Temp Temp(int id, DType type) => (Expr.Temp)Intern($"t{id}:{type}", () => new Expr.Temp(id, type));

    public Expr Load(int buffer, DType type, Expr index, Expr? predicate = null) =>
        Intern($"l{buffer}:{type}:{Id(index)}:{(predicate is null ? -1 : Id(predicate))}", () => new Expr.Load(buffer, type, index, predicate));

    public Expr Op(ScalarOp code, DType type, params ReadOnlySpan<Expr> operands)
    {
        ImmutableArray<Expr> list = [.. operands];
        return Fold(code, type, list) ?? Intern($"o{code}:{type}:{string.Join(",", list.Select(Id))}", () => new Expr.Op(code, type, list));
    }

    public Expr Add(Expr a, Expr b) => Op(ScalarOp.Add, a.Type, a, b);

    public Expr Mul(Expr a, Expr b) => Op(ScalarOp.Mul, a.Type, a, b);

    public Expr Cast(Expr a, DType type) => a.Type == type ? a : Op(ScalarOp.Cast, type, a);

    /// <summary>i64 index algebra only: <c>x+0, x*1, x*0, x/1, x%1</c>, constants and sizes.</summary>
    private Expr? Fold(ScalarOp code, DType type, ImmutableArray<Expr> x)
    {
        if (type != DType.I64 || x.Length != 2)
        {
            return null;
        }

        DimExpr? a = AsDim(x[0]), b = AsDim(x[1]);
        return code switch
        {
            ScalarOp.Add when a is not null && b is not null => Dim(a + b),
            ScalarOp.Sub when a is not null && b is not null => Dim(a - b),
            ScalarOp.Mul when a is not null && b is not null => Dim(a * b),
            ScalarOp.FloorDiv when a is not null && b is not null && b != DimExpr.Zero => Dim(DimExpr.FloorDiv(a, b)),
            ScalarOp.Rem when a is not null && b is not null && b != DimExpr.Zero => Dim(DimExpr.Mod(a, b)),
            ScalarOp.Add when a is { IsZero: true } => x[1],
            ScalarOp.Add or ScalarOp.Sub when b is { IsZero: true } => x[0],
            ScalarOp.Mul when a is { IsOne: true } => x[1],
            ScalarOp.Mul or ScalarOp.FloorDiv when b is { IsOne: true } => x[0],
            ScalarOp.Mul when a is { IsZero: true } || b is { IsZero: true } => Int(0),
            ScalarOp.Rem when b is { IsOne: true } => Int(0),
            _ => null,
        };
    }

    private static DimExpr? AsDim(Expr x) => x switch
    {
        Expr.Const { Type: DType.I64 } c => c.Integer,
        Expr.Dim d => d.Value,
        _ => null,
    };

    private int Id(Expr e) => ids.TryGetValue(e, out int id) ? id : throw new ArgumentException("The expression is of another pool.", nameof(e));

    private Expr Intern(string key, Func<Expr> make)
    {
        if (!byKey.TryGetValue(key, out Expr? e))
        {
            byKey[key] = e = make();
            ids[e] = ids.Count;
        }

        return e;
    }
}
