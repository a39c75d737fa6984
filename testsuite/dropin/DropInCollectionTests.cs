using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>Lists, arrays and dictionaries outside that a method changes, and dictionaries that it returns: as the original does it, call after call.</summary>
public sealed class DropInCollectionTests(DropInCollectionTests.Nets nets) : IClassFixture<DropInCollectionTests.Nets>
{
    // Name, fields, body.
    private static readonly (string Name, string Fields, string Body)[] Rows =
    [
        ("Appends", "public List<Tensor> seen = new();", "var y = x.sin(); seen.Add(y); seen.Add(x); return y.cos();"),
        ("Collects", "public List<Tensor> seen = new();", "seen.Clear(); var h = x; for (int i = 0; i < 2; i++) { h = h.sin(); seen.Add(h); } return cat(seen, 0) * seen.Count;"),
        ("Replaces", "public List<Tensor> seen = new() { ones(4), zeros(4) };", "var old = seen[0]; seen[0] = x.sin(); seen.Insert(1, seen[0] * 2); seen.RemoveAt(2); return old + seen[1] + seen[0];"),
        ("AddsRange", "public List<Tensor> seen = new();", "seen.AddRange(new[] { x.sin(), x.cos() }); seen.AddRange(Enumerable.Range(1, 2).Select(i => x * i)); return x.exp();"),
        ("Numbers", "public List<long> sizes = new();", "sizes.Add(x.shape[0]); sizes.Add(7); return x.exp();"),
        ("Slots", "public Tensor?[] slots = new Tensor?[3];", "slots[1] = x.sin(); slots[2] = slots[1] is null ? x : slots[1]! * 2; return slots[2]!.cos();"),
        ("Counters", "public int[] counts = new int[2];", "counts[0]++; counts[1] += 2; return x * counts[1];"),
        ("Window", "public Queue<Tensor> window = new();", "window.Enqueue(x.sin()); while (window.Count > 2) window.Dequeue(); var s = x; foreach (var t in window) s = s + t; return s;"),
        ("Stores", "public Dictionary<string, Tensor> cache = new();", "var y = x.sin(); cache[\"y\"] = y; cache[\"x\"] = x; return y.cos() + cache[\"y\"];"),
        ("Memoizes", "public Dictionary<string, Tensor> cache = new(); public int made;", """
            if (!cache.TryGetValue("m", out var m)) { made++; m = ones(4, 4).tril(); cache["m"] = m; }
            return matmul(x, m);
            """),
        ("Updates", "public Dictionary<string, Tensor> cache = new();", "var k = cache.ContainsKey(\"k\") ? cat([cache[\"k\"], x], 0) : x; cache[\"k\"] = k.DetachFromDisposeScope(); return k.sum(0) * 2;"),
        ("Removes", "public Dictionary<string, Tensor> cache = new() { [\"a\"] = ones(4) };", "var had = cache.Remove(\"a\"); cache.TryAdd(\"a\", x.sin()); cache.TryAdd(\"a\", x.cos()); return had ? x.exp() : x.tanh();"),
        ("Refills", "public Dictionary<int, Tensor> cache = new() { [3] = ones(4) };", "cache.Clear(); cache.Add(2, x.sin()); cache[1] = x.cos(); var s = x; foreach (var (k, v) in cache) s = s * k + v; return s * cache.Count;"),
        ("Objects", "public Dictionary<string, object> log = new();", "log[\"rows\"] = x.shape[0]; log[\"name\"] = \"net\"; log[\"half\"] = 0.5; log[\"t\"] = x.sin(); return x.exp();"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void ChangeAsInTheOriginal(string name)
    {
        using var off = no_grad();
        var application = nets.Application;
        var (original, dropIn) = application.Make($"Changes.{name}");
        var fields = ((object)original).GetType().GetFields().Where(f => f.DeclaringType!.Namespace == "Changes").Select(f => f.Name).ToArray();
        for (var call = 0; call < 3; call++)
        {
            Tensor x = randn(3, 4), twin = x.clone();
            object expected = original.forward(x);
            // A collection that grows with each call may differ from what any version expects.
            object actual = call == 0 || name is not ("Window" or "Replaces" or "Counters" or "Updates") ? application.Compiled<object>($"Changes.{name}.forward", () => dropIn.forward(twin)) : dropIn.forward(twin);
            Same(expected, actual);
            foreach (var field in fields)
                Same(((object)original).GetType().GetField(field)!.GetValue(original), ((object)dropIn).GetType().GetField(field)!.GetValue(dropIn));
        }
    }

    [Fact]
    public void TwoPathsToOneListRunTheOriginal()
    {
        using var off = no_grad();
        var application = nets.Application;
        var (_, net) = application.Make("Changes.TwoLists");
        using var x = ones(2, 4);
        using Tensor y = application.Compiled("Changes.TwoLists.forward", () => (Tensor)net.forward(x));
        Assert.Equal(1f, y[0, 0].item<float>());
        net.b = net.a;
        using Tensor z = application.Missed("Changes.TwoLists.forward", "'this.b is not this.a' does not hold", () => (Tensor)net.forward(x));
    }

    [Fact]
    public void DictionariesAreReturned()
    {
        using var off = no_grad();
        var application = nets.Application;
        var (original, dropIn) = application.Make("Changes.Returns");
        Tensor x = randn(3, 4);
        Same((object)original.forward(x), application.Compiled<object>("Changes.Returns.forward", () => dropIn.forward(x)));
    }

    private static void Same(object? expected, object? actual)
    {
        switch (expected)
        {
            case Tensor e:
                Assert.True(allclose(e, Assert.IsAssignableFrom<Tensor>(actual), atol: 1e-6));
                break;
            case System.Collections.IDictionary e:
                var a = Assert.IsAssignableFrom<System.Collections.IDictionary>(actual);
                Assert.Equal(e.GetType(), a.GetType());
                Assert.Equal(e.Keys.Cast<object>(), a.Keys.Cast<object>());
                foreach (var key in e.Keys)
                    Same(e[key], a[key]);
                break;
            case System.Collections.ICollection e:
                var items = Assert.IsAssignableFrom<System.Collections.ICollection>(actual).Cast<object?>().ToArray();
                Assert.Equal(e.Count, items.Length);
                foreach (var (first, second) in e.Cast<object?>().Zip(items))
                    Same(first, second);
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    public sealed class Nets : IDisposable
    {
        internal DropInApplication Application { get; } = DropInApplication.Of(
            "using System.Linq;" + string.Concat(Rows.Select(r => $$"""
                namespace Changes { public class {{r.Name}} : nn.Module<Tensor, Tensor> { {{r.Fields}} public {{r.Name}}() : base("n") { } public override Tensor forward(Tensor x) { {{r.Body}} } } }

                """)) + """
                namespace Changes
                {
                    public class TwoLists : nn.Module<Tensor, Tensor>
                    {
                        public List<Tensor> a = new() { ones(1) }, b = new() { ones(1) };
                        public TwoLists() : base("t") { }
                        public override Tensor forward(Tensor x) { a[0] = x * 5; return x * b[0]; }
                    }

                    public class Returns : nn.Module<Tensor, Dictionary<string, object>>
                    {
                        public Returns() : base("r") { }
                        public override Dictionary<string, object> forward(Tensor x)
                        {
                            var parts = new Dictionary<string, Tensor> { ["sin"] = x.sin(), ["x"] = x };
                            return new() { ["parts"] = parts, ["n"] = 3, ["rows"] = x.shape[0], ["name"] = "r", ["none"] = null! };
                        }
                    }
                }
                """,
            string.Join('|', Rows.Select(r => r.Name).Append("TwoLists").Append("Returns").Select(n => $"Changes.{n}.forward=x: f32[N,4]")));

        public void Dispose() => Application.Dispose();
    }
}
