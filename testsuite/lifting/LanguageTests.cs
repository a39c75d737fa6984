using DlAot.Compiler.Lifting;
using Microsoft.CodeAnalysis;
using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary>Forms of C#: each lifts to the same ops in Debug and in Release.</summary>
public class LanguageTests
{
    public static TheoryData<string, string, string> Forms => new()
    {
        { "straight line", Net("return functional.relu(x) + 1;"), "relu full add" },
        { "operators keep their order", Net("return 2 - x;"), "full sub" },
        { "for over a constant bound", Net("for (int i = 0; i < 3; i++) x = x.sin(); return x;"), "sin sin sin" },
        { "while", Net("int n = 2; while (n-- > 0) x = x.cos(); return x;"), "cos cos" },
        { "foreach over an array", Net("foreach (var f in new[] { 1.0, 2.0 }) x = x * f; return x;"), "full mul full mul" },
        { "list of tensors", Net("var l = new List<Tensor>(); for (int i = 0; i < 2; i++) l.Add(x.exp()); return cat(l, 0);"), "exp exp concat" },
        { "switch on a string of a field", Net("switch (kind) { case \"a\": return x.sin(); case \"b\": return x.cos(); default: return x; }", "private readonly string kind = \"b\";"), "cos" },
        { "switch expression on an int", Net("return mode switch { 0 => x.sin(), 1 => x.cos(), _ => x.exp() };", "private readonly int mode = 1;"), "cos" },
        { "conditional operator on a bool", Net("return flag ? x.sin() : x.cos();", "private readonly bool flag = true;"), "sin" },
        { "optional submodule that is null", Net("if (extra != null) x = extra.call(x); return x.exp();", "private readonly Linear? extra = null;"), "exp" },
        { "local function", Net("Tensor Twice(Tensor t) => t * 2; return Twice(x).exp();"), "full mul exp" },
        { "lambda", Net("Func<Tensor, Tensor> f = t => t.sin(); return f(f(x));"), "sin sin" },
        { "closure", Net("double k = 3; Func<Tensor, Tensor> f = t => t * k; return f(x);"), "full mul" },
        { "activation in a delegate field", Net("return act(x);", "private readonly Func<Tensor, Tensor> act;", "act = t => t.tanh();"), "tanh" },
        { "method group in a delegate field", Net("return act(x);", "private readonly Func<Tensor, Tensor> act;", "act = torch.sin;"), "sin" },
        { "private helper and static helper", Net("return A(x) + B(x);", more: "private Tensor A(Tensor t) => t.sin(); private static Tensor B(Tensor t) => t.cos();"), "sin cos add" },
        { "tuple deconstruction", Net("var (a, b) = Pair(x); return a + b;", more: "(Tensor, Tensor) Pair(Tensor t) => (t.sin(), t.cos());"), "sin cos add" },
        { "out parameter", Net("Split(x, out var a, out var b); return a * b;", more: "static void Split(Tensor t, out Tensor a, out Tensor b) { a = t.sin(); b = t.cos(); }"), "sin cos mul" },
        { "shape arithmetic", Net("var n = x.shape[1]; return x.view(-1, 2, n / 2).sum(-1);"), "reshape sum" },
        { "math on constants", Net("return x / Math.Sqrt(64);"), "full div" },
        { "math on sizes", Net("return x / Math.Sqrt(x.shape[1]);"), "dim cast sqrt cast div" },
        { "ranges", Net("return x[.., 1..] + x[.., ..^1];"), "slice slice add" },
        { "int indexers", Net("return x[0] + x[-1];"), "slice reshape slice reshape add" },
        { "TensorIndex", Net("return x[TensorIndex.Ellipsis, TensorIndex.Slice(0, 1)].exp();"), "slice exp" },
        { "throw guard", Net("if (x.dim() != 2) throw new ArgumentException($\"rank {x.dim()}\"); return x.exp();"), "exp" },
        { "guard on a size", Net("if (x.shape[1] != 4) throw new ArgumentException(\"four\"); return x.exp();"), "exp" },
        { "dispose scope", Net("using var d = NewDisposeScope(); return x.sin().cos().MoveToOuterDisposeScope();"), "sin cos" },
        { "using statement on a tensor", Net("using var t = x.sin(); return t.cos();"), "sin cos" },
        { "in place on a fresh tensor", Net("var y = x.sin(); y.add_(1); y.mul_(2); return y;"), "sin full add full mul" },
        { "in place on a view's base", Net("var y = x.sin(); var v = y.view(-1); y.add_(1); return v.exp();"), "sin reshape full add reshape exp" },
        { "compound assignment", Net("x += 1; x *= x; return x;"), "full add mul" },
        { "LINQ over modules", Net("return layers.Aggregate(x, (t, l) => l.call(t));", "private readonly ModuleList<Linear> layers = new(Linear(4, 4), Linear(4, 4));"), "linear linear" },
        { "records and properties", Net("return x * c.Scale;", "private readonly Config c = new Config();") + " public record Config(double Scale = 2.5) ;", "full mul" },
        { "inheritance", "public abstract class Base : Module<Tensor, Tensor> { protected Base(string n) : base(n) { } protected abstract Tensor Inner(Tensor t); public override Tensor forward(Tensor x) => Inner(x).exp(); } public class Net : Base { public Net() : base(\"n\") { RegisterComponents(); } protected override Tensor Inner(Tensor t) => t.sin(); public override Tensor forward(Tensor x) => base.forward(x).cos(); }", "sin exp cos" },
        { "sequential", Net("return seq.call(x);", "private readonly Sequential seq = Sequential(Linear(4, 8), ReLU(), Linear(8, 2));"), "linear relu linear" },
        { "module typed field", Net("return m.call(x);", "private readonly Module<Tensor, Tensor> m = GELU();"), "gelu" },
        { "dropout is off", Net("return d.call(x).exp();", "private readonly Dropout d = Dropout(0.5);"), "exp" },
        { "nullable argument with a default", Net("return Scaled(x);", more: "Tensor Scaled(Tensor t, double? f = null) => f.HasValue ? t * f.Value : t.exp();"), "exp" },
        { "collection expression", Net("return x.mean([-1], keepdim: true);"), "mean" },
        { "try finally", Net("try { return x.sin(); } finally { GC.KeepAlive(this); }"), "sin" },
        { "chunk", Net("var p = x.chunk(2, -1); return p[0] * p[1].sigmoid();"), "slice slice sigmoid mul" },
        { "stack and cat", Net("return torch.stack(new[] { x, x.sin() }, 1);"), "sin reshape reshape concat" },
        { "dtype of a comparison", Net("return torch.where(x > 0, x, -x);"), "full gt neg where" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void LiftsAlikeInDebugAndRelease(string form, string source, string expected) => Snippet.LiftsAlike(form, source, expected);

    public static TheoryData<string, string, string> Boundaries => new()
    {
        { "host read", Net("return x.data<float>()[0] > 0 ? x : -x;"), "DLAOT2006" },
        { "console", Net("Console.WriteLine(x); return x.exp();"), "DLAOT2005" },
        { "write to a module list", Net("l.Add(Linear(4, 4)); return x.exp();", "private ModuleList<Linear> l = new();"), "DLAOT2004" },
        { "index made elsewhere", Net("return x[.., at];", "private readonly TensorIndex at = TensorIndex.Tensor(torch.arange(2));"), "DLAOT2010" },
        { "scalar made elsewhere", Net("return x * s;", "private readonly Scalar s = 0.5;"), "DLAOT2010" },
        { "unknown delegate", Net("return F(x);", "public static Func<Tensor, Tensor> F = t => t;"), "DLAOT2002" },
        { "recursion", Net("return R(x);", more: "static Tensor R(Tensor t) => R(t);"), "DLAOT2008" },
        { "unknown call", Net("return x + new System.Random().Next();"), "DLAOT2001" },
        { "endless loop", Net("while (true) x = x.sin();"), "DLAOT2012" },
        { "shapes that cannot fit", Net("return l.call(x.view(-1, 3));", "private readonly Linear l = Linear(4, 4);"), "DLAOT2013" },
        { "always throws", Net("throw new InvalidOperationException();"), "DLAOT2014" },
        { "disposed result", Net("using var d = NewDisposeScope(); return x.sin();"), "DLAOT2016" },
        { "random numbers", Net("return x + torch.rand(2, 2);"), "DLAOT2018" },
        { "nothing to compute", Net("return x.view(-1);"), "DLAOT3001" },
    };

    [Theory]
    [MemberData(nameof(Boundaries))]
    public void NamesTheRuleAndTheLine(string form, string source, string code)
    {
        Assert.NotEmpty(form);
        LiftedMethod lifted = Lift(source);
        Assert.False(lifted.IsWhole);
        Compiler.Diagnostics.Diagnostic d = Assert.Single(lifted.Diagnostics);
        Assert.Equal(code, d.Rule.Code);
        Assert.Equal("Snippet.cs", d.Location.File);
        Assert.True(d.Location.Line > 0);
    }
}
