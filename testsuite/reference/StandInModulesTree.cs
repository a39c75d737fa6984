using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>What the stand-in's modules register, under which names, and how a tree of them is walked.</summary>
public class StandInModulesTree
{
    private class Inner : Module<Tensor, Tensor>
    {
        protected readonly Linear proj = Linear(3, 2);

        public Inner()
            : base(nameof(Inner))
        {
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => proj.call(input);
    }

    // Inner's constructor registers the fields of Outer too: their initialisers have run by then.
    private sealed class Outer : Inner
    {
        public readonly Parameter scale = Parameter(ones(2));
        public readonly Tensor table = arange(4);
        public readonly Inner inner = new();
        public readonly Sequential steps = Sequential(("first", Linear(2, 2)), ("act", ReLU()));
        public readonly ModuleList<Inner> list = new(new Inner(), new Inner());
        public readonly ModuleDict<Inner> dict = ModuleDict(("left", new Inner()), ("right", new Inner()));
        public readonly ParameterList weights = ParameterList(Parameter(zeros(1)), Parameter(zeros(2)));
        public readonly Tensor? missing = null;

        public Parameter Auto { get; } = Parameter(zeros(1));

        public void Again() => RegisterComponents();
    }

    [Fact]
    public void Every_field_is_registered_under_its_own_name_base_classes_included()
    {
        using var module = new Outer();

        Assert.Equal(
            [
                "scale", "<Auto>k__BackingField", "inner.proj.weight", "inner.proj.bias", "steps.first.weight", "steps.first.bias",
                "list.0.proj.weight", "list.0.proj.bias", "list.1.proj.weight", "list.1.proj.bias",
                "dict.left.proj.weight", "dict.left.proj.bias", "dict.right.proj.weight", "dict.right.proj.bias",
                "weights.0", "weights.1", "proj.weight", "proj.bias",
            ],
            module.named_parameters().Select(entry => entry.name));
        Assert.Equal(["table"], module.named_buffers().Select(entry => entry.name));
        Assert.Equal(["inner", "steps", "list", "dict", "weights", "proj"], module.named_children().Select(entry => entry.name));
        Assert.Same(module.scale, module.get_parameter("scale"));
        Assert.Same(module.list[1].get_parameter("proj.bias"), module.get_parameter("list.1.proj.bias"));
        Assert.Same(module.table, module.get_buffer("table"));
        Assert.True(module.has_parameter("steps.first.weight"));
        Assert.False(module.has_buffer("steps.first.weight"));
        Assert.Null(module.get_parameter("nowhere.weight"));
    }

    [Fact]
    public void Components_are_registered_once()
    {
        using var module = new Outer();
        var before = module.named_parameters().Count();

        module.Again();

        Assert.Equal(before, module.named_parameters().Count());
    }

    [Fact]
    public void A_name_is_taken_once_and_may_not_hold_a_dot()
    {
        using var module = new Inner();

        Assert.Throws<InvalidOperationException>(() => module.register_module("proj", Linear(1, 1)));
        Assert.Throws<ArgumentException>(() => module.register_module("a.b", Linear(1, 1)));
        Assert.Throws<ArgumentException>(() => module.register_module("", Linear(1, 1)));
        module.register_buffer("steps", zeros(1));
        Assert.Throws<InvalidOperationException>(() => module.register_buffer("steps", zeros(1)));
        Assert.Throws<ArgumentNullException>(() => module.register_parameter("none", null!));
    }

    [Fact]
    public void A_shared_parameter_is_listed_once()
    {
        using var shared = Linear(2, 2);
        using var module = Sequential(("a", shared), ("b", shared));

        Assert.Equal(["a.weight", "a.bias"], module.named_parameters().Select(entry => entry.name));
        Assert.Equal(2, module.parameters().Count());
    }

    [Fact]
    public void Non_persistent_buffers_are_in_no_list()
    {
        using var module = new Inner();
        module.register_buffer("kept", ones(1));
        module.register_buffer("lost", ones(1), persistent: false);

        Assert.Equal(["kept"], module.named_buffers().Select(entry => entry.name));
        Assert.DoesNotContain("lost", module.state_dict().Keys);
        Assert.NotNull(module.get_buffer("lost"));
    }

    [Fact]
    public void Modules_are_listed_children_first_and_without_the_root()
    {
        using var module = Sequential(("outer", Sequential(("inner", Linear(1, 1)))), ("last", ReLU()));

        Assert.Equal(["outer", "last", "outer.inner"], module.named_modules().Select(entry => entry.name));
        Assert.Equal(2, module.children().Count());
    }

    [Fact]
    public void Train_and_eval_reach_every_descendant()
    {
        using var module = new Outer();
        Assert.All(module.modules(), child => Assert.True(child.training));

        module.eval();

        Assert.False(module.training);
        Assert.All(module.modules(), child => Assert.False(child.training));

        module.train();

        Assert.All(module.modules(), child => Assert.True(child.training));
    }

    [Fact]
    public void Apply_visits_children_before_their_parent()
    {
        using var module = Sequential(("a", Linear(1, 1)), ("b", ReLU()));
        var visited = new List<string>();

        module.apply(child => visited.Add(child.GetName()));

        Assert.Equal([nameof(Linear), nameof(ReLU), nameof(Sequential)], visited);
    }

    [Fact]
    public void Zero_grad_drops_or_clears_the_gradients()
    {
        using var module = Linear(2, 2);
        module.call(ones(1, 2)).sum().backward();

        module.zero_grad(set_to_none: false);
        Assert.Equal(0, module.weight.grad!.abs().sum().item<float>());

        module.zero_grad();
        Assert.Null(module.weight.grad);
    }

    [Fact]
    public void Disposing_a_module_disposes_its_tree()
    {
        var module = new Outer();
        var parameters = module.parameters().ToList();
        var table = module.table;

        module.Dispose();

        Assert.All(parameters, parameter => Assert.True(parameter.IsInvalid));
        Assert.True(table.IsInvalid);
    }

    [Fact]
    public void A_scope_around_the_constructor_does_not_own_the_layers_parameters()
    {
        Linear module;
        using (NewDisposeScope())
        {
            module = Linear(2, 2);
        }

        Assert.False(module.weight.IsInvalid);
        Assert.False(module.bias!.IsInvalid);
        module.Dispose();
    }

    [Fact]
    public void A_new_weight_replaces_and_disposes_the_old_one()
    {
        using var module = Linear(2, 2);
        var old = module.weight;

        module.weight = Parameter(zeros(2, 2));

        Assert.True(old.IsInvalid);
        Assert.Same(module.weight, module.get_parameter("weight"));
        Assert.True(module.weight.requires_grad);
    }

    [Fact]
    public void A_parameterless_module_refuses_parameters()
    {
        using var module = ReLU();

        Assert.Throws<InvalidOperationException>(() => module.register_parameter("w", Parameter(ones(1))));
        Assert.Throws<InvalidOperationException>(() => module.register_buffer("b", ones(1)));
        Assert.Throws<InvalidOperationException>(() => module.register_module("m", Linear(1, 1)));
    }
}
