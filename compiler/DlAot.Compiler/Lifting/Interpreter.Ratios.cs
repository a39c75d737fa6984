using System.Numerics;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>A quotient of sizes, as an exact number: what a float holds that was computed of it is it, rounded once.</summary>
internal sealed record Ratio(DimExpr Over, DimExpr Under)
{
    // Numbers of so many bits behind the point have no error to speak of: 0.5, 0.25, 1.5.
    private const int MostBits = 20;

    /// <summary>The float holds it without an error: a whole number, or one of few bits behind the point.</summary>
    public bool IsExact => Under.Constant is > 0 and long n && BitOperations.IsPow2(n);

    public static Ratio? Of(double d)
    {
        double scaled = d * (1L << MostBits);
        return scaled is < 1L << 52 and > -(1L << 52) && scaled == Math.Floor(scaled) ? Reduced((long)scaled, 1L << MostBits) : null;
    }

    private static Ratio Reduced(long over, long under)
    {
        int common = over == 0 ? MostBits : Math.Min(BitOperations.TrailingZeroCount(over), BitOperations.TrailingZeroCount(under));
        return new Ratio(over >> common, under >> common);
    }
}

/// <summary>
/// Sizes computed with floats: <c>(int)Math.Ceiling(n / 2.0)</c>. Integers below 2^53 (2^24 in single precision) have no error as floats,
/// and their rounded quotient lies on the same side of every integer as the quotient itself.
/// </summary>
public sealed partial class Interpreter
{
    private const long MostSingle = 1L << 24;

    // What a number is, exactly; a setting that was read from outside is taken to be the likely one for it, which is checked.
    private Ratio? RatioOf(AbstractValue v) => v switch
    {
        Constant { Value: long n } => new Ratio(n, 1),
        Constant { Value: double d } => Ratio.Of(d),
        Size s => new Ratio(s.Value, 1),
        HostNumber { Ratio: { } ratio } => ratio(),
        HostNumber h when scalarReads.TryGetValue(h.Value, out ScalarRead? read) && read.Guess is double guess && Ratio.Of(guess) is { } pinned && PinScalar(h, guess) => pinned,
        _ => null,
    };

    // The result of an instruction, or null where it has more than one error.
    private Ratio? Combined(Code code, AbstractValue a, AbstractValue b)
    {
        // Nothing is pinned for what leads nowhere.
        if (!MayHaveRatio(a) || !MayHaveRatio(b) || RatioOf(a) is not { IsExact: true } x || RatioOf(b) is not { IsExact: true } y)
        {
            return null;
        }

        return code switch
        {
            Code.Add => new Ratio((x.Over * y.Under) + (y.Over * x.Under), x.Under * y.Under),
            Code.Sub => new Ratio((x.Over * y.Under) - (y.Over * x.Under), x.Under * y.Under),
            Code.Mul => new Ratio(x.Over * y.Over, x.Under * y.Under),
            Code.Div when !y.Over.IsZero => new Ratio(x.Over * y.Under, x.Under * y.Over),
            _ => null,
        };
    }

    private bool MayHaveRatio(AbstractValue v) => v is Constant or Size or HostNumber { Ratio: not null } || (v is HostNumber h && scalarReads.GetValueOrDefault(h.Value)?.Guess is double);

    /// <summary>A number computed of sizes, with what it is exactly.</summary>
    internal HostNumber WithRatio(HostNumber number, Func<Ratio?> ratio) => number with { Ratio = ratio };

    /// <summary>A float rounded to an integer; null where it is not known exactly. It is not negative, which is checked.</summary>
    /// <param name="isUp">Rounded up, else down.</param>
    internal DimExpr? Rounded(HostNumber number, bool isUp)
    {
        if (IsConstructorPhase || number.Ratio?.Invoke() is not { } ratio)
        {
            return null;
        }

        DimExpr over = NotNegative(ratio.Over), under = Positive(ratio.Under);
        if (number.IsSingle && !(over.Constant is <= MostSingle))
        {
            Builder.Facts.RequireAtLeast(MostSingle, over);
        }

        return isUp ? DimExpr.CeilDiv(over, under) : DimExpr.FloorDiv(over, under);
    }

    /// <summary>A whole number to a small power, as a size; null where that is not it.</summary>
    internal DimExpr? Power(AbstractValue number, AbstractValue exponent)
    {
        const int MostFactors = 4;
        return !IsConstructorPhase && MayHaveRatio(number) && RatioOf(exponent) is { Under.IsOne: true, Over.Constant: >= 0 and <= MostFactors and long n } && RatioOf(number) is { Under.IsOne: true, Over: var factor }
            ? DimExpr.Product(Enumerable.Repeat(factor, (int)n)) : null;
    }
}
