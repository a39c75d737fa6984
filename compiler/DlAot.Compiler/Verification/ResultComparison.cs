using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DlAot.Compiler.Verification;

/// <summary>Compares what two calls returned: tensors by type, shape and values, tuples, arrays and objects by their parts.</summary>
internal sealed class ResultComparison(TorchApi torch)
{
    private const int MostDepth = 6;

    // Below this mean magnitude values are compared absolutely.
    private const double Floor = 1e-6;

    /// <summary>The largest error among the tensors so far.</summary>
    public double MaxRelError { get; private set; }

    /// <summary>How far results of a float type may be apart, norm of the difference over norm of the original.</summary>
    public static double Tolerance(string type) => type switch
    {
        "Float16" => 2e-3,
        "BFloat16" => 2e-2,
        _ => 1e-5,
    };

    /// <summary>Null when they are the same, else what differs.</summary>
    public string? Compare(object? original, object? dropIn, string path = "the result", int depth = 0)
    {
        if (original is null || dropIn is null || original.GetType().FullName != dropIn.GetType().FullName)
        {
            return original is null && dropIn is null ? null : Infinite($"{path} is {Name(original)}, the drop-in's is {Name(dropIn)}");
        }

        if (torch.IsTensor(original))
        {
            return CompareTensors(original, dropIn, path);
        }

        if (original is ITuple a && dropIn is ITuple b)
        {
            return Enumerable.Range(0, a.Length).Select(i => Compare(a[i], b[i], $"{path}.Item{i + 1}", depth + 1)).FirstOrDefault(d => d is not null);
        }

        if (original is string or IConvertible)
        {
            return original.Equals(dropIn) || (original is Enum && original.ToString() == dropIn.ToString()) ? null : Infinite($"{path} is {original}, the drop-in's is {dropIn}");
        }

        return original is IEnumerable items ? CompareItems([.. items.Cast<object?>()], [.. ((IEnumerable)dropIn).Cast<object?>()], path, depth)
            : depth >= MostDepth ? null
            : Fields(original.GetType()).Zip(Fields(dropIn.GetType())).Select(f => Compare(f.First.GetValue(original), f.Second.GetValue(dropIn), $"{path}.{f.First.Name}", depth + 1)).FirstOrDefault(d => d is not null);
    }

    private string? CompareItems(object?[] original, object?[] dropIn, string path, int depth) => original.Length != dropIn.Length
        ? Infinite($"{path} has {original.Length} elements, the drop-in's has {dropIn.Length}")
        : original.Select((item, i) => Compare(item, dropIn[i], $"{path}[{i}]", depth + 1)).FirstOrDefault(d => d is not null);

    private string? CompareTensors(object original, object dropIn, string path)
    {
        (string type, long[] shape, Array values) = torch.Read(original);
        (string otherType, long[] otherShape, Array otherValues) = torch.Read(dropIn);
        if (type != otherType || !shape.SequenceEqual(otherShape))
        {
            return Infinite($"{path} is {type}[{string.Join(",", shape)}], the drop-in's is {otherType}[{string.Join(",", otherShape)}]");
        }

        if (values is long[] integers)
        {
            int at = Enumerable.Range(0, integers.Length).FirstOrDefault(i => integers[i] != ((long[])otherValues)[i], -1);
            return at < 0 ? null : Infinite($"{path} at element {at} is {integers[at]}, the drop-in's is {((long[])otherValues)[at]}");
        }

        return CompareFloats((double[])values, (double[])otherValues, type, path);
    }

    private string? CompareFloats(double[] a, double[] b, string type, string path)
    {
        double difference = 0, norm = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (double.IsFinite(a[i]) && double.IsFinite(b[i]))
            {
                difference += (a[i] - b[i]) * (a[i] - b[i]);
                norm += a[i] * a[i];
            }
            else if (!a[i].Equals(b[i]))
            {
                return Infinite(FormattableString.Invariant($"{path} at element {i} is {a[i]}, the drop-in's is {b[i]}"));
            }
        }

        double error = Math.Sqrt(difference) / Math.Max(Math.Sqrt(norm), Floor * Math.Sqrt(Math.Max(1, a.Length)));
        MaxRelError = Math.Max(MaxRelError, error);
        return error <= Tolerance(type) ? null : FormattableString.Invariant($"{path} has the relative error {error:g3}, allowed is {Tolerance(type):g1}");
    }

    private string Infinite(string difference)
    {
        MaxRelError = double.PositiveInfinity;
        return difference;
    }

    private static string Name(object? value) => value?.GetType().Name ?? "null";

    private static IEnumerable<FieldInfo> Fields(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).OrderBy(f => f.Name, StringComparer.Ordinal);
}
