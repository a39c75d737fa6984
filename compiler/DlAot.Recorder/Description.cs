using System.Text;

namespace DlAot.Recorder;

/// <summary>
/// Arguments as JSON with holes for sizes and numbers, and what stands in the holes: a number, or a letter where it differed from
/// call to call. Equal letters were equal in every call.
/// </summary>
internal sealed class Description(string pattern, string[] holes)
{
    public const char Size = '\u0001', Integer = '\u0002', Real = '\u0003';

    public string Pattern => pattern;

    public static Description Of(ReadOnlySpan<string> names, object?[] arguments, Instances instances)
    {
        var writer = new DescriptionWriter(instances);
        writer.Text.Append('{');
        for (int i = 0; i < arguments.Length; i++)
        {
            writer.Text.Append(i == 0 ? "" : ",").Append(Json.Quoted(names[i])).Append(':');
            writer.Add(arguments[i], 0);
        }

        return new Description(writer.Text.Append('}').ToString(), [.. writer.Holes]);
    }

    /// <summary>A type's name as C# writes it, without type arguments.</summary>
    public static string NameOf(Type type) => ((type.IsGenericType ? type.GetGenericTypeDefinition().FullName : type.FullName) ?? type.Name).Replace('+', '.');

    /// <summary>What two descriptions of the same pattern have in common.</summary>
    public Description With(Description other)
    {
        if (holes.AsSpan().SequenceEqual(other.Holes))
        {
            return this;
        }

        var letters = new Dictionary<(string, string), string>();
        string[] common = new string[holes.Length];
        for (int i = 0; i < common.Length; i++)
        {
            (string a, string b) = (holes[i], other.Holes[i]);
            common[i] = a == b && !char.IsLetter(a[0]) ? a : letters.TryGetValue((a, b), out string? known) ? known : letters[(a, b)] = Letter(letters.Count);
        }

        return new Description(pattern, common);
    }

    private string[] Holes => holes;

    public override string ToString()
    {
        var text = new StringBuilder();
        int next = 0;
        foreach (char c in pattern)
        {
            if (c is not (Size or Integer or Real))
            {
                text.Append(c);
                continue;
            }

            string hole = holes[next++];
            text.Append(c == Size || !char.IsLetter(hole[0]) ? hole : c == Integer ? $$"""{"int":"{{hole}}"}""" : """{"float":"?"}""");
        }

        return text.ToString();
    }

    private static string Letter(int index) => "NMKLPQRSUVWXYZ" is var letters && index < letters.Length ? letters[index].ToString() : $"S{index}";
}
