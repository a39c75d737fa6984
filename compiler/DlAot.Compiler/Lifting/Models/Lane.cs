using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>A graph value with C# operators, so that formulas read like formulas. Numbers take the value's dtype.</summary>
internal readonly record struct Lane(GraphBuilder Builder, Value Value)
{
    public DType DType => Value.DType;

    public static Lane operator +(Lane a, Lane b) => a.With(Op.Add, b);

    public static Lane operator +(Lane a, double b) => a + a.Number(b);

    public static Lane operator -(Lane a, Lane b) => a.With(Op.Sub, b);

    public static Lane operator -(Lane a, double b) => a - a.Number(b);

    public static Lane operator -(double a, Lane b) => b.Number(a) - b;

    public static Lane operator -(Lane a) => a.Apply(Op.Neg);

    public static Lane operator *(Lane a, Lane b) => a.With(Op.Mul, b);

    public static Lane operator *(Lane a, double b) => a * a.Number(b);

    public static Lane operator /(Lane a, Lane b) => a.With(Op.Div, b);

    public static Lane operator /(Lane a, double b) => a / a.Number(b);

    public static Lane operator /(double a, Lane b) => b.Number(a) / b;

    public static Lane operator <(Lane a, Lane b) => a.With(Op.Lt, b);

    public static Lane operator <(Lane a, double b) => a < a.Number(b);

    public static Lane operator >(Lane a, Lane b) => a.With(Op.Gt, b);

    public static Lane operator >(Lane a, double b) => a > a.Number(b);

    public static Lane operator <=(Lane a, Lane b) => a.With(Op.Le, b);

    public static Lane operator <=(Lane a, double b) => a <= a.Number(b);

    public static Lane operator >=(Lane a, Lane b) => a.With(Op.Ge, b);

    public static Lane operator >=(Lane a, double b) => a >= a.Number(b);

    public static Lane operator &(Lane a, Lane b) => a.With(Op.And, b);

    public static Lane operator |(Lane a, Lane b) => a.With(Op.Or, b);

    public static Lane operator ^(Lane a, Lane b) => a.With(Op.Xor, b);

    public static Lane operator !(Lane a) => a.Apply(Op.Not);

    public Lane Number(double value) => new(Builder, Builder.Constant(value, DType));

    public Lane Apply(OpDef op) => new(Builder, Builder.Add(op, Value));

    public Lane Apply(OpDef op, params ReadOnlySpan<(string, object)> attributes) => new(Builder, Builder.Add(op, Attributes.Of(attributes), Value));

    public Lane With(OpDef op, Lane other) => new(Builder, Builder.Add(op, Value, other.Value));

    public Lane Is(Lane other) => With(Op.Eq, other);

    public Lane Is(double other) => Is(Number(other));

    public Lane IsNot(double other) => With(Op.Ne, Number(other));

    /// <summary>The first where this condition holds, else the second.</summary>
    public Lane Choose(Lane yes, Lane no) => new(Builder, Builder.Add(Op.Where, Value, yes.Value, no.Value));

    public Lane Choose(double yes, Lane no) => Choose(no.Number(yes), no);

    public Lane Choose(Lane yes, double no) => Choose(yes, yes.Number(no));

    public Lane Cast(DType type) => type == DType ? this : Apply(Op.Cast, ("dtype", type));

    public Lane Abs() => Apply(Op.Abs);

    public Lane Exp() => Apply(Op.Exp);

    public Lane Log() => Apply(Op.Log);

    public Lane Sqrt() => Apply(Op.Sqrt);

    public Lane AtLeast(double bound) => With(Op.Maximum, Number(bound));

    public Lane AtMost(double bound) => With(Op.Minimum, Number(bound));

    /// <summary>The reduction over dimensions.</summary>
    public Lane Over(OpDef op, ImmutableArray<long> dims, bool keepdim = true) => Apply(op, ("dims", dims), ("keepdim", keepdim));

    /// <summary>The given value, computed from the absolute value, with the sign of this one; zeros keep theirs.</summary>
    public Lane Signed(Lane magnitude) => (this < 0).Choose(-magnitude, Is(0).Choose(this, magnitude));
}
