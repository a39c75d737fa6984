using System.Globalization;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>Numbers: arithmetic and conversions.</summary>
public sealed partial class Interpreter
{
    /// <summary>The value as a size expression, or null.</summary>
    public static DimExpr? AsDim(AbstractValue v) => v switch
    {
        Constant { Value: long n } => n,
        Size s => s.Value,
        _ => null,
    };

    /// <summary>The value as a rank-0 graph value of the given dtype.</summary>
    public Value AsGraphNumber(AbstractValue v, DType type) => v switch
    {
        Constant { Value: long n } => Builder.Constant(n, type),
        Constant { Value: double d } => Builder.Constant(d, type),
        Size s => CastTo(Builder.Add(Op.Dim, Attributes.Of(("value", s.Value))), type),
        HostNumber h => CastTo(h.Value, type),
        _ => throw Fail(Rules.UnknownBranch, Name(v)),
    };

    public Value CastTo(Value v, DType type) => v.DType == type ? v : Builder.Add(Op.Cast, Attributes.Of(("dtype", type)), v);

    /// <summary>What a value is called in a diagnostic.</summary>
    internal static string Name(AbstractValue v) => v switch
    {
        Constant c => Convert.ToString(c.Value, CultureInfo.InvariantCulture) ?? "null",
        Size s => s.Value.ToString(),
        TensorRef => "a tensor",
        ObjectRef o => o.Access?.ToString() ?? o.Instance.Type.Name,
        Unknown { Access: { } access } u => u.Reason.StartsWith("the field ", StringComparison.Ordinal) || u.Reason.StartsWith("the argument ", StringComparison.Ordinal) ? access.ToString()! : $"{access} ({u.Reason})",
        Unknown u => u.Reason,
        Comparison c => $"{Name(c.Left)} {c.Kind} {Name(c.Right)}",
        HostNumber => "a number computed at run time",
        _ => v.GetType().Name,
    };

    /// <summary>A size of which only a likely value is known.</summary>
    /// <param name="isUntold">Nothing suggests the value.</param>
    internal DimExpr GuessedSize(string name, long likely, bool isUntold = false) => Fresh(Unique(symbols, $"{name}_{Shared.Guesses.Count}"), likely, isUntold);

    internal long? Guess(DimExpr e) => e.Symbols.All(Shared.Guesses.ContainsKey) ? Evaluated(e, Shared.Guesses) : null;

    /// <summary>How many sizes and conditions of the graph are otherwise than constructors suggest. Numbers that nobody has told suggest nothing.</summary>
    internal int Contradictions(Graph graph)
    {
        int contradictions = 0;
        var suggested = new Dictionary<string, long>(Shared.Guesses, StringComparer.Ordinal);
        foreach ((string symbol, long told) in Shared.Guesses.Where(g => IsTold(g.Key)))
        {
            // A size of an argument that must be one of the module's is suggested by that.
            DimExpr now = Builder.Facts.Normalize(DimExpr.Symbol(symbol));
            bool isNew = now.SymbolName is { } name && suggested.TryAdd(name, told);
            contradictions += !isNew && now.Symbols.All(s => IsTold(s) && suggested.ContainsKey(s)) && Evaluated(now, suggested) is long other && other != told ? 1 : 0;
        }

        return contradictions + graph.Constraints.Count(c => IsContradiction(c, suggested));
    }

    private static long? Evaluated(DimExpr e, IReadOnlyDictionary<string, long> values)
    {
        try
        {
            return e.Evaluate(s => values[s]);
        }
        catch (DivideByZeroException)
        {
            return null;
        }
    }

    // Symbols of which nothing is known may be anything, unless they make no difference.
    private bool IsContradiction(DimConstraint c, Dictionary<string, long> suggested)
    {
        (long, long)? first = null;
        foreach (long free in SizesOfInputs)
        {
            try
            {
                (long, long) sides = (c.Left.Evaluate(Value), c.Right.Evaluate(Value));
                if (c.Holds(Value) || !c.Left.Symbols.Concat(c.Right.Symbols).All(IsTold) || (first is { } before && before != sides))
                {
                    return false;
                }

                first = sides;
            }
            catch (DivideByZeroException)
            {
                return false;
            }

            long Value(string symbol) => suggested.TryGetValue(symbol, out long told) ? told : free;
        }

        return true;
    }

    private static readonly long[] SizesOfInputs = [1, 2, 3, 7, 64, 121];

    private bool IsTold(string symbol) => !Shared.Improbable.Contains(symbol);

