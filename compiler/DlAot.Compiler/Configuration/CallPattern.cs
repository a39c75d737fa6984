using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace DlAot.Compiler.Configuration;

/// <summary>
/// The arguments of a call as a pattern, in which sizes and numbers are holes, and what stands in the holes: a number, or a letter
/// where it differed from call to call. Equal letters were equal in every call.
/// </summary>
internal sealed record CallPattern(string Pattern, ImmutableArray<string> Holes)
{
    private const char Size = '\u0001', Integer = '\u0002', Real = '\u0003';

    public static CallPattern Of(PositionedJson json)
    {
        var pattern = new StringBuilder();
        var holes = ImmutableArray.CreateBuilder<string>();
        Add(json, pattern, holes);
        return new CallPattern(pattern.ToString(), holes.ToImmutable());
    }

    /// <summary>What two patterns of the same form have in common.</summary>
    public CallPattern With(CallPattern other)
    {
        // What was equal in both stays equal; a number that is the same in both stays a number.
        var letters = new Dictionary<(string, string), string>();
        return this with
        {
            Holes = [.. Holes.Zip(other.Holes, (a, b) => a == b && !char.IsLetter(a[0]) ? a : letters.TryGetValue((a, b), out string? known) ? known : letters[(a, b)] = Letter(letters.Count))],
        };
    }

    /// <summary>As JSON.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        int next = 0;
        foreach (char c in Pattern)
        {
            string? hole = c is Size or Integer or Real ? Holes[next++] : null;
            text.Append(hole is null ? c.ToString() : c == Size || !char.IsLetter(hole[0]) ? hole : c == Integer ? $$"""{"int":"{{hole}}"}""" : """{"float":"?"}""");
        }

        return text.ToString();
    }

    private static string Letter(int index) => "NMKLPQRSUVWXYZ" is var letters && index < letters.Length ? letters[index].ToString() : $"S{index}";

    private static void Add(PositionedJson json, StringBuilder pattern, ImmutableArray<string>.Builder holes)
    {
        switch (json)
        {
            case PositionedJson.Map { Members: [{ Name: "int", Value: PositionedJson.Scalar { Value: string letter } }] }:
                pattern.Append(Integer);
                holes.Add(letter);
                break;
            case PositionedJson.Map { Members: [{ Name: "float" }] }:
                pattern.Append(Real);
                holes.Add("N");
                break;
            case PositionedJson.Map map:
                pattern.Append('{');
                foreach (PositionedJson.Member m in map.Members)
                {
                    pattern.Append(pattern[^1] == '{' ? "" : ",").Append(JsonSerializer.Serialize(m.Name)).Append(':');
                    if (m is { Name: "tensor", Value: PositionedJson.Scalar { Value: string type } })
                    {
                        AddTensor(type, pattern, holes);
                    }
                    else
                    {
                        Add(m.Value, pattern, holes);
                    }
                }

                pattern.Append('}');
                break;
            case PositionedJson.List list:
                pattern.Append('[');
                for (int i = 0; i < list.Items.Length; i++)
                {
                    pattern.Append(i == 0 ? "" : ",");
                    Add(list.Items[i], pattern, holes);
                }

                pattern.Append(']');
                break;
            case PositionedJson.Scalar { Value: long or double } number:
                pattern.Append(number.Value is long ? Integer : Real);
                holes.Add(number.ToString());
                break;
            case PositionedJson.Scalar scalar:
                pattern.Append(JsonSerializer.Serialize(scalar.Value));
                break;
        }
    }

    // f32[8,N]
    private static void AddTensor(string type, StringBuilder pattern, ImmutableArray<string>.Builder holes)
    {
        int open = type.IndexOf('['), close = type.LastIndexOf(']');
        if (open < 0 || close < open)
        {
            pattern.Append(JsonSerializer.Serialize(type));
            return;
        }

        string[] sizes = type[(open + 1)..close].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        pattern.Append('"').Append(type.AsSpan(0, open + 1)).AppendJoin(',', sizes.Select(_ => Size)).Append(type.AsSpan(close)).Append('"');
        holes.AddRange(sizes);
    }
}
