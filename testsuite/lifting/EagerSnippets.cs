using System.Reflection;
using System.Text;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Compiler.Verification;
using DlAot.Ir;
using DlAot.Ir.Reference;
using DlAot.Tests.Reference;
using Mono.Cecil;
using TorchSharp;

namespace DlAot.Tests.Lifting;

/// <summary>
/// Bodies of <c>forward</c>, one class each in one assembly: lifted and run by the reference evaluator, and run eagerly. A body is
/// an expression or statements ending in a return; <c>[a, b]</c> returns an array. Inputs are written <c>x: f32[2,3] in 0..1; i: i64[4]</c>
/// (values between the bounds, floats excluding and integers including the upper one); <c> @ </c> separates the module's fields.
/// </summary>
internal static class EagerSnippets
{
    private const string Usual = "x: f32[2,3]";

    private static readonly double[] s_special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1, -1, 0.5, -0.5, 1e-20, 1e20, 2.5, -7];

    /// <summary>Compiles the snippets to an assembly; class <c>C7</c> is number 7.</summary>
    public static Assembly Compile(IReadOnlyList<(string Body, string Inputs)> snippets, string name, out string path)
    {
        var source = new StringBuilder();
        for (int i = 0; i < snippets.Count; i++)
        {
            (string body, string fields) = snippets[i].Body.Split(" @ ", 2) is [var f, var b] ? (b.Trim(), f.Trim()) : (snippets[i].Body, "");
            (string Name, DType, long[], (double, double)?)[] inputs = [.. Parse(snippets[i].Inputs)];
            bool isArray = body.StartsWith('[') || body.Contains("return [", StringComparison.Ordinal);
            string result = isArray ? "Tensor[]" : "Tensor", parameters = string.Join(", ", inputs.Select(p => "Tensor " + p.Name)), arguments = string.Join(", ", inputs.Select(p => p.Name));
            source.AppendLine($"public class C{i} : Module<{string.Concat(Enumerable.Repeat("Tensor, ", inputs.Length))}{result}> {{ {fields} public C{i}() : base(\"C\") {{ RegisterComponents(); }}")
                .AppendLine($"{result} Body({parameters}) {{ {(body.Contains("return ", StringComparison.Ordinal) ? body : $"return {body};")} }}")
                .AppendLine($"public override {result} forward({parameters}) {{ var r = Body({arguments}); {(isArray ? "for (int i = 0; i < r.Length; i++) r[i] = r[i].clone(); return r;" : "return r.clone();")} }} }}");
        }

        path = Snippet.Compile(source.ToString(), name);
        return Assembly.LoadFrom(path);
    }

    public static LiftedMethod Lift(AssemblyReader reader, int number, string inputs)
    {
        TypeDefinition type = reader.World.Module.GetType($"C{number}");
        string signature = string.Join("; ", Parse(inputs).Select(p => $"{p.Name}: {p.Type.Name()}[{string.Join(",", p.Shape)}]"));
        return new Lifter(reader.World, new LiftOptions(1, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add($"C{number}.forward", signature)))
            .Lift(type.Methods.Single(m => m.Name == "forward"));
    }

    /// <summary>Runs the class eagerly and its lifted graph in the evaluator; fails where they differ.</summary>
    public static void Compare(Assembly assembly, int number, LiftedVersion version, string inputs)
    {
        using TorchSharp.DisposeScope scope = torch.NewDisposeScope();
        using IDisposable noGrad = torch.no_grad();
        torch.random.manual_seed(number);
        var module = (torch.nn.Module)Activator.CreateInstance(assembly.GetType($"C{number}")!)!;
        module.eval();
        var random = new Random(number + 1);
        NdArray[] values = [.. Parse(inputs).Select(p => Drawn(random, p.Type, p.Shape, p.Bounds))];
        torch.Tensor[] tensors = [.. values.Select(EagerCase.ToTorch)];
        var live = new LiveAccess(module, n => assembly.GetType(n));
        NdArray[] read = [.. version.Inputs.Select(a => a is Access.Argument { Index: > 0 } argument ? values[argument.Index - 1] : ToArray(live.Read(a), a))];
        object? result;
        try
        {
            result = module.GetType().GetMethod("forward")!.Invoke(module, [.. tensors]);
        }
        catch (TargetInvocationException e)
        {
            throw new InvalidOperationException($"eager fails: {e.InnerException!.Message}", e);
        }

        NdArray[] expected = [.. (result is torch.Tensor one ? [one] : (torch.Tensor[])result!).Select(EagerCase.FromTorch)];
        NdArray[] outputs = [.. new Evaluator().Run(version.Graph, read)];
        NdArray[] actual = [.. Leaves(version.Result).Select(t => t is OutputTree.Tensor leaf ? outputs[leaf.Index] : throw new InvalidOperationException($"{t} is no tensor"))];
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < actual.Length; i++)
        {
            Compare($"result {i}", actual[i], expected[i]);
        }

        Assert.True(values.Zip(tensors).All(p => EagerCase.FromTorch(p.Second) is var after && p.First.ToFloats().SequenceEqual(after.ToFloats())), "eager writes to an input");
    }

    private static IEnumerable<OutputTree> Leaves(OutputTree tree) => tree switch
    {
        OutputTree.Array a => a.Items.SelectMany(Leaves),
        OutputTree.Made m => m.Items.SelectMany(Leaves),
        OutputTree.Shared shared => Leaves(shared.Content),
        _ => [tree],
    };

    private static NdArray ToArray(object? value, Access access) => value switch
    {
        torch.Tensor t => EagerCase.FromTorch(t),
        double or float => NdArray.Scalar(ScalarValue.Of(DType.F64, Convert.ToDouble(value, null))),
        int or long => NdArray.Scalar(ScalarValue.Of(DType.I64, Convert.ToInt64(value, null))),
        _ => throw new InvalidOperationException($"{access} holds {value ?? "null"}"),
    };

    private static NdArray Drawn(Random random, DType type, long[] shape, (double Low, double High)? bounds)
    {
        if (bounds is { Low: double.NaN })
        {
            return NdArray.FromFloats(type, [.. shape], [.. s_special.OrderBy(_ => random.Next())]);
        }

        (double low, double high) = bounds ?? (type.IsFloat() ? (-3, 3) : type is DType.Bool ? (0, 1) : type is DType.U8 ? (0, 5) : (-5, 5));
        long count = shape.Aggregate(1L, (a, b) => a * b);
        return NdArray.FromFloats(type, [.. shape], Enumerable.Range(0, (int)count).Select(_ => type.IsFloat() ? low + (random.NextDouble() * (high - low)) : random.Next((int)low, (int)high + 1)).ToArray());
    }

    private static IEnumerable<(string Name, DType Type, long[] Shape, (double Low, double High)? Bounds)> Parse(string inputs)
    {
        foreach (string part in (inputs.Length == 0 ? Usual : inputs).Split(';', StringSplitOptions.TrimEntries))
        {
            string[] halves = part.Split(" in ");
            (int colon, int open) = (halves[0].IndexOf(':'), halves[0].IndexOf('['));
            string dims = halves[0][(open + 1)..^1];
            yield return (halves[0][..colon], DTypes.TryParse(halves[0][(colon + 1)..open].Trim())!.Value, dims.Length == 0 ? [] : [.. dims.Split(',').Select(long.Parse)],
                halves.Length == 1 ? null : halves[1] == "special" ? (double.NaN, 0) : halves[1].Split("..") is [var low, var high] ? (double.Parse(low, null), double.Parse(high, null)) : null);
        }
    }

    private static void Compare(string what, NdArray actual, NdArray expected)
    {
        Assert.True(actual.Type == expected.Type && actual.Shape.SequenceEqual(expected.Shape), $"{what}: {actual} instead of {expected}");
        (double[] a, double[] b) = (actual.ToFloats(), expected.ToFloats());
        double largest = b.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        double relative = actual.Type switch { DType.F32 => 1e-5, DType.F64 => 1e-11, DType.F16 => Math.Pow(2, -9), DType.BF16 => Math.Pow(2, -6), _ => 0 };
        for (int i = 0; i < a.Length; i++)
        {
            Assert.True(double.IsFinite(b[i]) ? Math.Abs(a[i] - b[i]) <= largest * relative : a[i].Equals(b[i]), $"{what}: element {i} is {a[i]:R} instead of {b[i]:R}");
        }
    }
}