    /// <summary>The result of an arithmetic instruction.</summary>
    internal AbstractValue Computed(Code code, AbstractValue a, AbstractValue b) => Arithmetic(code, a, b);

    // Constructors have no graph to compute in: a size counts as what it is guessed to be.
    private AbstractValue InConstructor(AbstractValue v, bool isFloat) => v switch
    {
        Size s when isFloat => Guess(s.Value) is long n ? new Constant((double)n, Assumed: true) : new Unknown(null, $"a number made of {s.Value}"),
        HostNumber => new Unknown(null, "a number computed at run time"),
        _ => v,
    };

    private AbstractValue Arithmetic(Code code, AbstractValue a, AbstractValue b)
    {
        (a, b) = (Materialised(a), Materialised(b));
        if (a is StackMemory || b is StackMemory)
        {
            return StackMemory.Moved(this, code, a, b);
        }

        if (IsConstructorPhase)
        {
            bool isFloat = a is Constant { Value: double } || b is Constant { Value: double };
            (a, b) = (InConstructor(a, isFloat), InConstructor(b, isFloat));
        }

        if (a is Unknown || b is Unknown)
        {
            return a is Unknown ? a : b;
        }

        bool assumed = a is Constant { Assumed: true } || b is Constant { Assumed: true };
        bool single = IsSingle(a) && IsSingle(b);
        if (a is Constant { Value: double or long } x && b is Constant { Value: double or long } y)
        {
            if (x.Value is long p && y.Value is long q)
            {
                return new Constant(Integer(code, p, q), assumed);
            }

            double result = Float(code, ToDouble(x), ToDouble(y));
            return new Constant(single ? (float)result : result, assumed, single);
        }

        if (AsDim(a) is { } m && AsDim(b) is { } n)
        {
            AbstractValue size = code switch
            {
                Code.Add or Code.Add_Ovf or Code.Add_Ovf_Un => Sized(m + n),
                Code.Sub or Code.Sub_Ovf or Code.Sub_Ovf_Un => Sized(m - n),
                Code.Mul or Code.Mul_Ovf or Code.Mul_Ovf_Un => Sized(m * n),
                Code.Div or Code.Div_Un => Sized(DimExpr.FloorDiv(NotNegative(m), Positive(n))),
                Code.Rem or Code.Rem_Un => Sized(DimExpr.Mod(NotNegative(m), Positive(n))),
                Code.Shl when n.Constant is >= 0 and <= 30 and long s => Sized(m * (1L << (int)s)),
                Code.Shr when n.Constant is >= 0 and <= 30 and long s => Sized(DimExpr.FloorDiv(m, 1L << (int)s)),
                Code.And when Masked(m, n) is { } masked => Sized(masked),
                _ => throw Fail(Rules.UnsupportedInstruction, $"{code} on a size"),
            };
            return size is Constant c && assumed ? c with { Assumed = true } : size;
        }

        OpDef op = code switch
        {
            Code.Add => Op.Add,
            Code.Sub => Op.Sub,
            Code.Mul => Op.Mul,
            Code.Div => Op.Div,
            _ => throw Fail(Rules.UnsupportedInstruction, $"{code} on a number computed at run time"),
        };
        if (IsInteger(a) && IsInteger(b))
        {
            return code == Code.Div ? throw Fail(Rules.UnsupportedInstruction, "division of integers computed at run time")
                : new HostNumber(Builder.Add(op, AsGraphNumber(a, DType.I64), AsGraphNumber(b, DType.I64)));
        }

        Value wide = Builder.Add(op, AsGraphNumber(a, DType.F64), AsGraphNumber(b, DType.F64));
        var computed = new HostNumber(single ? Rounded(wide) : wide, single);
        return MayHaveRatio(a) && MayHaveRatio(b) ? WithRatio(computed, () => Combined(code, a, b)) : computed;
    }

    // A C# float is carried as f64 and rounded after every operation: + - * / of floats in f64 round to the same.
    internal Value Rounded(Value number) => CastTo(CastTo(number, DType.F32), DType.F64);

    internal static bool IsSingle(AbstractValue v) => v is Constant { IsSingle: true } or HostNumber { IsSingle: true };

    private static bool IsInteger(AbstractValue v) => v is Constant { Value: long } or Size or HostNumber { Value.DType: DType.I64 };

