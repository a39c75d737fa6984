namespace DlAot.Compiler.Analysis.Types;

/// <summary>
/// The flat lattice over the values of <typeparamref name="T"/>: nothing seen yet (bottom), one value, or values that disagree
/// (top). The join of two different values is top.
/// </summary>
public readonly record struct Flat<T>
    where T : struct
{
    private readonly bool isSeen;

    private Flat(T? value)
    {
        isSeen = true;
        Value = value;
    }

    /// <summary>The one value; null at the bottom and at the top.</summary>
    public T? Value { get; }

    /// <summary>Nothing was seen.</summary>
    public bool IsBottom => !isSeen;

    /// <summary>What was seen disagrees, or could be anything.</summary>
    public bool IsTop => isSeen && Value is null;

    public static Flat<T> Bottom => default;

    public static Flat<T> Top { get; } = new(null);

    public static Flat<T> Of(T value) => new(value);

    public Flat<T> Join(Flat<T> other) => IsBottom ? other : other.IsBottom || this == other ? this : Top;

    public override string ToString() => IsBottom ? "none" : Value?.ToString() ?? "any";
}
