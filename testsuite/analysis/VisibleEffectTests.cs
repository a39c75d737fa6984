using DlAot.Compiler.Analysis.Effects;
using DlAot.Compiler.Reading;
using DlAot.Tests.Lifting;
using Mono.Cecil;

namespace DlAot.Tests.Analysis;

/// <summary>What methods read and write that others can see, and the way there.</summary>
public class VisibleEffectTests
{
    private static (string[] Reads, string[] Writes) Of(string source, string method = "forward")
    {
        string path = Snippet.Compile(source);
        try
        {
            using AssemblyReader reader = AssemblyReader.Open(path, [AppContext.BaseDirectory]);
            var analysis = new EffectAnalysis(reader.World);
            MethodDefinition m = reader.World.Module.GetType("Net").Methods.Single(x => x.Name == method);
            VisibleEffects effects = VisibleEffects.Of(m, analysis);
            return ([.. effects.Reads], [.. effects.Writes.Select(w => $"{w.Location}: {w.Text}")]);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void A_field_is_written_and_another_method_reads_it()
    {
        (string[] reads, string[] writes) = Of("""
            public class Net {
                Tensor cache = null!; float scale = 2;
                public Tensor forward(Tensor x) { cache = x * scale; return x; }
                public Tensor Generate() => cache + 1;
            }
            """);
        Assert.Equal(["this.scale"], reads);
        Assert.Equal(["Snippet.cs(3,39): it writes this.cache, read by Generate() at Snippet.cs(4,33)"], writes);
    }

    [Fact]
    public void Writes_of_callees_come_with_the_calls_that_lead_there() => Assert.Equal(
        "Snippet.cs(4,32): it writes this.steps through Update() at Snippet.cs(3,39), Count() at Snippet.cs(5,26)",
        string.Join("; ", Of("""
            public class Net {
                int steps;
                public Tensor forward(Tensor x) { Update(); return x; }
                void Count() {             steps = steps + 1; }
                void Update() {      Count(); }
            }
            """).Writes));

    [Theory]
    [InlineData("x.add_(1);", "x[]")]
    [InlineData("x.view(-1)[0] = torch.ones(1);", "x[]")]
    [InlineData("cache.slice(0, 0, 2, 1).copy_(x);", "this.cache[]")]
    [InlineData("list.Add(x);", "this.list[]")]
    [InlineData("map[\"x\"] = x;", "this.map[]")]
    [InlineData("Shared.total = 3;", "Shared.total")]
    [InlineData("array[1] = 2;", "this.array[]")]
    [InlineData("state.Count++;", "this.state.Count")]
    [InlineData("Auto = 4;", "this.Auto")]
    [InlineData("foreach (State s in states) { s.Count = 1; }", "this.states[].Count")]
    [InlineData("Touch(state);", "this.state.Count")]
    [InlineData("Get().Count = 2;", "this.state.Count")]
    [InlineData("new Writer().Run(state);", "this.state.Count")]
    public void What_others_see_is_named(string body, string place) => Assert.Contains($"it writes {place}", Assert.Single(Of(Class(body)).Writes));

    [Theory]
    [InlineData("var own = new List<Tensor>(); own.Add(x); own.Clear();")]
    [InlineData("var own = new State(); own.Count = 3;")]
    [InlineData("var own = new int[3]; own[1] = 2;")]
    [InlineData("var own = x + 1; own.add_(2); own[0] = x;")]
    [InlineData("Touch(new State());")]
    [InlineData("Func<Tensor, Tensor> f = y => y + 1; x = f(x);")]
    [InlineData("_ = list.Count + cache.shape[0];")]
    public void What_is_new_is_nobodys(string body) => Assert.Empty(Of(Class(body)).Writes);

    [Fact]
    public void A_virtual_call_may_run_every_override() => Assert.Contains("it writes this.state.Count through Step()", Assert.Single(Of(Class("Base b = new Derived(); b.Step(state);")).Writes));

    [Fact]
    public void Recursion_ends() => Assert.Contains("it writes this.state.Count", Assert.Single(Of(Class("Again(3);")).Writes));

    private static string Class(string body) => $$"""
        public class State { public int Count; }
        public static class Shared { public static int total; }
        public class Base { public virtual void Step(State s) { } }
        public class Derived : Base { public override void Step(State s) => s.Count = 9; }
        public class Writer { int own; public void Run(State s) { own = 1; s.Count = own; } }
        public class Net {
            Tensor cache = null!; List<Tensor> list = new(); List<State> states = new(); Dictionary<string, Tensor> map = new(); int[] array = new int[4]; State state = new();
            int Auto { get; set; }
            State Get() => state;
            static void Touch(State s) => s.Count = 5;
            void Again(int n) { if (n > 0) { Again(n - 1); } state.Count = n; }
            public Tensor forward(Tensor x) { {{body}} return x; }
        }
        """;
}
