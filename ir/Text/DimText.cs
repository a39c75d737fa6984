namespace DlAot.Ir.Text;

/// <summary>
/// Reads size expressions: sums and products of integers, symbols, parentheses and
/// <c>floordiv ceildiv mod max min</c>. Writing is <see cref="DimExpr.ToString"/>.
/// </summary>
public static class DimText
{
    private static readonly Dictionary<string, Func<DimExpr, DimExpr, DimExpr>> Functions = new(StringComparer.Ordinal)
    {
        ["floordiv"] = DimExpr.FloorDiv,
        ["ceildiv"] = DimExpr.CeilDiv,
        ["mod"] = DimExpr.Mod,
        ["max"] = DimExpr.Max,
        ["min"] = DimExpr.Min,
    };

    /// <exception cref="TextFormatException">The text is not a size expression.</exception>
    public static DimExpr Parse(string text)
    {
        var cursor = new TextCursor(text, "size");
        DimExpr dim = Read(cursor);
        return cursor.AtEnd ? dim : throw cursor.Error("unexpected text after the size");
    }

    internal static DimExpr Read(TextCursor cursor)
    {
        DimExpr sum = cursor.TryTake("-") ? Product(cursor) * -1 : Product(cursor);
        while (true)
        {
            if (cursor.TryTake("+"))
            {
                sum += Product(cursor);
            }
            else if (cursor.TryTake("-"))
            {
                sum -= Product(cursor);
            }
            else
            {
                return sum;
            }
        }
    }

    private static DimExpr Product(TextCursor cursor)
    {
        DimExpr product = Factor(cursor);
        while (cursor.TryTake("*"))
        {
            product *= Factor(cursor);
        }

        return product;
    }

    private static DimExpr Factor(TextCursor cursor)
    {
        if (cursor.TryTake("("))
        {
            DimExpr inner = Read(cursor);
            cursor.Take(")");
            return inner;
        }

        if (char.IsAsciiDigit(cursor.Next))
        {
            return cursor.Integer();
        }

        int start = cursor.Mark();
        string name = cursor.Word("a size");
        if (cursor.Next != '(')
        {
            return DimExpr.Symbol(name);
        }

        if (!Functions.TryGetValue(name, out Func<DimExpr, DimExpr, DimExpr>? function))
        {
            throw cursor.Error($"'{name}' is not one of {string.Join(", ", Functions.Keys)}", start);
        }

        return cursor.List("(", ")", () => Read(cursor)) is [var a, var b] ? function(a, b) : throw cursor.Error($"{name} takes two sizes", start);
    }
}
