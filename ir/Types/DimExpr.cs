using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace DlAot.Ir;

/// <summary>
/// A size as an integer expression over symbols, kept in one normal form: a sum of terms, each a coefficient times a sorted
/// product of atoms. Equal expressions have equal text. Symbols stand for sizes and are never negative, except that <c>$k</c>
/// is the i64 scalar input <c>k</c> and may be any integer. A size that divides is taken not to be 0.
/// </summary>
/// <remarks>Operations throw <see cref="OverflowException"/> where a coefficient leaves 64 bits or the expression grows without bounds.</remarks>
public sealed class DimExpr : IEquatable<DimExpr>
{
    // No program that means something comes near; one that squares a size a hundred times would not end.
    private const int MostTerms = 20_000, MostCharacters = 200_000;

    private readonly ImmutableArray<Term> terms;
    private readonly string text;
    private string[]? symbols;

    private DimExpr(IEnumerable<Term> unordered)
        : this(InOrder(unordered as Term[] ?? [.. unordered]))
    {
    }

    /// <param name="ordered">As <see cref="Terms"/>: sorted, no two alike, none 0.</param>
    private DimExpr(ImmutableArray<Term> ordered)
    {
        terms = ordered;
        text = Format(terms);
        if (text.Length > MostCharacters)
        {
            throw new OverflowException("A size has too many terms.");
        }
    }

    private static ImmutableArray<Term> InOrder(Term[] given) => given.Length == 1 ? given[0].Coefficient == 0 ? [] : [given[0]] :
    [
        .. given
            .GroupBy(t => t.Key)
            .Select(g => g.First() with { Coefficient = g.Sum(t => t.Coefficient) })
            .Where(t => t.Coefficient != 0)
            .Order(Comparer<Term>.Create(Compare)),
    ];

    // Highest degree first.
    private static int Compare(Term a, Term b) => a.Atoms.Length != b.Atoms.Length ? b.Atoms.Length - a.Atoms.Length : string.CompareOrdinal(a.Key, b.Key);

    /// <summary>Sum terms, highest degree first; empty means 0.</summary>
    public ImmutableArray<Term> Terms => terms;

    /// <summary>The value when there is no symbol in it.</summary>
    public long? Constant => terms.Length == 0 ? 0 : terms.Length == 1 && terms[0].Atoms.IsEmpty ? terms[0].Coefficient : null;

    /// <summary>The name when the expression is one symbol and nothing else.</summary>
    public string? SymbolName => terms is [{ Coefficient: 1, Atoms: [Atom.Symbol s] }] ? s.Name : null;

    public bool IsOne => Constant == 1;

    public bool IsZero => terms.IsEmpty;

    public static DimExpr Zero { get; } = new([]);

    public static DimExpr One { get; } = 1;

    public static DimExpr Symbol(string name) => new([new Term(1, [new Atom.Symbol(name)])]);

    /// <summary>True for <c>$k</c>: the i64 scalar input <c>k</c>, which may be negative.</summary>
    public static bool IsHostNumber(string symbol) => symbol.StartsWith('$');

    public static implicit operator DimExpr(long value) => value == 0 ? Zero ?? new([]) : new([new Term(value, [])]);

    public static DimExpr operator +(DimExpr a, DimExpr b) => a.IsZero ? b : b.IsZero ? a : new([.. Combined(a, 1, b)]);

    public static DimExpr operator -(DimExpr a, DimExpr b) => b.IsZero ? a : new([.. Combined(a, -1, b)]);

    // The terms of a + factor * b in order.
    private static IEnumerable<Term> Combined(DimExpr a, long factor, DimExpr b)
    {
        for (int i = 0, k = 0; i < a.terms.Length || k < b.terms.Length;)
        {
            int order = i == a.terms.Length ? 1 : k == b.terms.Length ? -1 : Compare(a.terms[i], b.terms[k]);
            Term term = order <= 0 ? a.terms[i] : b.terms[k];
            long coefficient = checked((order <= 0 ? a.terms[i++].Coefficient : 0) + (order >= 0 ? factor * b.terms[k++].Coefficient : 0));
            if (coefficient != 0)
            {
                yield return coefficient == term.Coefficient ? term : term with { Coefficient = coefficient };
            }
        }
    }

