using DlAot.Compiler.Lifting;
using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary>What compiled code checks, and what it need not check.</summary>
public class GuardTests
{
    private static string[] Guards(string source) => [.. Lift(source).Versions.Single().Guards.Select(g => (g.Proved ? "proved " : "") + g)];

    [Fact]
    public void ReadOnlyNumbersAreProved() =>
        Assert.Contains("proved this.k == 3", Guards(Net("return x * k;", "private readonly int k = 3;")));

    [Fact]
    public void NumbersThatOthersCanWriteAreChecked() =>
        Assert.Contains("this.k == 3", Guards(Net("return x * k;", "public int k = 3;")));

    [Fact]
    public void CallsCheckHooksAndForwardDoesNot()
    {
        string field = "private readonly Linear l = Linear(4, 4);";
        Assert.Contains("this.l has no hooks", Guards(Net("return l.call(x);", field)));
        Assert.DoesNotContain("this.l has no hooks", Guards(Net("return l.forward(x);", field)));
    }

    [Fact]
    public void DropoutChecksTheTrainingFlag() =>
        Assert.Contains("this.d.training == false", Guards(Net("return d.call(x).exp();", "private readonly Dropout d = Dropout(0.5);")));

    [Fact]
    public void SubmodulesAreCheckedByExactType() =>
        Assert.Contains("this.m is exactly GELU", Guards(Net("return m.call(x);", "private readonly Module<Tensor, Tensor> m = GELU();")));

    [Fact]
    public void ListsAreCheckedByCount() =>
        Assert.Contains("this.ls.Count == 2", Guards(Net("foreach (var l in ls) x = l.call(x); return x;", "private readonly ModuleList<Linear> ls = new(Linear(4, 4), Linear(4, 4));")));

    [Theory]
    [InlineData("ls.append(Linear(4, 4), Linear(4, 4)); ls.append(Linear(4, 4));", 3)]
    [InlineData("ls.extend(new[] { Linear(4, 4), Linear(4, 4) });", 2)]
    [InlineData("ls.Add(Linear(4, 4)); ls.Add(Linear(4, 4)); ls.RemoveAt(0);", 1)]
    public void ListsHoldWhatTheConstructorPutsIntoThem(string fill, int count)
    {
        string source = $"public class Net : Module<Tensor, Tensor> {{ readonly ModuleList<Linear> ls = new(); public Net() : base(\"n\") {{ {fill} RegisterComponents(); }} public override Tensor forward(Tensor x) {{ foreach (var l in ls) x = l.call(x); return x; }} }}";
        Assert.Contains($"this.ls.Count == {count}", Guards(source));
        Assert.Equal(string.Join(" ", Enumerable.Repeat("linear", count)), Ops(Lift(source)));
    }

    // What a member that nobody knows has done to a list is not known: that it holds nothing is no guess.
    [Fact]
    public void ListsChangedByUnknownMembersAreNotTakenToBeEmpty()
    {
        string source = "public class Net : Module<Tensor, Tensor> { readonly ModuleList<Linear> ls = new(); public Net() : base(\"n\") { var l = Linear(4, 4); ls.Add(l); ls.Remove(l); RegisterComponents(); } public override Tensor forward(Tensor x) { foreach (var l in ls) x = l.call(x); return x.exp(); } }";
        Assert.False(Lift(source).IsWhole);
    }

    [Fact]
    public void SizesAreSymbolsUnlessTheCodeFixesThem()
    {
        LiftedVersion v = Lift(Net("return l.call(x);", "private readonly Linear l = Linear(4, 8);")).Versions.Single();
        Assert.Equal("f32[x_0,4]", v.Graph.Inputs[0].Value.Type.ToString());
        Assert.Equal("f32[x_0,8]", v.Graph.Outputs[0].Type.ToString());
    }

    [Fact]
    public void ConstructorArgumentsStaySymbolic()
    {
        LiftedVersion v = Lift("public class Net : Module<Tensor, Tensor> { readonly Linear l; public Net(int width = 16) : base(\"n\") { l = Linear(width, width); RegisterComponents(); } public override Tensor forward(Tensor x) => l.call(x).exp(); }").Versions.Single();
        Assert.All(v.Graph.Inputs, i => Assert.All(i.Value.Shape, d => Assert.Null(d.Constant)));
    }

    [Fact]
    public void GuessedLoopCountsAreGuarded()
    {
        string source = "public class Net : Module<Tensor, Tensor> { readonly ModuleList<Linear> ls = new(); public Net(int layers = 3) : base(\"n\") { for (int i = 0; i < layers; i++) ls.Add(Linear(4, 4)); RegisterComponents(); } public override Tensor forward(Tensor x) { foreach (var l in ls) x = l.call(x); return x; } }";
        Assert.Equal("linear linear linear", Ops(Lift(source)));
        Assert.Contains("this.ls.Count == 3", Guards(source));
    }

    [Fact]
    public void IndexArgumentsAreIntegers()
    {
        LiftedVersion v = Lift(Net("return e.call(x);", "private readonly Embedding e = Embedding(10, 4);")).Versions.Single();
        Assert.Equal(Ir.DType.I64, v.Graph.Inputs[0].Value.DType);
    }

    [Fact]
    public void AWrittenSignatureIsTaken()
    {
        var options = new LiftOptions(1, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("Net.forward", "x: f64[A,B,C,D]"));
        LiftedVersion v = Lift(Net("return x.exp();"), options: options).Versions.Single();
        Assert.Equal("f64[x_0,x_1,x_2,x_3]", v.Graph.Inputs[0].Value.Type.ToString());
    }

    [Fact]
    public void TheReturnedInputIsTheSameObject() =>
        Assert.IsType<OutputTree.Made>(Lift(Net("return (x, x.exp());", result: "(Tensor, Tensor)")).Versions.Single().Result);
}