    // The last bits of a size, or all but those: n & 7 is n mod 8, and n & ~7 what that leaves.
    private DimExpr? Masked(DimExpr m, DimExpr n)
    {
        if (m.Constant is not null)
        {
            (m, n) = (n, m);
        }

        return n.Constant switch
        {
            > 0 and < int.MaxValue and long low when long.IsPow2(low + 1) => DimExpr.Mod(NotNegative(m), low + 1),
            < 0 and > int.MinValue and long high when long.IsPow2(-high) => m - DimExpr.Mod(NotNegative(m), -high),
            _ => null,
        };
    }

    // C# rounds quotients towards 0 and sizes are rounded down: the same only without a sign.
    private DimExpr NotNegative(DimExpr m)
    {
        if (m.Constant is < 0)
        {
            throw Fail(Rules.UnsupportedInstruction, $"a quotient of {m}");
        }

        Builder.Facts.RequireAtLeast(m, 0);
        return m;
    }

    private DimExpr Positive(DimExpr n)
    {
        if (n.Constant is <= 0)
        {
            throw n.IsZero ? Fail(Rules.AlwaysThrows, "DivideByZeroException") : Fail(Rules.UnsupportedInstruction, $"a quotient by {n}");
        }

        Builder.Facts.RequireAtLeast(n, 1);
        return n;
    }

    internal static AbstractValue Sized(DimExpr e) => e.Constant is long c ? AbstractValue.Of(c) : e.ToString().Length < MostCharacters ? new Size(e) : throw new OverflowException();

    // Of a size that means something: each step of a longer one would take as long as it is.
    private const int MostCharacters = 4000;

    private static double ToDouble(Constant c) => c.Value is long n ? n : (double)c.Value!;

    // Whether an IL integer has 32 or 64 bits is not known here, so results are taken only where that makes no difference.
    private long Integer(Code code, long a, long b) => code switch
    {
        Code.Div_Un or Code.Rem_Un or Code.Shr_Un when a < 0 || b < 0 => throw Fail(Rules.UnsupportedInstruction, $"{code} of a negative number"),
        Code.Shl or Code.Shr or Code.Shr_Un when b is < 0 or > 31 => throw Fail(Rules.UnsupportedInstruction, $"{code} by {b}"),
        _ => In32Bits(Exact(code, a, b)),
    };

    private long In32Bits(Int128 n) => n >= int.MinValue && n <= int.MaxValue ? (long)n : throw Fail(Rules.UnsupportedInstruction, "integer arithmetic beyond 32 bits");

    private Int128 Exact(Code code, Int128 a, Int128 b) => code switch
    {
        Code.Add or Code.Add_Ovf or Code.Add_Ovf_Un => a + b,
        Code.Sub or Code.Sub_Ovf or Code.Sub_Ovf_Un => a - b,
        Code.Mul or Code.Mul_Ovf or Code.Mul_Ovf_Un => a * b,
        Code.Div or Code.Div_Un when b != 0 => a / b,
        Code.Rem or Code.Rem_Un when b != 0 => a % b,
        Code.And => a & b,
        Code.Or => a | b,
        Code.Xor => a ^ b,
        Code.Shl => a << (int)b,
        Code.Shr or Code.Shr_Un => a >> (int)b,
        _ => throw Fail(Rules.AlwaysThrows, "DivideByZeroException"),
    };

    private double Float(Code code, double a, double b) => code switch
    {
        Code.Add => a + b,
        Code.Sub => a - b,
        Code.Mul => a * b,
        Code.Div => a / b,
        Code.Rem => a % b,
        _ => throw Fail(Rules.UnsupportedInstruction, $"{code} on floats"),
    };

    private AbstractValue Negated(AbstractValue v) => v switch
    {
        Constant { Value: long n } c => c with { Value = In32Bits(-(Int128)n) },
        Constant { Value: double d } c => c with { Value = -d },
        Size s => Sized(s.Value * -1),
        HostNumber h => h with { Value = Builder.Add(Op.Neg, h.Value) },
        Unknown when IsConstructorPhase => v,
        _ => throw Fail(Rules.UnsupportedInstruction, "neg"),
    };

