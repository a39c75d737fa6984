using System.Globalization;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>Numbers: arithmetic, conversions, comparisons, and deciding them.</summary>
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

    internal long? Guess(DimExpr e)
    {
        try
        {
            return e.Symbols.All(Shared.Guesses.ContainsKey) ? e.Evaluate(s => Shared.Guesses[s]) : null;
        }
        catch (DivideByZeroException)
        {
            return null;
        }
    }

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
        return new HostNumber(single ? Rounded(wide) : wide, single);
    }

    // A C# float is carried as f64 and rounded after every operation: + - * / of floats in f64 round to the same.
    internal Value Rounded(Value number) => CastTo(CastTo(number, DType.F32), DType.F64);

    internal static bool IsSingle(AbstractValue v) => v is Constant { IsSingle: true } or HostNumber { IsSingle: true };

    private static bool IsInteger(AbstractValue v) => v is Constant { Value: long } or Size or HostNumber { Value.DType: DType.I64 };

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
            case Constant { Value: double d } c:
                return Narrowed(code, d) is long whole ? c with { Value = whole, IsSingle = false } : throw Fail(Rules.UnsupportedInstruction, $"{code} of {d}");
            case Constant { Value: long n } c:
                return c with { Value = Narrowed(code, n) };
            case Size s when code is Code.Conv_I8 or Code.Conv_U8 or Code.Conv_I or Code.Conv_U or Code.Conv_Ovf_I or Code.Conv_Ovf_I8:
                return s;
            case Size s when code is Code.Conv_I4 or Code.Conv_U4 or Code.Conv_Ovf_I4 or Code.Conv_Ovf_I4_Un or Code.Conv_Ovf_U4:
                Builder.Facts.RequireAtLeast(int.MaxValue, s.Value);
                return s;
            case Size or HostNumber when toFloat && IsConstructorPhase:
                return InConstructor(v, isFloat: true) is Constant { Value: double guessed } likely ? likely with { Value = single ? (double)(float)guessed : guessed, IsSingle = single } : InConstructor(v, isFloat: true);
            case Size or HostNumber when toFloat:
                Value number = AsGraphNumber(v, DType.F64);
                return new HostNumber(single ? Rounded(number) : number, single);
            case HostNumber h when code is Code.Conv_I4 or Code.Conv_I8:
                return new HostNumber(CastTo(h.Value, DType.I64));
            default:
                return v is Unknown or Pointer or ObjectRef or StackMemory ? v : throw Fail(Rules.UnsupportedInstruction, code);
        }
    }

    private long Narrowed(Code code, long n)
    {
        string name = code.ToString();
        long fitted = name.Split('_').FirstOrDefault(part => part.Length == 2 && char.IsDigit(part[1])) switch
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

    // A comparison used as a number is decided there and then.
    private AbstractValue Materialised(AbstractValue v) => v is Comparison ? AbstractValue.Of(Decide(v, preferred: false)) : v;

    // Unsigned integers, or floats of which one may be NaN.
    private AbstractValue CompareUnsigned(ComparisonKind kind, AbstractValue a, AbstractValue b)
    {
        (a, b) = (Materialised(a), Materialised(b));
        if (a is Constant { Value: double.NaN } || b is Constant { Value: double.NaN })
        {
            return AbstractValue.Of(true);
        }

        if (b is Constant { Value: 0L } && IsInteger(a))
        {
            kind = kind == ComparisonKind.Greater ? ComparisonKind.NotEqual : kind == ComparisonKind.LessOrEqual ? ComparisonKind.Equal : kind;
        }

        // Of numbers that have been extended by their sign the negative ones are the greater ones, in 32 bits and in 64.
        if (a is Constant { Value: long m } x && b is Constant { Value: long n } y && m is >= int.MinValue and <= int.MaxValue && n is >= int.MinValue and <= int.MaxValue)
        {
            return new Constant(Holds(kind, ((ulong)m).CompareTo((ulong)n)) ? 1L : 0L, x.Assumed || y.Assumed);
        }

        if (kind is not (ComparisonKind.Equal or ComparisonKind.NotEqual) && IsInteger(a) && IsInteger(b))
        {
            foreach (AbstractValue v in new[] { a, b })
            {
                if (v is HostNumber or Constant { Value: < 0L })
                {
                    throw Fail(Rules.UnsupportedInstruction, $"an unsigned comparison of {Name(v)}");
                }

                if (v is Size s)
                {
                    Builder.Facts.RequireAtLeast(s.Value, 0);
                }
            }
        }

        return Compare(kind, a, b);
    }

    internal AbstractValue Compare(ComparisonKind kind, AbstractValue a, AbstractValue b)
    {
        // A comparison compared with 0 is it or its opposite: the usual IL of !(x < y).
        if (a is Comparison inner && b is Constant { Value: long zeroOrOne } && kind is ComparisonKind.Equal or ComparisonKind.NotEqual && zeroOrOne is 0 or 1 && a is Comparison)
        {
            inner = (Comparison)a;
            return (kind == ComparisonKind.Equal) == (zeroOrOne == 1) ? inner : inner with { Kind = Opposite(inner.Kind) };
        }

        (a, b) = (Materialised(a), Materialised(b));
        if (TryCompare(kind, a, b) is bool known)
        {
            return new Constant(known ? 1L : 0L, a is Constant { Assumed: true } || b is Constant { Assumed: true });
        }

        return new Comparison(kind, a, b);
    }

    internal static ComparisonKind Opposite(ComparisonKind kind) => kind switch
    {
        ComparisonKind.Equal => ComparisonKind.NotEqual,
        ComparisonKind.NotEqual => ComparisonKind.Equal,
        ComparisonKind.Less => ComparisonKind.GreaterOrEqual,
        ComparisonKind.LessOrEqual => ComparisonKind.Greater,
        ComparisonKind.Greater => ComparisonKind.LessOrEqual,
        _ => ComparisonKind.Less,
    };

    private bool? TryCompare(ComparisonKind kind, AbstractValue a, AbstractValue b)
    {
        if (a is Constant { Value: long or double } x && b is Constant { Value: long or double } y)
        {
            return x.Value is long p && y.Value is long q ? Holds(kind, p.CompareTo(q)) : HoldsFloat(kind, ToDouble(x), ToDouble(y));
        }

        if (AsDim(a) is { } m && AsDim(b) is { } n)
        {
            (m, n) = (Builder.Facts.Normalize(m), Builder.Facts.Normalize(n));
            return (m - n).Constant is long d ? Holds(kind, d.CompareTo(0)) : TryCompareSizes(kind, m, n);
        }

        if (a is Unknown or HostNumber or Size || b is Unknown or HostNumber or Size)
        {
            return null;
        }

        // References.
        if (IsAssumedObject(a) || IsAssumedObject(b))
        {
            Doubt();
        }

        bool same = (a, b) switch
        {
            (Constant { Value: null }, Constant { Value: null }) => true,
            (Constant { Value: string s }, Constant { Value: string t }) => s == t,
            (_, Constant { Value: null }) or (Constant { Value: null }, _) => false,
            (ObjectRef { Access: { } p }, ObjectRef { Access: { } q }) => SamePlace(p, q, a),
            (ObjectRef o, ObjectRef p) => ReferenceEquals(o.Instance, p.Instance),
            (TensorRef s, TensorRef t) when ReferenceEquals(s.Object, t.Object) => true,
            (TensorRef { Object.Access: { } p }, TensorRef { Object.Access: { } q }) => SamePlace(p, q, a),
            (TensorRef, TensorRef) => false,
            (Token s, Token t) => s.Member.FullName == t.Member.FullName,
            _ => throw Fail(Rules.UnknownBranch, $"whether {Name(a)} is {Name(b)}"),
        };

        // cgt.un against null is the usual IL of "!= null".
        return kind switch
        {
            ComparisonKind.Equal => same,
            ComparisonKind.NotEqual or ComparisonKind.Greater => !same,
            _ => throw Fail(Rules.UnsupportedInstruction, $"{kind} on references"),
        };
    }

    // Two places may hold one object.
    private bool SamePlace(Access a, Access b, AbstractValue named) =>
        a.Key == b.Key ? true : throw Fail(Rules.UnknownBranch, $"whether {a} is {b} ({Name(named)})");

    private static bool? TryCompareSizes(ComparisonKind kind, DimExpr m, DimExpr n)
    {
        switch (kind)
        {
            case ComparisonKind.GreaterOrEqual or ComparisonKind.Less:
                return DimExpr.AtLeast(m, n) ? kind == ComparisonKind.GreaterOrEqual : DimExpr.AtLeast(n, m + 1) ? kind == ComparisonKind.Less : null;
            case ComparisonKind.LessOrEqual or ComparisonKind.Greater:
                return DimExpr.AtLeast(n, m) ? kind == ComparisonKind.LessOrEqual : DimExpr.AtLeast(m, n + 1) ? kind == ComparisonKind.Greater : null;
            default:
                return DimExpr.AtLeast(m, n + 1) || DimExpr.AtLeast(n, m + 1) ? kind == ComparisonKind.NotEqual : null;
        }
    }

    private static bool Holds(ComparisonKind kind, int order) => kind switch
    {
        ComparisonKind.Equal => order == 0,
        ComparisonKind.NotEqual => order != 0,
        ComparisonKind.Less => order < 0,
        ComparisonKind.LessOrEqual => order <= 0,
        ComparisonKind.Greater => order > 0,
        _ => order >= 0,
    };

    private static bool HoldsFloat(ComparisonKind kind, double a, double b) => kind switch
    {
        ComparisonKind.Equal => a == b,
        ComparisonKind.NotEqual => a != b,
        ComparisonKind.Less => a < b,
        ComparisonKind.LessOrEqual => a <= b,
        ComparisonKind.Greater => a > b,
        _ => a >= b,
    };

    /// <summary>The outcome of a condition; one that only run-time values know is assumed, and guarded.</summary>
    /// <param name="isFirm">The preference is more than the usual order of branches: the other one ends in an exception.</param>
    internal bool Decide(AbstractValue condition, bool preferred, bool isFirm = false)
    {
        if (condition is not Constant { Assumed: false } and not ObjectRef and not TensorRef and not DelegateRef and not Token || IsAssumedObject(condition))
        {
            Doubt();
        }

        bool decided = Decided(condition, preferred, isFirm);
        likely = null;
        return decided;
    }

    // Nobody knows that there is such an object, nor its type.
    private static bool IsAssumedObject(AbstractValue v) => v is ObjectRef { Access: null, Instance.IsAssumed: true };

    /// <summary>From here on what a constructor does follows from a guess.</summary>
    internal void Doubt() => Shared.IsCertain &= !IsConstructorPhase;

    private bool Decided(AbstractValue condition, bool preferred, bool isFirm) => condition switch
    {
        Constant { Value: long n } => n != 0,
        Constant { Value: null } => false,
        Constant { Value: string } or ObjectRef or TensorRef or DelegateRef or Token or Boxed => true,
        Size or HostNumber => Decided(Compare(ComparisonKind.NotEqual, condition, AbstractValue.Of(0L)), preferred, isFirm),
        Comparison { Left: Unknown { Access: { } access }, Right: Constant { IsNull: true } } c when !IsConstructorPhase => DecideNull(access, whenTrue: c.Kind is ComparisonKind.Equal or ComparisonKind.LessOrEqual) == (c.Kind is ComparisonKind.Equal or ComparisonKind.LessOrEqual),
        Comparison c when AsDim(c.Left) is { } a && AsDim(c.Right) is { } b => DecideSizes(c.Kind, a, b, preferred, isFirm),
        Comparison c => DecideHost(c, preferred),
        Unknown u when IsConstructorPhase => Decisions.Take(preferred),
        Unknown { Access: { } access } u when World.Resolve(access.Type) is not { IsValueType: true } => !DecideNull(access, whenTrue: false),
        var other => throw Fail(Rules.UnknownBranch, Name(other)),
    };

    // A tensor's size against 0: code for empty tensors is for rare calls.
    private bool IsUsuallyPositive(DimExpr a, DimExpr b) =>
        b.IsZero && a.SymbolName is { } size && !DimExpr.IsHostNumber(size) && !Builder.Inputs.Any(i => i.Kind == InputKind.Scalar && i.Name == size);

    // Sizes that nobody knows are more than 1, fit each other, and are round.
    private bool? Typical(ComparisonKind kind, DimExpr a, DimExpr b)
    {
        const long Usual = 8;
        if (a.Symbols.Concat(b.Symbols).Any(s => !Shared.Guesses.ContainsKey(s) && (DimExpr.IsHostNumber(s) || Builder.Inputs.Any(i => i.Kind == InputKind.Scalar && i.Name == s))))
        {
            return null;
        }

        try
        {
            return Holds(kind, a.Evaluate(s => Shared.Guesses.GetValueOrDefault(s, Usual)).CompareTo(b.Evaluate(s => Shared.Guesses.GetValueOrDefault(s, Usual))));
        }
        catch (Exception e) when (e is DivideByZeroException or OverflowException)
        {
            return null;
        }
    }

    // Whether two numbers that nobody knows are equal.
    private bool IsOpen(ComparisonKind kind, DimExpr a, DimExpr b) =>
        kind is ComparisonKind.Equal or ComparisonKind.NotEqual && a.Symbols.Concat(b.Symbols).Any(Shared.Improbable.Contains);

    private readonly List<int> openDecisions = [];

    /// <summary>Decisions that no guess took, by their number.</summary>
    internal IReadOnlyList<int> OpenDecisions => openDecisions;

    private bool DecideSizes(ComparisonKind kind, DimExpr a, DimExpr b, bool preferred, bool isFirm)
    {
        bool? guess = Guess(a) is long x && Guess(b) is long y ? Holds(kind, x.CompareTo(y)) : null;
        if (IsConstructorPhase && guess is bool known && !IsOpen(kind, a, b))
        {
            return known;
        }

        if (guess is null)
        {
            openDecisions.Add(Decisions.Count);
        }

        bool outcome = Decisions.Take(likely is { } seen && (guess is null || seen.IsAlways) ? seen.IsTaken : guess ?? (IsUsuallyPositive(a, b) ? Holds(kind, 1) : isFirm || IsConstructorPhase ? preferred : Typical(kind, a, b) ?? preferred));
        if (IsConstructorPhase)
        {
            return outcome;
        }

        Builder.Facts.Location = Location;
        DimFacts facts = Builder.Facts;
        switch (outcome ? kind : Opposite(kind))
        {
            case ComparisonKind.Equal when !facts.TryEqual(a, b):
                throw Fail(Rules.ShapeMismatch, $"{a} == {b} cannot hold");
            case ComparisonKind.NotEqual:
                facts.RequireDifferent(a, b);
                break;
            case ComparisonKind.Less:
                facts.RequireAtLeast(b, a + 1);
                break;
            case ComparisonKind.LessOrEqual:
                facts.RequireAtLeast(b, a);
                break;
            case ComparisonKind.Greater:
                facts.RequireAtLeast(a, b + 1);
                break;
            case ComparisonKind.GreaterOrEqual:
                facts.RequireAtLeast(a, b);
                break;
        }

        return outcome;
    }

    // Host numbers read from outside compared with a constant become a guard on that number.
    private bool DecideHost(Comparison c, bool preferred)
    {
        if (c.Left is HostNumber h && c.Right is Constant { Value: double or long } k && scalarReads.TryGetValue(h.Value, out ScalarRead? read))
        {
            bool outcome = read.Guess is double g ? HoldsFloat(c.Kind, g, ToDouble(k)) : Decisions.Take(preferred);
            AddGuard(new Guard.Compare(read.Access, outcome ? c.Kind : Opposite(c.Kind), ToDouble(k), Location));
            return outcome;
        }

        if (IsConstructorPhase)
        {
            return Decisions.Take(preferred);
        }

        if (c is { Left: HostNumber or Constant { Value: double or long } or Size, Right: HostNumber or Constant { Value: double or long } or Size })
        {
            valueDecisions.Add(Decisions.Count);
            bool assumed = Decisions.Take(preferred);
            Require(ConditionOf(c), assumed);
            return assumed;
        }

        throw Fail(Rules.UnknownBranch, Name(c));
    }
}
