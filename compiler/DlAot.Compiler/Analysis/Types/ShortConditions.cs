using System.Collections.Immutable;
using DlAot.Ir;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>Conditions on sizes in few words that mean the same for all tensors that are not empty.</summary>
internal static class ShortConditions
{
    /// <summary><c>floordiv(H,4)>=1, H>=2, H%2==0, floordiv(H,2)==2*floordiv(H,4)</c> becomes <c>H%4==0</c>.</summary>
    public static ImmutableArray<string> Of(ImmutableArray<DimConstraint> conditions)
    {
        ILookup<string?, DimConstraint> bySymbol = conditions.ToLookup(c => c.Left.Symbols.Union(c.Right.Symbols).ToArray() is [var only] ? only : null);
        return
        [
            .. bySymbol.SelectMany(g => g.Key is { } size && SizeSet.TryMake(size, [.. g]) is { } set ? set.Describe() : Together([.. g]).Select(Text))
                .Distinct().OrderBy(c => c, StringComparer.Ordinal),
        ];
    }

    /// <summary><c>H%4==2</c>; what is subtracted on one side is added on the other.</summary>
    internal static string Text(DimConstraint c)
    {
        DimExpr difference = c.Left - c.Right;
        if (c.Kind == ConstraintKind.Divisible)
        {
            return c.ToString().Replace(" ", "", StringComparison.Ordinal);
        }

        DimExpr added = Sum(difference.Terms.Where(t => t.Coefficient > 0)), subtracted = added - difference;
        bool isTurned = added.Constant is not null && subtracted.Constant is null;
        string sign = c.Kind switch { ConstraintKind.Equal => "==", ConstraintKind.NotEqual => "!=", _ => isTurned ? "<=" : ">=" };
        return isTurned ? $"{subtracted}{sign}{added}" : $"{added}{sign}{subtracted}";
    }

    private static DimExpr Sum(IEnumerable<DimExpr.Term> terms) => terms.Aggregate(DimExpr.Zero, (sum, t) => sum + t.Value);

    // Without those that hold of all sizes or follow from another, and each equation once.
    private static IEnumerable<DimConstraint> Together(DimConstraint[] conditions)
    {
        var left = conditions.Where(c => c.Kind != ConstraintKind.AtLeast || !Conditions.IsMet(c.Left - c.Right)).ToList();
        for (int i = left.Count - 1; i >= 0; i--)
        {
            if (left.Where((o, k) => k != i).Any(o => Implies(o, left[i])))
            {
                left.RemoveAt(i);
            }
        }

        return left;
    }

    private static bool Implies(DimConstraint a, DimConstraint b) => a.Kind == b.Kind && a.Kind switch
    {
        ConstraintKind.AtLeast => Conditions.IsMet(b.Left - b.Right - (a.Left - a.Right)),
        ConstraintKind.Equal or ConstraintKind.NotEqual => a.Left == b.Right && a.Right == b.Left,
        _ => false,
    };
}

/// <summary>
/// The values of one size of which some conditions hold. Sums of the size and of its quotients and remainders by numbers grow by the same amount with
/// each period, so that a finite number of values tells all.
/// </summary>
internal sealed class SizeSet
{
    private const long MostValues = 4096;

    private readonly string size;
    private readonly ImmutableArray<DimConstraint> conditions;
    private readonly long period;
    private readonly bool[] holds; // of 1, 2, ...; what the last period shows goes on for ever

    private SizeSet(string size, ImmutableArray<DimConstraint> conditions, long period, long values)
    {
        (this.size, this.conditions, this.period) = (size, conditions, period);
        holds = Evaluated(conditions, values);
    }

