using System.Collections.Immutable;
using System.Globalization;

namespace DlAot.Ir.Text;

/// <summary>How each kind of attribute value is written and read: one row a CLR type.</summary>
internal static class AttributeText
{
    private static readonly (Type Type, Func<object, string> Write, Func<TextCursor, object> Read)[] Rows =
    [
        Row(v => v.ToString(CultureInfo.InvariantCulture), c => c.Integer()),
        Row(Float, c => c.Float()),
        Row(v => v ? "true" : "false", c => c.TryTake("true") || (c.TryTake("false") ? false : throw c.Error("expected true or false"))),
        Row(Names.Quote, c => c.Quoted()),
        Row(v => v.Name(), ReadDType),
        Row(v => v.ToString(), DimText.Read),
        Row(v => v.ToString(), ReadType),
        ListRow(v => v.ToString(CultureInfo.InvariantCulture), c => c.Integer()),
        ListRow(v => v.ToString(), DimText.Read),
        ListRow(v => v.ToString(), ReadType),
    ];

    public static string Write(object value)
    {
        foreach ((Type type, Func<object, string> write, _) in Rows)
        {
            if (type == value.GetType())
            {
                return write(value);
            }
        }

        throw new ArgumentException($"no text form for an attribute of type {value.GetType()}", nameof(value));
    }

    public static object Read(Type type, TextCursor cursor) => Array.Find(Rows, r => r.Type == type).Read(cursor);

    public static string Float(double value) => double.IsPositiveInfinity(value) ? "inf"
        : double.IsNegativeInfinity(value) ? "-inf"
        : double.IsNaN(value) ? "nan"
        : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary><c>f32[N,3]</c>; without brackets rank 0.</summary>
    public static TensorType ReadType(TextCursor cursor)
    {
        DType dtype = ReadDType(cursor);
        return new TensorType(dtype, cursor.Next == '[' ? [.. cursor.List("[", "]", () => DimText.Read(cursor))] : []);
    }

    private static DType ReadDType(TextCursor cursor)
    {
        int start = cursor.Mark();
        string name = cursor.Word("a dtype");
        return DTypes.TryParse(name) ?? throw cursor.Error($"'{name}' is not a dtype; there are {string.Join(", ", DTypes.All.Select(t => t.Name()))}", start);
    }

    private static (Type Type, Func<object, string> Write, Func<TextCursor, object> Read) Row<T>(Func<T, string> write, Func<TextCursor, T> read)
        where T : notnull => (typeof(T), v => write((T)v), c => read(c));

    private static (Type Type, Func<object, string> Write, Func<TextCursor, object> Read) ListRow<T>(Func<T, string> write, Func<TextCursor, T> read) =>
        (typeof(ImmutableArray<T>), v => $"[{string.Join(",", ((ImmutableArray<T>)v).Select(write))}]", c => c.List("[", "]", () => read(c)).ToImmutableArray());
}
