using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace DlAot.Recorder;

/// <summary>Writes values as docs/profiles.md says. Fields are read and no property of the application's own classes is: nothing of it runs.</summary>
internal sealed class DescriptionWriter(Instances instances)
{
    private const int MaxDepth = 6, MaxItems = 64, MaxText = 200;

    private readonly HashSet<object> inProgress = new(ReferenceEqualityComparer.Instance);

    public StringBuilder Text { get; } = new();

    public List<string> Holes { get; } = [];

    public void Add(object? value, int depth)
    {
        switch (value)
        {
            case null:
                Text.Append("null");
                break;
            case bool b:
                Text.Append(b ? "true" : "false");
                break;
            case string s when s.Length <= MaxText:
                Text.Append(Json.Quoted(s));
                break;
            case char c:
                Text.Append(Json.Quoted(c.ToString()));
                break;
            case Enum e:
                Text.Append(Enum.IsDefined(e.GetType(), e) ? Json.Quoted(e.ToString()) : Convert.ToInt64(e, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                AddHole(Description.Integer, Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            case float f when float.IsFinite(f):
                AddHole(Description.Real, WithPoint(f.ToString("R", CultureInfo.InvariantCulture)));
                break;
            case double d when double.IsFinite(d):
                AddHole(Description.Real, WithPoint(d.ToString("R", CultureInfo.InvariantCulture)));
                break;
            default:
                (int text, int holes) = (Text.Length, Holes.Count);
                try
                {
                    AddObject(value, depth);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    // A tensor that is disposed, a library of another version: the rest is worth having.
                    Text.Length = text;
                    Holes.RemoveRange(holes, Holes.Count - holes);
                    inProgress.Remove(value);
                    AddUnknown(value);
                }

                break;
        }
    }

    private void AddHole(char hole, string content)
    {
        Text.Append(hole);
        Holes.Add(content);
    }

    // A real number is told from a whole one by that.
    private static string WithPoint(string number) => number.AsSpan().IndexOfAny('.', 'E') < 0 ? number + ".0" : number;

    private void AddObject(object value, int depth)
    {
        if (depth > MaxDepth || !inProgress.Add(value))
        {
            AddUnknown(value);
            return;
        }

        Type type = value.GetType();
        if (TensorReader.Find(type) is { } reader)
        {
            AddTensor(value, reader);
        }
        else if (type.FullName == "TorchSharp.torch+Device")
        {
            Text.Append($$"""{"device":{{Json.Quoted(value.ToString()!)}}}""");
        }
        else if (LibraryModules.IsModule(type))
        {
            AddModule(value, type, depth);
        }
        else if (value is Delegate d)
        {
            bool isPlain = d.GetInvocationList().Length == 1 && (d.Target is null || d.Target.GetType() is { Name: ['<', '>', 'c', ..] } closure && closure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length == 0);
            Text.Append(isPlain && d.Method.DeclaringType is { } owner ? $$"""{"method":{{Json.Quoted($"{Description.NameOf(owner)}.{d.Method.Name}")}}}""" : """{"unknown":"delegate"}""");
        }
        else if (value is ITuple tuple && type.IsValueType)
        {
            AddItems(Enumerable.Range(0, tuple.Length).Select(i => tuple[i]), depth);
        }
        else if (value is Array { Rank: 1, Length: <= MaxItems } array)
        {
            AddItems(array.Cast<object?>(), depth);
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) && value is IList { Count: <= MaxItems } list)
        {
            Text.Append("""{"type":"List","items":""");
            AddItems(list.Cast<object?>(), depth);
            Text.Append('}');
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>) && value is IDictionary { Count: <= MaxItems } dictionary)
        {
            Text.Append("""{"type":"Dictionary","entries":""");
            AddItems(Entries(dictionary), depth);
            Text.Append('}');
        }
        else if (type.IsGenericType || type.IsArray || type.Namespace is "System" or "TorchSharp" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true || type.DeclaringType?.Namespace == "TorchSharp")
        {
            AddUnknown(value);
        }
        else
        {
            AddFields(value, type, depth);
        }

        inProgress.Remove(value);
    }

    private static IEnumerable<object?> Entries(IDictionary dictionary)
    {
        for (IDictionaryEnumerator e = dictionary.GetEnumerator(); e.MoveNext();)
        {
            yield return (e.Key, e.Value);
        }
    }

    private void AddUnknown(object value) => Text.Append($$"""{"unknown":{{Json.Quoted(Description.NameOf(value.GetType()))}}}""");

    private void AddItems(IEnumerable<object?> items, int depth)
    {
        Text.Append('[');
        foreach (object? item in items)
        {
            Text.Append(Text[^1] == '[' ? "" : ",");
            Add(item, depth + 1);
        }

        Text.Append(']');
    }

    private void AddTensor(object tensor, TensorReader reader)
    {
        (string dtype, long[] shape, string device, bool requiresGrad) = reader.Read(tensor);
        Text.Append("{\"tensor\":\"").Append(dtype).Append('[');
        for (int i = 0; i < shape.Length; i++)
        {
            Text.Append(i == 0 ? "" : ",");
            AddHole(Description.Size, shape[i].ToString(CultureInfo.InvariantCulture));
        }

        Text.Append("]\"").Append(device == "cpu" ? "" : $",\"device\":{Json.Quoted(device)}").Append(requiresGrad ? ",\"requires_grad\":true" : "").Append('}');
    }

    private void AddModule(object module, Type type, int depth)
    {
        if (instances.Find(module) is { } made)
        {
            Text.Append(made);
        }
        else if (type.Namespace != LibraryModules.Namespace)
        {
            AddUnknown(module);
        }
        else if (LibraryModules.Items(module) is { } items)
        {
            Text.Append($$"""{"type":{{Json.Quoted(Description.NameOf(type))}},"items":""");
            AddItems(items, depth);
            Text.Append('}');
        }
        else
        {
            Text.Append($$"""{"type":{{Json.Quoted(Description.NameOf(type))}},"properties":{""");
            AddMembers(LibraryModules.Properties(module), depth);
            Text.Append("}}");
        }
    }

    private void AddFields(object value, Type type, int depth)
    {
        var fields = new List<(string, object?)>();
        for (Type? t = type; t is not null && t != typeof(object) && t != typeof(ValueType); t = t.BaseType)
        {
            foreach (FieldInfo field in t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                // <Name>k__BackingField => Name
                string name = field.Name[0] == '<' && field.Name.IndexOf('>') is > 1 and var end ? field.Name[1..end] : field.Name;
                if (fields.TrueForAll(f => f.Item1 != name))
                {
                    fields.Add((name, field.GetValue(value)));
                }
            }
        }

        Text.Append($$"""{"type":{{Json.Quoted(Description.NameOf(type))}},"fields":{""");
        AddMembers(fields, depth);
        Text.Append("}}");
    }

    private void AddMembers(IEnumerable<(string Name, object? Value)> members, int depth)
    {
        foreach ((string name, object? value) in members)
        {
            Text.Append(Text[^1] == '{' ? "" : ",").Append(Json.Quoted(name)).Append(':');
            Add(value, depth + 1);
        }
    }
}
