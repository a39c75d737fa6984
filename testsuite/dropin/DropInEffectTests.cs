using TorchSharp;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>What a method does to the world outside, the drop-in does too: the same writes, the same objects, once.</summary>
[Collection(RuntimeCopy.Collection)]
public sealed class DropInEffectTests(DropInEffectTests.Nets nets) : IClassFixture<DropInEffectTests.Nets>
{
    // Name, fields, body, other members.
    private static readonly (string Name, string Fields, string Body)[] Rows =
    [
        ("Counter", "public int calls;", "calls++; return x * calls;"),
        ("CounterOfSizes", "public long rows; public int last;", "rows += x.shape[0]; last = (int)x.shape[1]; return x.relu();"),
        ("Flag", "public bool seen;", "if (!seen) { seen = true; return x.exp(); } return x.relu();"),
        ("KeepsInput", "public Tensor? last;", "last = x; return x.relu();"),
        ("KeepsResult", "public Tensor? last;", "var y = x.relu(); last = y; return y;"),
        ("KeepsTwin", "public Tensor? last;", "var y = x.relu(); last = y.alias(); return y;"),
        ("Cache", "public Tensor? cache;", "cache = (cache is null ? x.relu() : cat([cache, x.relu()], 0)).DetachFromDisposeScope(); return cache.sum(1);"),
        ("CacheInScope", "public Tensor? cache;", """
            using var scope = NewDisposeScope();
            var k = x.relu();
            if (cache is not null) { var old = cache; k = cat([old, k], 0); old.Dispose(); }
            cache = k.DetachFromDisposeScope();
            return (k * 2).sum(1).MoveToOuterDisposeScope();
            """),
        ("CacheOfTwo", "public (Tensor, Tensor)? cache;", """
            var (k, v) = (x.relu(), x.tanh());
            if (cache is { } c) { k = cat([c.Item1, k], 0); v = cat([c.Item2, v], 0); }
            cache = (k, v);
            return (k * v).sum(1);
            """),
        ("Holder", "public Held held = new();", "held.count += 2; held.last = x.relu(); return held.last + held.count;"),
        ("Static", "public static int total; public int before;", "before = total; total = total + 1; return x * total;"),
        ("Constants", "public string? name; public double half; public float? third; public Held? none = new();", "name = \"net\"; half = 0.5; third = 0.25f; none = null; return x.relu();"),
        ("NewObject", "public Held? made;", "made = new Held { count = 3, last = x.relu() }; return made.last;"),
        ("NewList", "public List<Tensor>? made;", "made = new List<Tensor> { x.relu(), x.tanh() }; made.Add(made[0]); return made[1];"),
        ("NewRecord", "public Pair? made;", "made = new Pair(x.relu(), 7); return made.Tensor;"),
        ("WritesInput", "", "x.add_(1); return x * 2;"),
        ("WritesRow", "public Tensor table = zeros(8, 4);", "table[2] = x[0]; table[TensorIndex.Slice(4, 7)] = x.relu(); return table.sum(1);"),
        ("KeyValueCache", "public Tensor cache = zeros(16, 4); public int used;", """
            var n = (int)x.shape[0];
            cache.narrow(0, used, n).copy_(x.tanh());
            used += n;
            return matmul(x, cache.narrow(0, 0, used).t());
            """),
        ("ReturnsWritten", "public Tensor cache = zeros(6, 4);", "cache[0..3] = x; return cache[0..2];"),
        ("Words", "public string? said;", "said = $\"{x.shape[0]} rows of {x.size(1)}\"; return x.relu();"),
        ("Lists", "public string? said;", "said = \"[\" + string.Join(\", \", x.shape) + \"]\"; Console.Write(\"\"); return x.relu();"),
        ("OptionalSet", "public double? k = 2;", "return k.HasValue ? x * k.Value : x.exp();"),
        ("OptionalUnset", "public int? k; public bool? yes; public float? none;", "return k is null && yes != true ? x.exp() : x * (none ?? 2f);"),
        ("ReadsWhatItWrote", "public float scale = 2;", "scale = 3; var y = x * scale; scale = 0.5f; return y + scale;"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void IsTheOriginals(string name)
    {
        using var off = no_grad();
        var application = nets.Application;
        var method = $"Effects.{name}.forward";
        var (original, dropIn) = application.Make($"Effects.{name}");
        var fields = ((object)original).GetType().GetFields().Where(f => f.DeclaringType!.Namespace == "Effects").Select(f => f.Name).ToArray();
        for (var call = 0; call < 4; call++)
        {
            Tensor x = randn(3, 4), twin = x.clone();
            object expected = original.forward(x);
            object actual = application.Compiled<object>(method, () => dropIn.forward(twin));
            Same(expected, actual);
            Same(x, twin);
            foreach (var field in fields)
            {
                object? e = ((object)original).GetType().GetField(field)!.GetValue(original);
                object? a = ((object)dropIn).GetType().GetField(field)!.GetValue(dropIn);
                Same(e, a);
                Assert.Equal(ReferenceEquals(e, x), ReferenceEquals(a, twin));
                Assert.Equal(ReferenceEquals(e, expected), ReferenceEquals(a, actual));
                if (e is Tensor held && expected is Tensor returned)
                    Assert.Equal(ShareStorage(held, returned), ShareStorage((Tensor)a!, (Tensor)actual));
            }
        }
    }

    [Fact]
    public void TwoPathsToOneObjectRunTheOriginal()
    {
        using var off = no_grad();
        var application = nets.Application;
        var (_, net) = application.Make("Effects.TwoOwners");
        using var x = ones(2, 2);
        var y = application.Compiled("Effects.TwoOwners.forward", () => (Tensor)net.forward(x));
        Assert.Equal(1f, y[0, 0].item<float>());
        net.b = net.a;
        y = application.Missed("Effects.TwoOwners.forward", "'this.a is not this.b' does not hold", () => (Tensor)net.forward(x));
        Assert.Equal(2f, y[0, 0].item<float>());
    }

    [Theory]
    [InlineData("Clipped", 0.5f, 100f)]
    [InlineData("Masked", 1f, -1f)]
    [InlineData("Emptied", 1f, 0f)]
    [InlineData("Scaled", 1f, null)]
    public void ConditionsOnValuesAreChecked(string name, float likely, float? unlikely)
    {
        using var off = no_grad();
        var application = nets.Application;
        var (original, net) = application.Make($"Effects.{name}");
        using var x = full(3, 4, likely);
        Tensor expected = original.forward(x);
        var y = application.Compiled($"Effects.{name}.forward", () => (Tensor)net.forward(x));
        Assert.InRange((expected - y).abs().max().item<float>(), 0, 1e-5);
        if (unlikely is null)
            return;
        using var z = full(3, 4, unlikely.Value);
        expected = original.forward(z);
        y = application.Compiled($"Effects.{name}.forward", () => (Tensor)net.forward(z));
        Assert.InRange((expected - y).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void AWriteThatAnotherInputSharesRunsTheOriginal()
    {
        using var off = no_grad();
        var application = nets.Application;
        var (_, net) = application.Make("Effects.WritesRow");
        using var own = zeros(8, 4);
        net.table = own;
        using var x = own.narrow(0, 5, 3);
        using Tensor y = application.Missed("Effects.WritesRow.forward", "'this.table shares no memory with x' does not hold", () => (Tensor)net.forward(x));
    }

    [Fact]
    public void WhatIsPrintedIsPrintedOnceAndInOrder()
    {
        using var off = no_grad();
        var application = nets.Application;
        var (_, net) = application.Make("Effects.Talks");
        using var x = ones(2, 3);
        var console = Console.Out;
        using var said = new StringWriter();
        try
        {
            Console.SetOut(said);
            application.Compiled("Effects.Talks.forward", () => (Tensor)net.forward(x)).Dispose();
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Equal($"in {Environment.NewLine}shape 2 x 3, call 1{Environment.NewLine}7", said.ToString());
    }

    [Fact]
    public void WhatIsKeptOutlivesTheScopeOfTheCall()
    {
        using var off = no_grad();
        var (_, net) = nets.Application.Make("Effects.CacheInScope");
        using (NewDisposeScope())
            net.forward(randn(2, 4));
        using (NewDisposeScope())
            Assert.Equal(4, ((Tensor)net.forward(randn(2, 4))).shape[0]);
        Assert.Equal(4, ((Tensor)net.cache).shape[0]);
    }

    private static unsafe bool ShareStorage(Tensor a, Tensor b) => DlAot.Runtime.TorchNative.DataOf(a.Handle) == DlAot.Runtime.TorchNative.DataOf(b.Handle);

    private static void Same(object? expected, object? actual)
    {
        switch (expected)
        {
            case Tensor e:
                var a = Assert.IsType<Tensor>(actual);
                Assert.Equal(e.dtype, a.dtype);
                Assert.Equal(e.shape, a.shape);
                Assert.InRange((e - a).abs().max().item<float>(), 0, 1e-5);
                break;
            case System.Collections.IList list:
                Assert.Equal(list.Count, ((System.Collections.IList)actual!).Count);
                for (var i = 0; i < list.Count; i++)
                    Same(list[i], ((System.Collections.IList)actual)[i]);
                break;
            case System.Runtime.CompilerServices.ITuple tuple:
                for (var i = 0; i < tuple.Length; i++)
                    Same(tuple[i], ((System.Runtime.CompilerServices.ITuple)actual!)[i]);
                break;
            case { } made when made.GetType().Namespace == "Effects":
                foreach (var field in made.GetType().GetFields())
                    Same(field.GetValue(made), actual!.GetType().GetField(field.Name)!.GetValue(actual));
                break;
            default:
                Assert.Equal(expected, actual);
                break;
        }
    }

    /// <summary>One class for each row.</summary>
    public sealed class Nets : IDisposable
    {
        public Nets() => Application = DropInApplication.Of($$"""
            namespace Effects;
            public class Held { public int count = 1; public Tensor? last; }
            public record Pair(Tensor Tensor, int Number);
            public class Clipped : Module<Tensor, Tensor> {
                public int clipped;
                public Clipped() : base("Clipped") { }
                public override Tensor forward(Tensor x) { if (x.abs().max().item<float>() > 10f) { clipped++; return x.clamp(-10, 10); } return x * 2; }
            }
            public class Masked : Module<Tensor, Tensor> {
                public Masked() : base("Masked") { }
                public override Tensor forward(Tensor x) { var ok = (x > 0).all().ToBoolean(); return ok ? x.log() : x.exp(); }
            }
            public class Emptied : Module<Tensor, Tensor> {
                public Emptied() : base("Emptied") { }
                public override Tensor forward(Tensor x) { var n = (x != 0).sum().ToInt32(); if (n == 0) throw_if(false); return n == 0 ? zeros_like(x) : x / n; }
                static void throw_if(bool b) { if (b) throw new Exception(); }
            }
            public class Scaled : Module<Tensor, Tensor> {
                public Scaled() : base("Scaled") { }
                public override Tensor forward(Tensor x) { var s = x.mean().item<float>(); return x * (1f / (s + 1e-5f)); }
            }
            public class Talks : Module<Tensor, Tensor> {
                public int calls;
                public Talks() : base("Talks") { }
                public override Tensor forward(Tensor x) { Console.WriteLine("in "); calls++; Console.WriteLine($"shape {x.shape[0]} x {x.shape[1]}, call {calls}"); Console.Write(7); return x.exp(); }
            }
            public class TwoOwners : Module<Tensor, Tensor> {
                public Held a = new(), b = new() { count = 2 };
                public TwoOwners() : base("TwoOwners") { }
                public override Tensor forward(Tensor x) { b.count = 0; a.count = 1; return x * (b.count + 1); }
            }
            {{string.Join("\n", Rows.Select(r => $$"""
                public class {{r.Name}} : Module<Tensor, Tensor> {
                    {{r.Fields}}
                    public {{r.Name}}() : base("{{r.Name}}") { }
                    public override Tensor forward(Tensor x) { {{r.Body}} }
                }
                """))}}
            """, string.Join('|', Rows.Select(r => $"Effects.{r.Name}.forward=x: f32[N,C]")));

        internal DropInApplication Application { get; }

        public void Dispose() => Application.Dispose();
    }
}
