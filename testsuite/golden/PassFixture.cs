using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Reference;
using DlAot.Ir.Text;
using DlAot.Passes;
using DlAot.Tests.House;

namespace DlAot.Tests.Golden;

/// <summary>
/// A file <c>golden/PASS/*.dlir</c>: comments, a graph, a line of dashes, and the expected text after PASS. A comment
/// <c>// sizes N=2 T=3; N=0 T=1</c> names the sizes at which the whole pipeline's plan is compared with the reference evaluator.
/// </summary>
internal sealed record PassFixture(string Path, string Pass, string Source, string Expected)
{
    private const string Separator = "\n---\n";

    private static string Folder => System.IO.Path.Combine(Repository.Root, "testsuite", "golden");

    public static IEnumerable<string> Names => Pipeline.Rows.Select(r => System.IO.Path.Combine(Folder, r.Name)).Where(Directory.Exists)
        .SelectMany(d => Directory.GetFiles(d, "*.dlir")).Select(f => System.IO.Path.GetRelativePath(Folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    public Graph Graph => GraphText.Parse(Source, Path);

    /// <summary>Values of the symbols, one dictionary per run; one empty one when the graph has no symbols.</summary>
    public IEnumerable<IReadOnlyDictionary<string, long>> Sizes
    {
        get
        {
            string line = Source.Split('\n').FirstOrDefault(l => l.StartsWith("// sizes", StringComparison.Ordinal), "");
            return line.Replace("// sizes", "", StringComparison.Ordinal).Split(';').Select(run => run.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=')).ToDictionary(p => p[0], p => long.Parse(p[1], System.Globalization.CultureInfo.InvariantCulture)));
        }
    }

    public static PassFixture Read(string name)
    {
        string path = System.IO.Path.Combine(Folder, name), text = File.ReadAllText(path).ReplaceLineEndings("\n");
        int at = text.IndexOf(Separator, StringComparison.Ordinal);
        return new PassFixture(path, name.Split('/')[0], at < 0 ? text : text[..at], at < 0 ? "" : text[(at + Separator.Length)..]);
    }

    public void Bless(string actual) => File.WriteAllText(Path, $"{Source.TrimEnd('\n')}{Separator}{actual}");

    /// <summary>The graph after the pass, the groups after fusion, or the plan.</summary>
    public string Actual()
    {
        PassState state = Pipeline.RunUntil(Graph, null, Pass);
        return state.Plan is not null ? PlanPrinter.Print(state.Plan)
            : state.GroupLines.IsEmpty ? GraphText.Print(state.Graph)
            : string.Concat(state.GroupLines.Select(l => l + "\n"));
    }

    /// <summary>Inputs for given sizes: floats between -2 and 2 (names with "var" are positive), integers 0, 1 or 2.</summary>
    public static ImmutableArray<NdArray> Inputs(Graph graph, IReadOnlyDictionary<string, long> sizes, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. graph.Inputs.Select(i =>
            {
                ImmutableArray<long> shape = [.. i.Value.Shape.Select(d => d.Evaluate(s => sizes[s]))];
                IEnumerable<int> elements = Enumerable.Range(0, (int)shape.Aggregate(1L, (x, y) => x * y));
                DType type = i.Value.DType;
                return i.Kind == InputKind.Scalar && sizes.TryGetValue("$" + i.Name, out long number) ? NdArray.FromIntegers(type, shape, [number])
                    : !type.IsFloat() ? NdArray.FromIntegers(type, shape, elements.Select(_ => (long)random.Next(type == DType.Bool ? 2 : 3)))
                    : i.Name.Contains("var", StringComparison.Ordinal) ? NdArray.FromFloats(type, shape, elements.Select(_ => random.NextDouble() + 0.1))
                    : NdArray.FromFloats(type, shape, elements.Select(_ => (random.NextDouble() * 4) - 2));
            }),
        ];
    }
}
