using TorchSharp;

namespace DlAot.Tests.Reference;

public class StandInScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        torch.Tensor inside, kept, detached;
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            inside = torch.ones(2);
            kept = (inside + 1).MoveToOuterDisposeScope();
            detached = (inside + 2).DetachFromDisposeScope();
            Assert.Equal(1, scope.DisposablesCount);
            Assert.True(scope.Contains(inside));
        }
        Assert.True(inside.IsInvalid);
        Assert.Equal(2, kept[0].item<float>());
        Assert.Equal(3, detached[0].item<float>());
    }

    [Fact]
    public void Moving_goes_one_scope_out()
    {
        torch.Tensor value;
        using (DisposeScope outer = torch.NewDisposeScope())
        {
            using (torch.NewDisposeScope())
            {
                value = torch.ones(1).MoveToOuterDisposeScope();
            }
            Assert.False(value.IsInvalid);
            Assert.True(outer.Contains(value));
        }
        Assert.True(value.IsInvalid);
    }

    [Fact]
    public void Scopes_may_end_out_of_order()
    {
        DisposeScope? before = torch.CurrentDisposeScope;
        DisposeScope outer = torch.NewDisposeScope();
        DisposeScope inner = torch.NewDisposeScope();
        torch.Tensor value = torch.ones(1);
        outer.Dispose();
        Assert.False(value.IsInvalid);
        Assert.Same(inner, torch.CurrentDisposeScope);
        inner.Dispose();
        Assert.True(value.IsInvalid);
        Assert.Same(before, torch.CurrentDisposeScope);
    }

    [Fact]
    public void Everything_but_what_is_kept_goes()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor a = torch.ones(1), b = torch.ones(1);
        scope.DisposeEverythingBut(b);
        Assert.True(a.IsInvalid);
        Assert.False(b.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_disposed_tensor_leaves_its_scope()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.ones(1).Dispose();
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void Other_threads_have_scopes_of_their_own()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor? made = null;
        var thread = new Thread(() => made = torch.ones(1));
        thread.Start();
        thread.Join();
        Assert.Equal(0, scope.DisposablesCount);
        made!.Dispose();
    }

    [Fact]
    public void An_expression_in_a_scope_leaves_its_value_only()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor value = torch.WrappedTensorDisposeScope(() => (torch.ones(2) + 1) * 3);
        Assert.Equal(1, scope.DisposablesCount);
        Assert.Equal(6, value[1].item<float>());
    }
}
