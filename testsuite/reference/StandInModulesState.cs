using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>state_dict, save and load, and what .to(...) replaces.</summary>
public class StandInModulesState
{
    private sealed class Net : Module<Tensor, Tensor>
    {
        public readonly Linear fc = Linear(4, 3);
        public readonly BatchNorm1d norm = BatchNorm1d(3);
        public Parameter scale = Parameter(ones(3));
        public Tensor offset = zeros(3);
        public Tensor steps = zeros(1, dtype: ScalarType.Int64);

        public Net()
            : base(nameof(Net))
        {
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => norm.call(fc.call(input)) * scale + offset;
    }

    private static readonly string[] s_keys =
    [
        "scale", "fc.weight", "fc.bias", "norm.weight", "norm.bias",
        "offset", "steps", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked",
    ];

    [Fact]
    public void The_state_holds_parameters_then_buffers_and_shares_them()
    {
        using var module = new Net();

        var state = module.state_dict();

        Assert.Equal(s_keys, state.Keys);
        Assert.Same(module.fc.weight, state["fc.weight"]);
        Assert.Same(module.norm.running_mean, state["norm.running_mean"]);
    }

    [Fact]
    public void What_is_saved_is_loaded_in_place()
    {
        using var source = new Net();
        using var target = new Net();
        source.call(randn(8, 4)).Dispose(); // running statistics that are not the initial ones
        var weight = target.fc.weight;
        var handle = weight.Handle;
        var stream = new MemoryStream();

        source.save(stream);
        target.load(new MemoryStream(stream.ToArray()));

        Assert.Same(weight, target.fc.weight);
        Assert.Equal(handle, target.fc.weight.Handle);
        var loaded = target.state_dict();
        foreach (var (name, tensor) in source.state_dict())
            Assert.True(tensor.equal(loaded[name]).ToBoolean(), name);
        Assert.Equal(1, target.norm.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void Skipped_entries_keep_their_values()
    {
        using var source = new Net();
        using var target = new Net();
        using var before = target.fc.weight.detach().clone();
        var stream = new MemoryStream();
        var loaded = new Dictionary<string, bool>();

        source.save(stream);
        target.load(new MemoryStream(stream.ToArray()), skip: ["fc.weight"], loadedParameters: loaded);

        Assert.True(before.equal(target.fc.weight).ToBoolean());
        Assert.True(source.fc.bias!.equal(target.fc.bias!).ToBoolean());
        Assert.Equal(s_keys.Length, loaded.Count);
    }

    [Fact]
    public void Strict_loading_refuses_other_keys()
    {
        using var module = new Net();
        var state = module.state_dict();
        state.Remove("fc.bias");
        state.Add("more", ones(1));

        Assert.Throws<InvalidOperationException>(() => module.load_state_dict(state));
        var (missing, unexpected) = module.load_state_dict(state, strict: false);
        Assert.Equal(["fc.bias"], missing);
        Assert.Equal(["more"], unexpected);
    }

    [Fact]
    public void A_state_dict_is_copied_into_the_present_tensors()
    {
        using var source = new Net();
        using var target = new Net();
        var handle = target.scale.Handle;
        source.scale.detach().fill_(7);

        target.load_state_dict(source.state_dict());

        Assert.Equal(handle, target.scale.Handle);
        Assert.Equal(21, target.scale.sum().item<float>());
    }

    [Fact]
    public void Conversion_replaces_floating_tensors_everywhere_and_disposes_the_old_ones()
    {
        using var module = new Net();
        Tensor[] old = [module.fc.weight, module.norm.running_var!, module.scale, module.offset];
        var steps = module.steps;

        var result = module.to(ScalarType.Float64);

        Assert.Same(module, result);
        Assert.All(old, tensor => Assert.True(tensor.IsInvalid));
        Assert.Equal(ScalarType.Float64, module.fc.weight.dtype);
        Assert.Equal(ScalarType.Float64, module.norm.running_var!.dtype);
        Assert.Equal(ScalarType.Float64, module.scale.dtype);
        Assert.Equal(ScalarType.Float64, module.offset.dtype);
        Assert.Same(module.scale, module.get_parameter("scale"));
        Assert.Same(module.offset, module.get_buffer("offset"));
        Assert.Same(steps, module.steps);
        Assert.Equal(ScalarType.Int64, module.norm.num_batches_tracked!.dtype);
        Assert.True(module.scale.requires_grad);
        Assert.True(module.scale.is_leaf);
        Assert.Equal(ScalarType.Float64, module.call(randn(2, 4, dtype: ScalarType.Float64)).dtype);
    }

    [Fact]
    public void Converting_to_what_it_is_keeps_every_object()
    {
        using var module = new Net();
        var before = module.state_dict();

        module.to(ScalarType.Float32).cpu().@float();

        foreach (var (name, tensor) in module.state_dict())
            Assert.Same(before[name], tensor);
    }

    [Fact]
    public void Gradients_are_converted_with_their_parameter()
    {
        using var module = Linear(2, 1);
        module.call(ones(1, 2)).sum().backward();

        module.@double();

        Assert.Equal(ScalarType.Float64, module.weight.grad!.dtype);
        Assert.Equal(2, module.weight.grad!.sum().item<double>());
    }

    [Fact]
    public void Only_floating_types_are_accepted()
    {
        using var module = new Net();

        Assert.Throws<ArgumentException>(() => module.to(ScalarType.Int32));
    }

    [Fact]
    public void Lists_and_recurrent_layers_are_converted()
    {
        using var list = ParameterList(Parameter(ones(1)));
        using var lstm = LSTM(2, 3);

        list.@double();
        lstm.@double();

        Assert.Equal(ScalarType.Float64, list[0].dtype);
        Assert.All(lstm.parameters(), parameter => Assert.Equal(ScalarType.Float64, parameter.dtype));
    }
}