    public static DimExpr operator *(DimExpr a, DimExpr b) =>
        a.IsOne ? b : b.IsOne ? a : (long)a.terms.Length * b.terms.Length > MostTerms ? throw new OverflowException("A size has too many terms.") : new(from x in a.terms from y in b.terms select x.Times(y));

    public static DimExpr Product(IEnumerable<DimExpr> factors) => factors.Aggregate(One, (x, y) => x * y);

    /// <summary>
    /// Rounds toward minus infinity. What divides exactly moves out, <c>(4*N+7) / 4 => N+1 + (3 / 4) => N+1</c>, and divisions by
    /// positive constants merge, <c>((H+1)/2 + 1) / 2 => (H+3) / 4</c>.
    /// </summary>
    public static DimExpr FloorDiv(DimExpr a, DimExpr b)
    {
        if (TryDivide(a, b) is { } quotient)
        {
            return quotient;
        }

        if (b.Constant is < 0)
        {
            return FloorDiv(a * -1, b * -1);
        }

        (DimExpr whole, DimExpr rest) = SplitDivisible(a, b);
        if (b.Constant is not long divisor || divisor == 0)
        {
            return whole + FromAtom(new Atom.FloorDiv(rest, b));
        }

        if (rest.Constant is not null)
        {
            return whole;
        }

        // (g*p + c) / (g*d) => (p + c/g) / d
        long g = rest.terms.Where(t => !t.Atoms.IsEmpty).Aggregate(divisor, (x, t) => Gcd(x, t.Coefficient));
        if (g > 1)
        {
            return whole + FloorDiv(new DimExpr(rest.terms.Select(t => t with { Coefficient = Floor(t.Coefficient, g) })), divisor / g);
        }

        // (u/v + s) / d => (u + s*v) / (v*d)
        Term[] nested = [.. rest.terms.Where(t => t is { Coefficient: 1, Atoms: [Atom.FloorDiv { Right.Constant: > 0 }] })];
        if (nested is [{ Atoms: [Atom.FloorDiv inner] } only])
        {
            return whole + FloorDiv(inner.Left + ((rest - new DimExpr([only])) * inner.Right), inner.Right * b);
        }

        return whole + FromAtom(new Atom.FloorDiv(rest, b));
    }

    public static DimExpr CeilDiv(DimExpr a, DimExpr b) => FloorDiv(a + b - 1, b);

    /// <summary>Remainder with the sign of the divisor.</summary>
    public static DimExpr Mod(DimExpr a, DimExpr b)
    {
        if (b.Constant is < 0)
        {
            return Mod(a * -1, b * -1) * -1; // one form for divisors of either sign
        }

        if (TryDivide(a, b) is not null)
        {
            return 0;
        }

        if (a.Constant is long x && b.Constant is long y && y != 0)
        {
            return Remainder(x, y);
        }

        (_, DimExpr rest) = SplitDivisible(a, b);
        if (b.Constant is not > 0 || rest.Constant is not null)
        {
            return rest.IsZero || b.Constant is > 0 ? rest : FromAtom(new Atom.Mod(rest, b));
        }

        // (g*p) mod (g*d) => g * (p mod d)
        long g = rest.terms.Aggregate(b.Constant.Value, (x, t) => Gcd(x, t.Coefficient));
        return g > 1 ? Mod(TryDivide(rest, g)!, b.Constant.Value / g) * g : FromAtom(new Atom.Mod(rest, b));
    }

    public static DimExpr Max(DimExpr a, DimExpr b) => AtLeast(a, b) ? a : AtLeast(b, a) ? b : Ordered(a, b, (x, y) => new Atom.Max(x, y));

    public static DimExpr Min(DimExpr a, DimExpr b) => AtLeast(a, b) ? b : AtLeast(b, a) ? a : Ordered(a, b, (x, y) => new Atom.Min(x, y));

    /// <summary>True when a &gt;= b for every non-negative value of the symbols. False means "not proved".</summary>
    public static bool AtLeast(DimExpr a, DimExpr b) => Combined(a, -1, b).All(IsNonNegative);

    /// <summary>Whether the sum of both is not negative for all sizes.</summary>
    internal static bool IsSumNonNegative(DimExpr a, DimExpr b) => Combined(a, 1, b).All(IsNonNegative);

