using DlAot.Benchmarks.Measuring;
using DlAot.Benchmarks.Verbs;
using DlAot.Compiler.Diagnostics;

(string Name, string Summary, Func<string[], int> Run)[] verbs =
[
    ("demo", "[MODEL ...]  compile the samples, compare with the originals: artifacts/demo.json, demo.svg", DemoVerb.Run),
    ("bench", "[MODEL ...]  the same over more sizes, and what a call costs: artifacts/bench.json", BenchVerb.Run),
    ("table", "[FILE]       the demo's results as Markdown", TableVerb.Run),
];
(string Name, Func<string[], int> Run)[] children = [(MeasureVerb.Name, MeasureVerb.Run), (FirstCallVerb.Name, FirstCallVerb.Run)];

try
{
    if (args is [var name, .. var rest])
    {
        Func<string[], int>? run = verbs.Where(verb => verb.Name == name).Select(verb => verb.Run).Concat(children.Where(child => child.Name == name).Select(child => child.Run)).FirstOrDefault();
        if (run is not null)
            return run(rest);
    }
}
catch (CompilationException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}
catch (MeasuringFailedException failure)
{
    Console.Error.WriteLine($"error : {failure.Message}");
    return 2;
}

Console.Error.WriteLine("usage: DlAot.Benchmarks VERB");
foreach (var (name, summary, _) in verbs)
    Console.Error.WriteLine($"  {name,-6} {summary}");
return 1;