    /// <summary>Null where the values do not repeat, or only after very many.</summary>
    public static SizeSet? TryMake(string size, ImmutableArray<DimConstraint> conditions)
    {
        long period = 1;
        foreach (DimConstraint c in conditions)
        {
            long each = c.Kind == ConstraintKind.Divisible ? c.Right.Constant is > 0 and var divisor ? Multiple(Period(c.Left), divisor) : 0 : Multiple(Period(c.Left), Period(c.Right));
            period = Multiple(period, each);
        }

        if (period is <= 0 or > MostValues / 4)
        {
            return null;
        }

        for (long values = Math.Max(4 * period, 64); values <= MostValues; values *= 2)
        {
            if (conditions.All(c => IsSettled(c, size, period, values)))
            {
                return new SizeSet(size, conditions, period, values);
            }
        }

        return null;
    }

    /// <summary>The shortest description: a bound, a remainder, both; else the given conditions without those that change nothing.</summary>
    public IEnumerable<string> Describe()
    {
        int first = Array.IndexOf(holds, true) + 1;
        if (first > 0 && holds.Count(h => h) == 1)
        {
            return [$"{size}=={first}"];
        }

        for (long m = 1; m <= period; m++)
        {
            long rest = first % m;
            if (period % m == 0 && first > 0 && Is(x => x >= first && x % m == rest))
            {
                return [.. first > m ? [$"{size}>={first}"] : Array.Empty<string>(), .. m > 1 ? [$"{size}%{m}=={rest}"] : Array.Empty<string>()];
            }
        }

        for (long m = 2; m <= period && first > 0; m++)
        {
            long[] missing = [.. Enumerable.Range(first, (int)m).Where(x => x <= holds.Length && !holds[x - 1]).Select(x => x % m)];
            if (period % m == 0 && missing is [var rest] && Is(x => x >= first && x % m != rest))
            {
                return [.. first > 1 && !(first == 2 && rest == 1 % m) ? [$"{size}>={first}"] : Array.Empty<string>(), $"{size}%{m}!={rest}"];
            }
        }

        ImmutableArray<DimConstraint> left = conditions;
        foreach (DimConstraint c in conditions.OrderByDescending(c => c.ToString().Length))
        {
            left = Evaluated(left.Remove(c), holds.Length).AsSpan().SequenceEqual(holds) ? left.Remove(c) : left;
        }

        return left.Select(ShortConditions.Text);
    }

    private bool Is(Func<long, bool> described) => Enumerable.Range(1, holds.Length).All(x => holds[x - 1] == described(x));

    private static bool[] Evaluated(ImmutableArray<DimConstraint> conditions, long values) =>
        [.. Enumerable.Range(1, (int)values).Select(x => conditions.All(c => c.Holds(_ => x)))];

    // After how much the expression has grown by as much as ever: 0 where nobody knows.
    private static long Period(DimExpr e) => e.Terms.Aggregate(1L, (p, t) => Multiple(p, t.Atoms switch
    {
        [] => 1,
        [DimExpr.Atom.Symbol] => 1,
        [DimExpr.Atom.Binary { Left: var l, Right.Constant: > 0 and var n } and (DimExpr.Atom.FloorDiv or DimExpr.Atom.Mod)] when n <= MostValues => Period(l) is var inner && inner * n <= MostValues ? inner * n : 0,
        _ => 0,
    }));

    // Whether it holds or not repeats from the last period on.
    private static bool IsSettled(DimConstraint c, string size, long period, long values)
    {
        if (c.Kind == ConstraintKind.Divisible)
        {
            return true;
        }

        long At(long x) => (c.Left - c.Right).Evaluate(_ => x);
        return Enumerable.Range(0, (int)period).Select(i => values - i).All(x => At(x) - At(x - period) is var growth && (growth == 0
            || (c.Kind == ConstraintKind.AtLeast ? At(x) >= 0 == growth > 0 : At(x) != 0 && At(x) > 0 == growth > 0)));
    }

    private static long Multiple(long a, long b) => a == 0 || b == 0 ? 0 : a / (long)System.Numerics.BigInteger.GreatestCommonDivisor(a, b) * b;
}
