using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>Comparisons, and how they are decided: known, proved of sizes, guessed, or assumed and guarded.</summary>
public sealed partial class Interpreter
{
    private bool? IsGuessed(Comparison c) => AsDim(c.Left) is { } a && AsDim(c.Right) is { } b && Guess(a) is long x && Guess(b) is long y ? Holds(c.Kind, x.CompareTo(y)) : null;

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

        AskedForNull(b is Constant { IsNull: true } ? a : a is Constant { IsNull: true } ? b : null);
        bool same = (a, b) switch
        {
            (Constant { Value: null }, Constant { Value: null }) => true,
            (Constant { Value: string s }, Constant { Value: string t }) => s == t,
            (_, Constant { Value: null }) or (Constant { Value: null }, _) => false,
            (ObjectRef { Access: { } p }, ObjectRef { Access: { } q }) => SamePlace(p, q, a, b),
            (ObjectRef o, ObjectRef p) => ReferenceEquals(o.Instance, p.Instance),
            (TensorRef s, TensorRef t) when ReferenceEquals(s.Object, t.Object) => true,
            (TensorRef { Object.Access: { } p }, TensorRef { Object.Access: { } q }) => SamePlace(p, q, a, b),
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

    // What has been decided once holds from there on.
    private bool? TryCompareSizes(ComparisonKind kind, DimExpr m, DimExpr n)
    {
        DimFacts facts = Builder.Facts;
        switch (kind)
        {
            case ComparisonKind.GreaterOrEqual or ComparisonKind.Less:
                return facts.IsAtLeast(m, n) ? kind == ComparisonKind.GreaterOrEqual : facts.IsAtLeast(n, m + 1) ? kind == ComparisonKind.Less : null;
            case ComparisonKind.LessOrEqual or ComparisonKind.Greater:
                return facts.IsAtLeast(n, m) ? kind == ComparisonKind.LessOrEqual : facts.IsAtLeast(m, n + 1) ? kind == ComparisonKind.Greater : null;
            default:
                return facts.AreDifferent(m, n) ? kind == ComparisonKind.NotEqual : facts.IsAtLeast(m, n) && facts.IsAtLeast(n, m) ? kind == ComparisonKind.Equal : null;
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

        AskedForNull(condition);
        bool decided = Decided(condition, preferred, isFirm);
        likely = null;
        return decided;
    }

    // Who asks expects both answers.
    private void AskedForNull(AbstractValue? v)
    {
        if (v is TensorRef { Object.Access: { } tensor })
        {
            Shared.Places?.MarkNullable(tensor, isTensor: true);
        }
        else if (v is ObjectRef { Access: { } place, Instance.IsStruct: false })
        {
            Shared.Places?.MarkNullable(place, isTensor: false);
        }
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
        Unknown { Type.MetadataType: Mono.Cecil.MetadataType.String, MayBeNull: false } when IsConstructorPhase => true,
        Unknown u when IsConstructorPhase => Decisions.Take(preferred),
        Unknown { Access: { } access } u when World.Resolve(access.Type) is not { IsValueType: true } => !DecideNull(access, whenTrue: false),
        var other => throw Fail(Rules.UnknownBranch, Name(other)),
    };

    // A tensor's size against 0: code for empty tensors is for rare calls.
    private bool IsUsuallyPositive(DimExpr a, DimExpr b) =>
        b.IsZero && a.SymbolName is { } size && !DimExpr.IsHostNumber(size) && !Builder.Inputs.Any(i => i.Kind == InputKind.Scalar && i.Name == size);

    // Sizes that nobody knows are more than 1, fit each other, and are round: code that compares them is ready for others.
    private bool? Typical(ComparisonKind kind, DimExpr a, DimExpr b)
    {
        const long Usual = 8;
        if (kind is ComparisonKind.Equal or ComparisonKind.NotEqual && a.Constant is null && b.Constant is null)
        {
            return kind == ComparisonKind.Equal;
        }

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

    // A number that the caller gives, or a size of a tensor that it gives.
    private bool IsPassed(string symbol) => Builder.Inputs.Zip(inputs).Any(p => PlaceTypes.IsPassed(p.Second)
        && (p.First.Kind == InputKind.Scalar ? p.First.Name == symbol : p.First.Value.Shape.Any(d => d.SymbolName == symbol)));

    private readonly List<int> openDecisions = [];
    private readonly Dictionary<Instruction, List<int>> settingDecisions = [];

    /// <summary>Decisions that the guessed values of numbers took, by their number. One that is taken again and again counts the turns of a loop.</summary>
    internal IEnumerable<int> SettingDecisions => settingDecisions.Values.Where(d => d.Count == 1).Select(d => d[0]).Order();

    private bool? pinsSettings;

    /// <summary>A decision that nothing suggests: the other ways get versions of their own.</summary>
    private int Open(int options, int preferred = 0)
    {
        openDecisions.Add(Decisions.Count);
        return Decisions.Choose(options, preferred);
    }

    /// <summary>Settings of layers that are only guessed are taken for granted; else such layers are called as they are.</summary>
    internal bool PinsSettings
    {
        get
        {
            if (pinsSettings is null)
            {
                SettingsDecision = Decisions.Count;
                pinsSettings = IsConstructorPhase || Decisions.Take(true);
            }

            return pinsSettings.Value;
        }
    }

    /// <summary>The decision whether settings are taken for granted, where there was one.</summary>
    internal int? SettingsDecision { get; private set; }

    /// <summary>Decisions that no guess took, by their number.</summary>
    internal IReadOnlyList<int> OpenDecisions => openDecisions;

    private bool DecideSizes(ComparisonKind kind, DimExpr a, DimExpr b, bool preferred, bool isFirm)
    {
        if (IsVarying(a) || IsVarying(b))
        {
            throw Fail(Rules.UnknownBranch, $"{a} and {b}");
        }

        bool? guess = Guess(a) is long x && Guess(b) is long y ? Holds(kind, x.CompareTo(y)) : null;
        if (IsConstructorPhase && guess is bool known && !IsOpen(kind, a, b))
        {
            return known;
        }

        if (guess is null)
        {
            if (a.Symbols.Concat(b.Symbols).Any(DimExpr.IsHostNumber))
            {
                NoteLoopExit(loopExits);
            }

            openDecisions.Add(Decisions.Count);
        }
        else if (!IsConstructorPhase)
        {
            if (!settingDecisions.TryGetValue(frames.Peek().Current, out List<int>? here))
            {
                settingDecisions[frames.Peek().Current] = here = [];
            }

            here.Add(Decisions.Count);
        }

        if (!IsConstructorPhase && a.Symbols.Concat(b.Symbols).Any(IsPassed))
        {
            NoteLoopExit(countExits);
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
            return c is { Left: Unknown { Type.MetadataType: Mono.Cecil.MetadataType.String, MayBeNull: false }, Right: Constant { IsNull: true } } ? c.Kind is not (ComparisonKind.Equal or ComparisonKind.LessOrEqual) : Decisions.Take(preferred);
        }

        if (c is { Left: HostNumber or Constant { Value: double or long } or Size, Right: HostNumber or Constant { Value: double or long } or Size })
        {
            valueDecisions.Add(Decisions.Count);
            NoteLoopExit(loopExits);
            bool assumed = Decisions.Take(preferred);
            Require(ConditionOf(c), assumed);
            return assumed;
        }

        throw Fail(Rules.UnknownBranch, Name(c));
    }
}
