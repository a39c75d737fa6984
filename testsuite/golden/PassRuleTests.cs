using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes;

namespace DlAot.Tests.Golden;

/// <summary>Rules on floats keep NaN, infinities and signed zeros; what would not is left alone.</summary>
public class PassRuleTests
{
    public static TheoryData<string, double, bool> Cases => new()
    {
        { "add", -0.0, true },
        { "add", 0.0, false },
        { "sub", 0.0, true },
        { "sub", -0.0, false },
        { "mul", 1.0, true },
        { "mul", 0.0, false },
        { "div", 1.0, true },
        { "div", 0.0, false },
        { "pow", 1.0, true },
        { "pow", 0.0, false },
        { "maximum", double.NegativeInfinity, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_operation_that_does_nothing_is_gone_and_no_other(string op, double number, bool isNothing)
    {
        var b = new GraphBuilder("rule");
        Value x = b.Input("x", TensorType.Of(DType.F32, DimExpr.Symbol("N")));
        Value y = b.Add(Op.TryFind(op)!, x, b.Constant(number, DType.F32));
        Graph after = Pipeline.RunUntil(b.Finish(b.Add(Op.Tanh, y)), null, "dce-primitives").Graph;
        Assert.Equal(isNothing, after.Nodes.All(n => n.Op == Op.Tanh));
    }
}
