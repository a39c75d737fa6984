using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.Ir.Text;

/// <summary>
/// A plan as JSON, complete and stable: sizes are strings (<see cref="DimText"/>), every kernel stands once under "kernels" with its
/// expressions as a list in which operands are positions of earlier ones, steps name kernels by position.
/// </summary>
public static class PlanJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Plan plan)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            Write(json, plan);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, Plan plan)
    {
        Kernel[] kernels = [.. plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels).Select(c => c.Kernel).Distinct<Kernel>(ReferenceEqualityComparer.Instance)];
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("name", plan.Name);
        Strings(json, "symbols", plan.Symbols);
        Strings(json, "scalars", plan.Scalars.Select(s => s.Name()));
        json.WriteString("arenaBytes", plan.ArenaBytes.ToString());
        Objects(json, "buffers", plan.Buffers, b => Write(json, b));
        Objects(json, "steps", plan.Steps, s => Write(json, s, kernels));
        Numbers(json, "outputs", plan.Outputs);
        Objects(json, "kernels", kernels, k => KernelJson.Write(json, k));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PlanBuffer b)
    {
        json.WriteNumber("id", b.Id);
        json.WriteString("name", b.Name);
        json.WriteString("type", b.Type.DType.Name());
        Strings(json, "shape", b.Type.Shape.Select(d => d.ToString()));
        json.WriteString("kind", Camel(b.Kind));
        if (b.Input >= 0)
        {
            json.WriteNumber("input", b.Input);
        }

        if (b.Offset is not null)
        {
            json.WriteString("offset", b.Offset.ToString());
        }

        if (!b.Strides.IsDefaultOrEmpty)
        {
            Strings(json, "strides", b.Strides.Select(d => d.ToString()));
        }
    }

    private static void Write(Utf8JsonWriter json, PlanStep step, Kernel[] kernels)
    {
        switch (step)
        {
            case RegionStep region:
                json.WriteString("step", "region");
                json.WriteNumber("region", region.Region);
                Objects(json, "calls", region.Kernels, call =>
                {
                    json.WriteNumber("kernel", Array.FindIndex(kernels, k => ReferenceEquals(k, call.Kernel)));
                    Numbers(json, "buffers", call.Buffers);
                });
                break;
            case ExternStep e:
                json.WriteString("step", "extern");
                json.WriteString("op", e.Node.Op.Name);
                json.WriteStartObject("attributes");
                foreach ((string name, object value) in e.Node.Attributes)
                {
                    json.WriteString(name, AttributeText.Write(value));
                }

                json.WriteEndObject();
                Strings(json, "types", e.Node.Results.Select(r => r.Type.ToString()));
                Numbers(json, "operands", e.Operands);
                Numbers(json, "results", e.Results);
                json.WriteString("location", e.Node.Location.ToString());
                break;
            case FreeStep free:
                json.WriteString("step", "free");
                json.WriteNumber("buffer", free.Buffer);
                break;
            default:
                throw new ArgumentException($"unknown step {step}", nameof(step));
        }
    }

    internal static void Objects<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> items)
    {
        json.WriteStartArray(name);
        foreach (string item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }

    internal static void Numbers(Utf8JsonWriter json, string name, ImmutableArray<int> items)
    {
        json.WriteStartArray(name);
        foreach (int item in items)
        {
            json.WriteNumberValue(item);
        }

        json.WriteEndArray();
    }

    internal static string Camel<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
