using System.Globalization;
using System.Text;

namespace DlAot.Ir.Text;

/// <summary>The text is not well formed. The message begins with <c>file(line,column)</c>.</summary>
public sealed class TextFormatException(string file, int line, int column, string problem) : Exception($"{file}({line},{column}): {problem}")
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}

/// <summary>Reads a text from left to right. White space and <c>// comments</c> separate tokens and mean nothing else.</summary>
internal sealed class TextCursor(string text, string file)
{
    private int at;

    public bool AtEnd
    {
        get
        {
            SkipSpace();
            return at == text.Length;
        }
    }

    /// <summary>The next character that is not space; <c>\0</c> at the end.</summary>
    public char Next => AtEnd ? '\0' : text[at];

    public int Mark()
    {
        SkipSpace();
        return at;
    }

    /// <summary>An error at a marked place, or here.</summary>
    public TextFormatException Error(string problem, int? mark = null)
    {
        int end = mark ?? Mark();
        int line = text.AsSpan(0, end).Count('\n') + 1;
        int column = end - text.LastIndexOf('\n', Math.Max(0, end - 1), end);
        return new TextFormatException(file, line, column, problem);
    }

    public bool TryTake(string token)
    {
        SkipSpace();
        bool isWord = char.IsLetter(token[0]);
        bool matches = string.CompareOrdinal(text, at, token, 0, token.Length) == 0 && !(isWord && IsWordAt(at + token.Length));
        at += matches ? token.Length : 0;
        return matches;
    }

    public void Take(string token)
    {
        if (!TryTake(token))
        {
            throw Error($"expected '{token}', found {Found()}");
        }
    }

    /// <summary>Letters, digits and <c>_ $ .</c>.</summary>
    public string Word(string what)
    {
        SkipSpace();
        int start = at;
        while (IsWordAt(at))
        {
            at++;
        }

        return at > start ? text[start..at] : throw Error($"expected {what}, found {Found()}");
    }

    /// <summary>A word that may also have brackets and dashes, or a quoted string.</summary>
    public string Name(string what)
    {
        SkipSpace();
        if (Next == '"')
        {
            return Quoted();
        }

        int start = at;
        while (at < text.Length && Names.IsPlain(text[at]))
        {
            at++;
        }

        return at > start ? text[start..at] : throw Error($"expected {what}, found {Found()}");
    }

    public string Quoted()
    {
        Take("\"");
        var builder = new StringBuilder();
        while (at < text.Length && text[at] != '"')
        {
            char c = text[at++];
            if (c == '\\' && at < text.Length)
            {
                c = text[at++] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other };
            }

            builder.Append(c);
        }

        Take("\"");
        return builder.ToString();
    }

    public long Integer()
    {
        int start = Mark();
        string digits = Number();
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw Error($"expected an integer, found '{digits}'", start);
    }

    public double Float()
    {
        int start = Mark();
        string digits = Number();
        return digits switch
        {
            "inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            "nan" => double.NaN,
            _ => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Error($"expected a number, found '{digits}'", start),
        };
    }

    /// <summary>What is left of this line, without the space around it.</summary>
    public string RestOfLine()
    {
        int end = text.IndexOf('\n', at);
        end = end < 0 ? text.Length : end;
        string rest = text[at..end].Trim();
        at = end;
        return rest;
    }

    /// <summary><c>open item, item, ... close</c>, also empty.</summary>
    public List<T> List<T>(string open, string close, Func<T> item)
    {
        Take(open);
        List<T> items = [];
        if (TryTake(close))
        {
            return items;
        }

        do
        {
            items.Add(item());
        }
        while (TryTake(","));
        Take(close);
        return items;
    }

    private string Number()
    {
        int start = Mark();
        bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '.' || ((c is '-' or '+') && (at == start || text[at - 1] is 'e' or 'E'));
        while (at < text.Length && IsPart(text[at]))
        {
            at++;
        }

        return at > start ? text[start..at] : throw Error($"expected a number, found {Found()}");
    }

    private string Found() => AtEnd ? "the end" : $"'{text[at]}'";

    private bool IsWordAt(int i) => i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '$' or '.');

    private void SkipSpace()
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (string.CompareOrdinal(text, at, "//", 0, 2) == 0)
            {
                int end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else
            {
                return;
            }
        }
    }
}
