using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

/// <summary>Whether two calls did the same: values, tensors in them, objects by their public properties and fields.</summary>
internal static class CorpusComparison
{
    private const double Tolerance = 1e-5;

    /// <summary>Null when they agree, else what differs.</summary>
    public static string? Difference(object? original, object? dropIn, string path = "result")
    {
        switch (original, dropIn)
        {
            case (null, null):
                return null;
            case (null, _) or (_, null):
                return $"{path}: {original?.GetType().Name ?? "null"} and {dropIn?.GetType().Name ?? "null"}";
            case (Tensor a, Tensor b):
                return Tensors(a, b, path);
            case (string or IConvertible, _):
                return Equals(original, dropIn) || original.ToString() == dropIn.ToString() ? null : $"{path}: {original} and {dropIn}";
            case (ITuple a, ITuple b) when a.Length == b.Length:
                return First(Enumerable.Range(0, a.Length).Select(i => Difference(a[i], b[i], $"{path}.Item{i + 1}")));
            case (IDictionary a, IDictionary b):
                return a.Count != b.Count ? $"{path}: {a.Count} and {b.Count} entries" : First(a.Keys.Cast<object>().Select(k => Difference(a[k], b[k], $"{path}[{k}]")));
            case (IEnumerable a, IEnumerable b):
                object?[] x = [.. a.Cast<object?>()], y = [.. b.Cast<object?>()];
                return x.Length != y.Length ? $"{path}: {x.Length} and {y.Length} elements" : First(x.Zip(y, (p, q) => Difference(p, q, path + "[]")));
            default:
                return original.GetType().FullName != dropIn.GetType().FullName ? $"{path}: {original.GetType()} and {dropIn.GetType()}"
                    : First(Readable(original.GetType()).Select(p => Difference(p.GetValue(original), dropIn.GetType().GetProperty(p.Name)!.GetValue(dropIn), $"{path}.{p.Name}")));
        }
    }

    /// <summary>Properties that tell an object's state: their types are numbers, strings, tensors, or classes of the corpus.</summary>
    public static IEnumerable<PropertyInfo> Readable(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(p => p.GetIndexParameters().Length == 0 && p.CanRead && p.Name != "EqualityContract");

    private static string? First(IEnumerable<string?> differences) => differences.FirstOrDefault(d => d is not null);

    private static string? Tensors(Tensor a, Tensor b, string path)
    {
        if (a.IsInvalid || b.IsInvalid)
            return a.IsInvalid == b.IsInvalid ? null : $"{path}: one is disposed";
        if (a.dtype != b.dtype || !a.shape.SequenceEqual(b.shape) || a.requires_grad != b.requires_grad)
            return $"{path}: {a.dtype}[{string.Join(",", a.shape)}] {a.requires_grad} and {b.dtype}[{string.Join(",", b.shape)}] {b.requires_grad}";
        using var scope = NewDisposeScope();
        using var off = no_grad();
        if (!a.is_floating_point())
            return a.eq(b).all().item<bool>() ? null : $"{path}: values differ";
        Tensor x = a.to_type(ScalarType.Float64), y = b.to_type(ScalarType.Float64);
        var odd = x.isfinite().logical_not();
        if (!odd.eq(y.isfinite().logical_not()).all().item<bool>() || !x.nan_to_num().eq(y.nan_to_num()).logical_or(odd.logical_not()).all().item<bool>())
            return $"{path}: infinities or NaNs differ";
        (x, y) = (x.masked_fill(odd, 0), y.masked_fill(odd, 0));
        double error = (x - y).norm().item<double>() / Math.Max(x.norm().item<double>(), 1e-6);
        return error <= Tolerance ? null : FormattableString.Invariant($"{path}: relative error {error:g3}");
    }
}