    private static bool IsNonNegative(Term t) => t.Coefficient >= 0 && t.Atoms.All(x => x.IsNonNegative);

    /// <summary>a / b when the division is exact for every value of the symbols (b not being 0), else null.</summary>
    public static DimExpr? TryDivide(DimExpr a, DimExpr b)
    {
        if (a.IsZero || b.IsZero)
        {
            return b.IsZero ? null : a;
        }

        if (b.terms is [var divisor])
        {
            var quotients = a.terms.Select(t => t.DividedBy(divisor)).ToArray();
            return quotients.All(t => t is not null) ? new DimExpr(quotients.Select(t => t!)) : null;
        }

        // (k*t) / t for a whole sum t.
        if (a.terms.Length == b.terms.Length && !a.terms.IsEmpty && a.terms[0].DividedBy(b.terms[0]) is { } k)
        {
            DimExpr factor = new([k]);
            return (factor * b).Equals(a) ? factor : null;
        }

        return null;
    }

    /// <summary>Names of all symbols in the expression, nested ones too.</summary>
    public IReadOnlyList<string> Symbols => symbols ??= [.. terms.SelectMany(t => t.Atoms).SelectMany(a => a.Symbols).Distinct()];

    /// <summary>The expression with each symbol replaced; a null result of <paramref name="replace"/> keeps the symbol.</summary>
    public DimExpr Substitute(Func<string, DimExpr?> replace) =>
        terms.Select(t => t.Atoms.Aggregate((DimExpr)t.Coefficient, (x, atom) => x * atom.Substitute(replace))).Aggregate(Zero, (x, y) => x + y);

    /// <summary>The value for given symbol values.</summary>
    /// <exception cref="DivideByZeroException">A divisor is 0.</exception>
    public long Evaluate(Func<string, long> valueOf) =>
        terms.Sum(t => t.Atoms.Aggregate(t.Coefficient, (x, atom) => checked(x * atom.Evaluate(valueOf))));

    public bool Equals(DimExpr? other) => other is not null && text == other.text;

    public override bool Equals(object? obj) => Equals(obj as DimExpr);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;

    public static bool operator ==(DimExpr? a, DimExpr? b) => a?.text == b?.text;

    public static bool operator !=(DimExpr? a, DimExpr? b) => !(a == b);

    internal static DimExpr FromAtom(Atom atom) => new([new Term(1, [atom])]);

    // The order of operands makes no difference: one normal form.
    private static DimExpr Ordered(DimExpr a, DimExpr b, Func<DimExpr, DimExpr, Atom> make) =>
        FromAtom(string.CompareOrdinal(a.text, b.text) <= 0 ? make(a, b) : make(b, a));

    // a = whole * b + rest; for a positive constant b the coefficients of rest are in [0, b).
    private static (DimExpr Whole, DimExpr Remaining) SplitDivisible(DimExpr a, DimExpr b)
    {
        if (b.terms is not [var divisor])
        {
            return (Zero, a);
        }

        DimExpr whole = b.Constant is long d and > 0
            ? new DimExpr(a.terms.Select(t => t with { Coefficient = Floor(t.Coefficient, d) }))
            : new DimExpr(a.terms.Select(t => t.DividedBy(divisor)).OfType<Term>());
        return (whole, a - (whole * b));
    }

    private static long Floor(long a, long b) => Math.DivRem(a, b) is var (q, r) && r != 0 && (r < 0) != (b < 0) ? q - 1 : a / b;

    private static long Remainder(long a, long b) => ((a % b) + b) % b;

    private static long Gcd(long a, long b) => b == 0 ? Math.Abs(a) : Gcd(b, a % b);

    private static string Format(ImmutableArray<Term> terms)
    {
        if (terms.IsEmpty)
        {
            return "0";
        }

        var builder = new StringBuilder();
        foreach (Term term in terms)
        {
            builder.Append(term.Coefficient < 0 ? "-" : builder.Length > 0 ? "+" : "");
            string magnitude = term.Coefficient.ToString(CultureInfo.InvariantCulture).TrimStart('-');
            builder.Append(term.Atoms.IsEmpty ? magnitude : magnitude == "1" ? term.Key : $"{magnitude}*{term.Key}");
        }

        return builder.ToString();
    }

