namespace DlAot.Ir;

/// <summary>Where in the user's program a value comes from. <paramref name="Line"/> and <paramref name="Column"/> are 0 without a PDB.</summary>
public sealed record SourceLocation(string Method, int IlOffset, string? File = null, int Line = 0, int Column = 0)
{
    public static SourceLocation None { get; } = new("", 0);

    /// <summary><c>Model.cs(12,5)</c>, or the method and IL offset when there is no PDB.</summary>
    public override string ToString() =>
        File is null ? (Method.Length == 0 ? "?" : $"{Method}+IL_{IlOffset:x4}") : $"{Path.GetFileName(File)}({Line},{Column})";
}
