using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Configuration;

/// <summary>A JSON value that knows where it stands, so that a problem found later can name line and column.</summary>
public abstract record PositionedJson(SourceLocation Location)
{
    public sealed record Map(ImmutableArray<Member> Members, SourceLocation Location) : PositionedJson(Location)
    {
        /// <summary>The value under exactly this name, null when there is none.</summary>
        public PositionedJson? Find(string name) => Members.FirstOrDefault(m => m.Name == name)?.Value;
    }

    /// <summary>A property of an object and where its name stands.</summary>
    public sealed record Member(string Name, PositionedJson Value, SourceLocation Location);

    public sealed record List(ImmutableArray<PositionedJson> Items, SourceLocation Location) : PositionedJson(Location);

    /// <summary>A string, bool, null (<paramref name="Value"/> null), whole number (long) or other number (double).</summary>
    public sealed record Scalar(object? Value, SourceLocation Location) : PositionedJson(Location);

    /// <summary>What kind of value it is, in the words of a message.</summary>
    public string Kind => this switch
    {
        Map => "an object",
        List => "an array",
        Scalar { Value: null } => "null",
        Scalar { Value: string } => "a string",
        Scalar { Value: bool } => "true or false",
        _ => "a number",
    };

    /// <summary>Reads a file; comments and trailing commas are accepted.</summary>
    /// <exception cref="CompilationException">DLAOT1022: it is no JSON, with line and column.</exception>
    public static PositionedJson Read(string file) => Read(File.ReadAllBytes(file), file);

    /// <summary>Reads text that stands in no file.</summary>
    public static PositionedJson Parse(string text) => Read(Encoding.UTF8.GetBytes(text), "");

    private static PositionedJson Read(byte[] text, string file)
    {
        int start = text is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        var reader = new Utf8JsonReader(text.AsSpan(start), new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            PositionedJson value = ReadValue(ref reader, text, start, file);
            reader.Read(); // throws when something follows
            return value;
        }
        catch (JsonException e)
        {
            string reason = e.Message.Split(" LineNumber:")[0].TrimEnd('.', ' ');
            throw Problem(new SourceLocation("", 0, file, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1), reason);
        }
        catch (Exception e) when (e is InvalidOperationException or DecoderFallbackException)
        {
            throw Problem(At(text, start, (int)reader.TokenStartIndex, file), "it is no JSON");
        }
    }

    /// <summary>DLAOT1022 at a place in the file.</summary>
    public static CompilationException Problem(SourceLocation location, string text) => new(Diagnostic.Of(Rules.BadConfiguration, location, "", text));

    private static PositionedJson ReadValue(ref Utf8JsonReader reader, byte[] text, int start, string file)
    {
        SourceLocation at = At(text, start, (int)reader.TokenStartIndex, file);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = ImmutableArray.CreateBuilder<Member>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    SourceLocation name = At(text, start, (int)reader.TokenStartIndex, file);
                    string key = reader.GetString()!;
                    if (members.Any(m => m.Name == key))
                    {
                        throw Problem(name, $"\"{key}\" is written twice");
                    }

                    reader.Read();
                    members.Add(new Member(key, ReadValue(ref reader, text, start, file), name));
                }

                return new Map(members.ToImmutable(), at);
            case JsonTokenType.StartArray:
                var items = ImmutableArray.CreateBuilder<PositionedJson>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(ReadValue(ref reader, text, start, file));
                }

                return new List(items.ToImmutable(), at);
            case JsonTokenType.String:
                return new Scalar(reader.GetString(), at);
            case JsonTokenType.Number:
                return new Scalar(reader.TryGetInt64(out long whole) ? whole : (object)reader.GetDouble(), at);
            case JsonTokenType.True or JsonTokenType.False:
                return new Scalar(reader.TokenType == JsonTokenType.True, at);
            default:
                return new Scalar(null, at);
        }
    }

    // Lines and columns count from 1; a column is a character.
    private static SourceLocation At(byte[] text, int start, int offset, string file)
    {
        ReadOnlySpan<byte> before = text.AsSpan(start, offset);
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return new SourceLocation("", 0, file, line, column);
    }

    public sealed override string ToString() => this switch
    {
        Scalar { Value: string s } => $"\"{s}\"",
        Scalar { Value: bool b } => b ? "true" : "false",
        Scalar s => Convert.ToString(s.Value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "null",
        List l => $"[{string.Join(", ", l.Items)}]",
        Map m => $"{{{string.Join(", ", m.Members.Select(x => $"\"{x.Name}\": {x.Value}"))}}}",
        _ => "",
    };
}