    private AbstractValue Converted(Code code, AbstractValue v)
    {
        v = Materialised(v);
        bool toFloat = code is Code.Conv_R4 or Code.Conv_R8 or Code.Conv_R_Un, single = code == Code.Conv_R4;
        switch (v)
        {
            case Constant { Value: long n } c when toFloat:
                return n < 0 && code == Code.Conv_R_Un ? throw Fail(Rules.UnsupportedInstruction, $"{code} of a negative number")
                    : c with { Value = single ? (double)(float)n : (double)n, IsSingle = single };
            case Constant { Value: double d } c when toFloat:
                return c with { Value = single ? (double)(float)d : d, IsSingle = single };
            case Constant { Value: double d, Assumed: true } when IsConstructorPhase && Narrowed(code, d) is >= 0 and long probable:
                return Width(probable);
            case Constant { Value: double d } c:
                return Narrowed(code, d) is long whole ? c with { Value = whole, IsSingle = false } : throw Fail(Rules.UnsupportedInstruction, $"{code} of {d}");
            case Constant { Value: long n } c:
                return c with { Value = Narrowed(code, n) };
            case Size s when !toFloat:
                return Fitted(code, s);
            case Size or HostNumber when toFloat && IsConstructorPhase:
                return InConstructor(v, isFloat: true) is Constant { Value: double guessed } likely ? likely with { Value = single ? (double)(float)guessed : guessed, IsSingle = single } : InConstructor(v, isFloat: true);
            case Size or HostNumber when toFloat:
                Value number = AsGraphNumber(v, DType.F64);
                var wide = new HostNumber(single ? Rounded(number) : number, single);
                return v is Size size ? WithRatio(wide, () => new Ratio(size.Value, 1)) : v is HostNumber { Ratio: { } ratio } from && (from.IsSingle || !single) ? WithRatio(wide, ratio) : wide;
            case HostNumber h when code is Code.Conv_I4 or Code.Conv_I8 && Rounded(h, isUp: false) is { } down:
                return Converted(code, Sized(down));
            case HostNumber h when code is Code.Conv_I4 or Code.Conv_I8:
                return new HostNumber(CastTo(h.Value, DType.I64));
            default:
                return v is Unknown or Pointer or ObjectRef or StackMemory ? v : throw Fail(Rules.UnsupportedInstruction, code);
        }
    }

    // A width that a constructor computes with floats, (int)(channels * ratio), differs from object to object as its operands do.
    private Size Width(long likely) => new(GuessedSize("width", likely, isUntold: Shared.Improbable.Count > 0));

    // A size fits into the type, which is checked, and stays what it is.
    private Size Fitted(Code code, Size size)
    {
        (long Low, long High)? range = WidthOf(code) switch
        {
            "I1" => (sbyte.MinValue, sbyte.MaxValue),
            "U1" => (byte.MinValue, byte.MaxValue),
            "I2" => (short.MinValue, short.MaxValue),
            "U2" => (ushort.MinValue, ushort.MaxValue),
            "I4" => (int.MinValue, int.MaxValue),
            "U4" => (0, int.MaxValue),
            _ => null,
        };
        if (range is var (low, high))
        {
            Builder.Facts.RequireAtLeast(high, size.Value);
            Builder.Facts.RequireAtLeast(size.Value, low);
        }
        else if (code is Code.Conv_U8 or Code.Conv_U or Code.Conv_Ovf_U8 or Code.Conv_Ovf_U or >= Code.Conv_Ovf_I1_Un and <= Code.Conv_Ovf_U_Un)
        {
            Builder.Facts.RequireAtLeast(size.Value, 0);
        }

        return size;
    }

    // I1, U1 and so on; null for what is as long as a size.
    private static string? WidthOf(Code code) => code.ToString().Split('_').FirstOrDefault(part => part.Length == 2 && char.IsDigit(part[1]) && part[1] != '8');

    private long Narrowed(Code code, long n)
    {
        string name = code.ToString();
        long fitted = WidthOf(code) switch
        {
            "I1" => (sbyte)n,
            "U1" => (byte)n,
            "I2" => (short)n,
            "U2" => (ushort)n,
            "I4" => (int)n,
            "U4" => (uint)n,
            _ => n,
        };

        // Zero extension depends on the width of the source; an overflow is an exception.
        bool isUnsafe = n < 0 && (code is Code.Conv_U8 or Code.Conv_Ovf_U8 || name.EndsWith("_Un", StringComparison.Ordinal));
        return isUnsafe || (fitted != n && name.Contains("_Ovf", StringComparison.Ordinal)) ? throw Fail(Rules.UnsupportedInstruction, $"{code} of {n}") : fitted;
    }

    // What becomes of a float outside the range is not the same everywhere.
    private long? Narrowed(Code code, double d)
    {
        double whole = Math.Truncate(d);
        return whole is > -9e18 and < 9e18 && Narrowed(code, (long)whole) is var n && n == (long)whole ? n : null;
    }
}
