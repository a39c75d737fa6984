using System.Text;

namespace DlAot.Ir.Text;

/// <summary>How names and strings are written.</summary>
internal static class Names
{
    /// <summary>A character that a name may have without quotes.</summary>
    public static bool IsPlain(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' or '.' or '[' or ']' or '`' or '<' or '>' or '|' or '+' or '-' or '/';

    /// <summary>The name, in quotes when it has other characters or is a number (which names a node's result).</summary>
    public static string Write(string name) => name.Length > 0 && name.All(IsPlain) && !name.All(char.IsDigit) && !name.Contains("//") ? name : Quote(name);

    public static string Quote(string text)
    {
        var builder = new StringBuilder("\"");
        foreach (char c in text)
        {
            builder.Append(c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ => c.ToString() });
        }

        return builder.Append('"').ToString();
    }
}
