using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Plans;
using DlAot.Ir.Verify;
using DlAot.Passes;

namespace DlAot.Tests.Golden;

/// <summary>Calls that we do not see into keep their order and their side of the kernels around them.</summary>
public class PassEffectTests
{
    private static readonly TensorType s_type = TensorType.Of(DType.F32, DimExpr.Symbol("N"), 4);

    [Fact]
    public void Opaque_calls_keep_their_order_and_are_not_removed()
    {
        var b = new GraphBuilder("order");
        Value x = b.Input("x", s_type);
        foreach (string callee in new[] { "first", "second", "third" })
        {
            b.AddAll(Op.Extern, Call(callee, isPure: false), x);
        }

        Plan plan = Plan(b.Finish(b.Add(Op.Relu, x)));
        Assert.Equal(["first", "second", "third"], plan.Steps.OfType<ExternStep>().Select(s => s.Node.Attributes.Get<string>("callee")));
    }

    // The call may write to x: what was computed from x before it is not computed after it.
    [Fact]
    public void A_kernel_does_not_move_across_an_opaque_call()
    {
        var b = new GraphBuilder("barrier");
        Value x = b.Input("x", s_type);
        Value before = b.Add(Op.Relu, x);
        b.AddAll(Op.Extern, Call("writes", isPure: false), x);
        Plan plan = Plan(b.Finish(b.Add(Op.Neg, before), b.Add(Op.Exp, x)));
        int call = plan.Steps.IndexOf(plan.Steps.OfType<ExternStep>().Single());
        string[] early = [.. Kernels(plan.Steps[..call])], late = [.. Kernels(plan.Steps[call..])];
        Assert.Equal(["relu"], early);
        Assert.Equal(["exp", "neg"], late.Order());
    }

    [Fact]
    public void A_pure_call_without_readers_is_removed_and_one_with_readers_is_called_once()
    {
        var b = new GraphBuilder("pure");
        Value x = b.Input("x", s_type);
        b.AddAll(Op.Extern, Call("unused", isPure: true), x);
        Value used = b.Add(Op.Extern, Call("used", isPure: true), x);
        Plan plan = Plan(b.Finish(b.Add(Op.Exp, used)));
        Assert.Equal(["used"], plan.Steps.OfType<ExternStep>().Select(s => s.Node.Attributes.Get<string>("callee")));
    }

    // What an unknown call returns may be its operand: it is not written over.
    [Fact]
    public void The_result_of_an_unknown_call_is_not_overwritten()
    {
        var b = new GraphBuilder("unknown");
        Value x = b.Input("x", s_type);
        Value y = b.Add(Op.Extern, Call("maybe_alias", isPure: true), x);
        Plan plan = Plan(b.Finish(b.Add(Op.Exp, y)));
        KernelCall call = plan.Steps.OfType<RegionStep>().Single().Kernels.Single();
        Assert.DoesNotContain(call.Buffers.Zip(call.Kernel.Buffers), p => p.Second.IsWritten && plan.Buffers[p.First].Kind == BufferKind.Extern);
    }

    private static Plan Plan(Graph graph)
    {
        Plan plan = Pipeline.Run(graph);
        PlanVerifier.Verify(plan);
        return plan;
    }

    private static IEnumerable<string> Kernels(IEnumerable<PlanStep> steps) => steps.OfType<RegionStep>().SelectMany(r => r.Kernels).Select(k => k.Kernel.Name);

    private static Attributes Call(string callee, bool isPure) =>
        Attributes.Of(("callee", callee), ("types", ImmutableArray.Create(s_type)), ("pure", isPure));
}
