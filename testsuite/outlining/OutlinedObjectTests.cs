using DlAot.Tests.DropIn;
using Microsoft.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.Outlining;

/// <summary>Modules in locals around a boundary, and the bodies of lambdas, iterators and async methods: parts of them run compiled.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed class OutlinedObjectTests(OutlinedObjectTests.Release release, OutlinedObjectTests.Debug debug) : IClassFixture<OutlinedObjectTests.Release>, IClassFixture<OutlinedObjectTests.Debug>
{
    private const string Layers = "readonly ModuleList<Module<Tensor, Tensor>> layers = new(new Block(4), new Block(4), new Block(4)); ";

    // Name, compiled methods (parts and others) that a call must reach without a miss, members, body.
    private static readonly (string Name, string[] Compiled, string Members, string Body)[] Rows =
    [
        ("Indexed", ["Indexed.<forward>__part0"], Layers, "for (int i = 0; i < layers.Count; i++) { x = layers[i].call(x).tanh(); Said(x); } return x;"),
        ("IndexedFirst", ["IndexedFirst.<forward>__part0"], Layers, "for (int i = 0; i < layers.Count; i++) { Said(x); x = layers[i].call(x).tanh(); if (i == 1) Said(x); } return x;"),
        ("Each", ["Each.<forward>__part0"], Layers, "foreach (var layer in layers) { Said(x); x = layer.call(x).tanh(); } return x;"),
        ("EachAfter", ["EachAfter.<forward>__part0"], Layers, "foreach (var layer in layers) { x = layer.call(x).tanh(); Said(x); x = (layer.call(x) * 2).exp().tanh(); } return x;"),
        ("Held", ["Held.<forward>__part0", "Held.<forward>__part1"], "readonly Block one = new(4), two = new(4); ", "var a = one; var b = x.shape[0] > 4 ? two : one; x = a.call(x).relu(); Said(x); return b.call(x) + a.call(x);"),
        ("Aliased", ["Aliased.<forward>__part0", "Aliased.<forward>__part1"], "", "var y = (x * 2).relu(); var z = y; Said(y); y = y + z; var w = (y * z).tanh(); return w + z;"),
        ("Listed", ["Listed.<forward>__part0"], Layers, "var all = new List<Tensor>(); foreach (var layer in layers) { x = layer.call(x).tanh(); Said(x); all.Add(x); } return cat(all.ToArray(), 0);"),
        ("Lambda", ["Lambda.<>c__DisplayClass5_0.<forward>b__0"], "readonly Linear a = Linear(4, 4); Tensor Twice(Func<Tensor, Tensor> f, Tensor x) { Said(x); return f(f(x)); } ", "var scale = 2.0; Said(x); return Twice(t => (a.call(t) * scale).relu().tanh(), x);"),
        ("Plain", ["Plain.<>c.<forward>b__4_0"], "Tensor Twice(Func<Tensor, Tensor> f, Tensor x) { Said(x); return f(f(x)); } ", "return Twice(static t => (t * 3).relu().tanh(), x);"),
        ("Local", ["Local.<forward>g__Inner|4_0"], "readonly Linear a = Linear(4, 4); ", "Func<Tensor, Tensor> f = Inner; Said(x); return f(f(x)); Tensor Inner(Tensor t) => (a.call(t) * 2).relu().tanh();"),
        ("Yields", ["Yields.<All>d__4.<MoveNext>__part0", "Yields.<All>d__4.<MoveNext>__part1"], "readonly Linear a = Linear(4, 4); IEnumerable<Tensor> All(Tensor x) { for (int i = 0; i < 3; i++) { x = (a.call(x) * 2).relu(); yield return x; x = x.tanh().exp(); } } ", "Tensor s = x; foreach (var t in All(x)) { Said(t); s = s + t; } return s;"),
        ("Waits", ["Waits.<Run>d__4.<MoveNext>__part0", "Waits.<Run>d__4.<MoveNext>__part1", "Waits.<Run>d__4.<MoveNext>__part2"], "readonly Linear a = Linear(4, 4); async System.Threading.Tasks.Task<Tensor> Run(Tensor x) { using var off = no_grad(); var y = (a.call(x) * 2).relu(); await System.Threading.Tasks.Task.Delay(1); off.Dispose(); using var still = no_grad(); x = (x + y).tanh().exp(); await System.Threading.Tasks.Task.Yield(); using var more = no_grad(); return (x * y).sigmoid() + 1; } ", "return Run(x).Result;"),
        ("WaitsInLoop", ["WaitsInLoop.<Run>d__4.<MoveNext>__part0"], "readonly Linear a = Linear(4, 4); async System.Threading.Tasks.Task<Tensor> Run(Tensor x, int n) { for (int i = 0; i < n; i++) { try { await System.Threading.Tasks.Task.Yield(); using (no_grad()) { x = (a.call(x) * 2).relu() + i; } } finally { Said(x); } } return x; } ", "return Run(x, 3).Result;"),
    ];

    public static TheoryData<string, bool> Names
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var row in Rows)
            {
                data.Add(row.Name, true);
                data.Add(row.Name, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void IsTheOriginals(string name, bool isRelease)
    {
        DropInApplication application = isRelease ? release.Application : debug.Application;
        using var off = no_grad();
        var (original, dropIn) = application.Make($"Parted.{name}");
        string[] compiled = [.. Rows.Single(r => r.Name == name).Compiled.Select(c => "Parted." + c)];
        if (isRelease)
        {
            Assert.True(compiled.All(application.Result.Methods.Contains), $"{string.Join(", ", application.Result.Methods.Where(m => m.StartsWith($"Parted.{name}.", StringComparison.Ordinal)))}; {string.Join("; ", application.Result.Diagnostics.Where(d => d.Subject.Contains($".{name}.", StringComparison.Ordinal)))}");
        }

        foreach (int rows in new[] { 3, 5, 3 })
        {
            using Tensor x = randn(rows, 4), twin = x.clone();
            var before = compiled.Select(DropInApplication.Misses).ToArray();
            long ran = DlAot.Runtime.Fallback.CompiledCalls;
            Tensor expected = original.forward(x), actual = dropIn.forward(twin);
            Assert.True(expected.allclose(actual, 1e-4, 1e-5) && expected.shape.SequenceEqual(actual.shape), name);
            Assert.Equal(((List<string>)original.said).ToArray(), ((List<string>)dropIn.said).ToArray());
            Assert.True(x.Equals(twin) || x.allclose(twin));
            Assert.True(DlAot.Runtime.Fallback.CompiledCalls > ran, string.Join(", ", application.Result.Methods.Where(m => m.StartsWith($"Parted.{name}.", StringComparison.Ordinal))));
            if (isRelease)
            {
                Assert.Equal(before, compiled.Select(DropInApplication.Misses));
            }
        }
    }

    private static readonly string Source = $$"""
        namespace Parted;
        public class Block : Module<Tensor, Tensor>
        {
            private readonly Linear a;
            public Block(int n) : base("block") { a = Linear(n, n); RegisterComponents(); }
            public override Tensor forward(Tensor x) => (a.call(x) * 2).relu();
        }
        {{string.Join("\n", Rows.Select(r => $$"""
            public class {{r.Name}} : Module<Tensor, Tensor>
            {
                public readonly List<string> said = new();
                private void Said(Tensor t) { said.Add(t.shape[0] + " " + t.sum().item<float>().ToString("0.00")); }
                public {{r.Name}}() : base("{{r.Name}}") { RegisterComponents(); }
                {{r.Members}}
                public override Tensor forward(Tensor x) { {{r.Body}} }
            }
            """))}}
        """;

    public sealed class Release : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(Source);

        public void Dispose() => Application.Dispose();
    }

    public sealed class Debug : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(Source, options: new DropInSource { Level = OptimizationLevel.Debug });

        public void Dispose() => Application.Dispose();
    }
}