    /// <summary>Coefficient times a product of atoms; atoms are sorted by text.</summary>
    public sealed record Term(long Coefficient, ImmutableArray<Atom> Atoms)
    {
        internal string Key { get; } = string.Join("*", Atoms.Select(a => a.ToString()));

        /// <summary>The term as an expression.</summary>
        public DimExpr Value => new([this]);

        internal Term Times(Term other) =>
            new(checked(Coefficient * other.Coefficient), [.. Atoms.Concat(other.Atoms).OrderBy(a => a.ToString(), StringComparer.Ordinal)]);

        internal Term? DividedBy(Term divisor)
        {
            if (divisor.Coefficient == 0 || Coefficient % divisor.Coefficient != 0)
            {
                return null;
            }

            var left = Atoms.ToList();
            foreach (Atom atom in divisor.Atoms)
            {
                int at = left.FindIndex(a => a.ToString() == atom.ToString());
                if (at < 0)
                {
                    return null;
                }

                left.RemoveAt(at);
            }

            return new Term(Coefficient / divisor.Coefficient, [.. left]);
        }
    }

    /// <summary>What a product is made of: a symbol or an operation that has no polynomial form.</summary>
    public abstract record Atom
    {
        internal virtual bool IsNonNegative => false;

        internal abstract IEnumerable<string> Symbols { get; }

        internal abstract DimExpr Substitute(Func<string, DimExpr?> replace);

        internal abstract long Evaluate(Func<string, long> valueOf);

        public sealed record Symbol(string Name) : Atom
        {
            internal override bool IsNonNegative => !IsHostNumber(Name);

            internal override IEnumerable<string> Symbols => [Name];

            internal override DimExpr Substitute(Func<string, DimExpr?> replace) => replace(Name) ?? DimExpr.Symbol(Name);

            internal override long Evaluate(Func<string, long> valueOf) => valueOf(Name);

            public override string ToString() => Name;
        }

        public abstract record Binary(string Name, DimExpr Left, DimExpr Right) : Atom
        {
            internal override IEnumerable<string> Symbols => Left.Symbols.Concat(Right.Symbols);

            internal override DimExpr Substitute(Func<string, DimExpr?> replace) => Rebuild(Left.Substitute(replace), Right.Substitute(replace));

            internal override long Evaluate(Func<string, long> valueOf) => Compute(Left.Evaluate(valueOf), Right.Evaluate(valueOf));

            public sealed override string ToString() => $"{Name}({Left},{Right})";

            protected abstract DimExpr Rebuild(DimExpr left, DimExpr right);

            protected abstract long Compute(long left, long right);
        }

        public sealed record FloorDiv(DimExpr Left, DimExpr Right) : Binary("floordiv", Left, Right)
        {
            internal override bool IsNonNegative => AtLeast(Left, 0) && AtLeast(Right, 0);

            protected override DimExpr Rebuild(DimExpr left, DimExpr right) => DimExpr.FloorDiv(left, right);

            protected override long Compute(long left, long right) => Floor(left, right);
        }

        public sealed record Mod(DimExpr Left, DimExpr Right) : Binary("mod", Left, Right)
        {
            internal override bool IsNonNegative => AtLeast(Right, 0);

            protected override DimExpr Rebuild(DimExpr left, DimExpr right) => DimExpr.Mod(left, right);

            protected override long Compute(long left, long right) => Remainder(left, right);
        }

        public sealed record Max(DimExpr Left, DimExpr Right) : Binary("max", Left, Right)
        {
            internal override bool IsNonNegative => AtLeast(Left, 0) || AtLeast(Right, 0);

            protected override DimExpr Rebuild(DimExpr left, DimExpr right) => DimExpr.Max(left, right);

            protected override long Compute(long left, long right) => Math.Max(left, right);
        }

        public sealed record Min(DimExpr Left, DimExpr Right) : Binary("min", Left, Right)
        {
            internal override bool IsNonNegative => AtLeast(Left, 0) && AtLeast(Right, 0);

            protected override DimExpr Rebuild(DimExpr left, DimExpr right) => DimExpr.Min(left, right);

            protected override long Compute(long left, long right) => Math.Min(left, right);
        }
    }
}
