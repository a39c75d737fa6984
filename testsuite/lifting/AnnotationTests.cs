using DlAot.Compiler.Lifting;
using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary><c>[Eager]</c> keeps code as it is, <c>[Shape]</c> says sizes and leaves the dtype open.</summary>
public sealed class AnnotationTests
{
    private static string Codes(LiftedMethod lifted) => string.Join(" ", lifted.Diagnostics.Select(d => d.Rule.Code));

    private static string Input(LiftedMethod lifted, int index = 0) => lifted.Versions[0].Graph.Inputs[index].Value.Type.ToString();

    [Theory]
    [InlineData("public override Tensor forward", "[DlAot.Eager] public override Tensor forward")]
    [InlineData("public class Net", "[DlAot.Eager] public class Net")]
    [InlineData("public class Net", "[assembly: DlAot.Eager] public class Net")]
    public void AnEagerMethodIsLeftAlone(string at, string annotated)
    {
        LiftedMethod lifted = Lift(Net("return x.exp();").Replace(at, annotated, StringComparison.Ordinal));
        Assert.False(lifted.IsWhole);
        Assert.Equal("DLAOT3002", Codes(lifted));
    }

    [Fact]
    public void ACallOfAnEagerMethodIsNotFollowed()
    {
        LiftedMethod lifted = Lift(Net("return Twice(x).exp();", more: "[DlAot.Eager] private static Tensor Twice(Tensor x) => x + x;"));
        Assert.Equal("DLAOT2030", Codes(lifted));
        Assert.Contains("Net.Twice", lifted.Diagnostics[0].Text);
        Assert.Equal(5, lifted.Diagnostics[0].Location.Line);
    }

    [Fact]
    public void AnEagerClassIsNotFollowedEither()
    {
        string source = Net("return inner.call(x).exp();", "readonly Inner inner = new Inner();")
            + "[DlAot.Eager] public class Inner : Module<Tensor, Tensor> { public Inner() : base(\"i\") { RegisterComponents(); } public override Tensor forward(Tensor x) => x.sin(); }";
        Assert.Equal("DLAOT2030", Codes(Lift(source)));
    }

    [Fact]
    public void AShapePinsSizesAndLeavesTheElementTypeOpen()
    {
        LiftedMethod lifted = Lift(Net("return x.exp();").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,3,?,8\")] Tensor x)", StringComparison.Ordinal));
        Assert.Equal("f32[x_0,3,x_2,8]", Input(lifted));
        LiftedMethod indices = Lift(Net("return e.call(x).exp();", "readonly Embedding e = Embedding(4, 8);").Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,T\")] Tensor x)", StringComparison.Ordinal));
        Assert.StartsWith("i64[", Input(indices));
    }

    [Fact]
    public void EqualNamesAreEqualSizes()
    {
        LiftedMethod lifted = Lift(Net("return x.sum(1) + y.sum(1);", parameters: "Tensor x, Tensor y").Replace("forward(Tensor x, Tensor y)", "forward([DlAot.Shape(\"N,M\")] Tensor x, [DlAot.Shape(\"N,K\")] Tensor y)", StringComparison.Ordinal));
        Assert.Equal(("f32[x_0,x_1]", "f32[x_0,y_1]"), (Input(lifted), Input(lifted, 1)));
        Assert.Empty(lifted.Versions[0].Graph.Constraints);
    }

    [Fact]
    public void TheResultHasTheShapeThatIsWritten()
    {
        string source = Net("return x.unsqueeze(0);").Replace("public override", "[return: DlAot.Shape(\"1,N,4\")] public override", StringComparison.Ordinal).Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,?\")] Tensor x)", StringComparison.Ordinal);
        Assert.Equal("f32[x_0,4]", Input(Lift(source.Replace("return x", "return x.exp()", StringComparison.Ordinal))));
        Assert.Equal("DLAOT2013", Codes(Lift(source.Replace("\"1,N,4\"", "\"2,N,4\"", StringComparison.Ordinal).Replace("return x", "return x.exp()", StringComparison.Ordinal))));
        Assert.Equal("DLAOT2013", Codes(Lift(source.Replace("\"1,N,4\"", "\"N,4\"", StringComparison.Ordinal).Replace("return x", "return x.exp()", StringComparison.Ordinal))));
    }

    [Fact]
    public void WhatTheSignatureSaysGoesBeforeTheShape()
    {
        string source = Net("return x.exp();").Replace("public override", "[DlAot.Compile(Signature = \"x: f64[N,2]\")] public override", StringComparison.Ordinal).Replace("forward(Tensor x)", "forward([DlAot.Shape(\"N,3\")] Tensor x)", StringComparison.Ordinal);
        Assert.Equal("f64[x_0,2]", Input(Lift(source)));
    }
}
