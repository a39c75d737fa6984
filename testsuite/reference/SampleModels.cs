using System.Reflection;
using Samples.Classic;
using Samples.Foreign;
using Samples.Language;
using Samples.Vision;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>The sample models run eagerly and do what their names say, so that a drop-in is compared with something sound.</summary>
public class SampleModels
{
    private static void Close(Tensor expected, Tensor actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((expected - actual).abs().max().ToDouble(), 0, tolerance);
    }

    [Fact]
    public void Every_model_is_public_and_made_without_arguments_or_with_a_config()
    {
        var models = new[] { typeof(Mlp), typeof(ResNet18), typeof(GptStack), typeof(FeedForwardNetwork) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => typeof(nn.Module).IsAssignableFrom(type))
            .ToList();

        Assert.Equal(15, models.Count);
        foreach (var model in models)
        {
            Assert.True(model.IsPublic, model.FullName);
            Assert.Contains(
                model.GetConstructors(BindingFlags.Public | BindingFlags.Instance),
                constructor => constructor.GetParameters().All(parameter => parameter.HasDefaultValue || parameter.ParameterType == typeof(GptConfig))
                    || model == typeof(ResNet));
        }
    }

    [Fact]
    public void Mlp_is_three_affine_maps_with_rectifiers_between()
    {
        using var graphless = no_grad();
        using var model = new Mlp(8, 16, 4);
        var x = randn(5, 8);

        var p = model.state_dict();
        Tensor Affine(string name, Tensor input) => matmul(input, p[name + ".weight"].t()) + p[name + ".bias"];
        Close(Affine("fc3", Affine("fc2", Affine("fc1", x).clamp_min(0)).clamp_min(0)), model.call(x));
        Assert.Equal([2L, 10], new Mlp().call(randn(2, 784)).shape);
    }

    [Fact]
    public void Mlp_drops_out_only_in_training()
    {
        using var graphless = no_grad();
        using var model = new Mlp(dropoutRate: 0.5);
        var x = randn(4, 784);

        Assert.False(model.call(x).equal(model.call(x)).ToBoolean());
        model.eval();
        Assert.True(model.call(x).equal(model.call(x)).ToBoolean());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void Policies_give_probabilities(int batch)
    {
        using var graphless = no_grad();
        var observation = randn(batch, 8);

        var alone = new PolicyNet().call(observation);
        var (probabilities, value) = new ActorCritic().call(observation);

        foreach (var policy in new[] { alone, probabilities })
        {
            Assert.Equal([batch, 4L], policy.shape);
            Assert.True(policy.ge(0).all().ToBoolean());
            Close(ones(batch), policy.sum(1));
        }
        Assert.Equal([(long)batch], value.shape);
    }

    [Fact]
    public void Mnist_cnn_gives_log_probabilities()
    {
        using var graphless = no_grad();
        using var model = new MnistCnn();
        model.eval();

        var y = model.call(randn(2, 1, 28, 28));

        Assert.Equal([2L, 10], y.shape);
        Close(ones(2), y.exp().sum(1));
    }

    [Fact]
    public void Lstm_classifier_reads_the_last_hidden_state()
    {
        using var graphless = no_grad();
        using var model = new LstmClassifier(layers: 2);
        var tokens = randint(0, 1000, new long[] { 3, 9 });

        var y = model.call(tokens);

        Assert.Equal([3L, 2], y.shape);
        Close(model.call(tokens[1..2]), y[1..2]); // examples do not see each other
        Assert.False(y.equal(model.call(tokens.flip(1))).ToBoolean()); // the order matters
    }

    [Fact]
    public void Pointwise_chain_is_the_formula()
    {
        using var graphless = no_grad();
        using var model = new PointwiseChain(64, scale: 0.7);
        init.normal_(model.get_parameter("weight")!);
        init.normal_(model.get_parameter("bias")!);
        var x = randn(3, 5, 64);

        var h = tanh(0.7 * x * 0.5 * (1 + erf(x / Math.Sqrt(2)))) + x / 2;
        var expected = functional.layer_norm(h, [64], model.get_parameter("weight"), model.get_parameter("bias"), 1e-5);
        Close(expected, model.call(x), 1e-4);
    }

    [Fact]
    public void Resnet18_has_the_published_size_and_shapes()
    {
        using var graphless = no_grad();
        using var model = new ResNet18();
        model.eval();

        Assert.Equal(11_689_512, model.parameters().Sum(parameter => parameter.numel())); // torchvision's resnet18
        Assert.Equal(["conv1", "bn1", "downsample"], model.state_dict().Keys
            .Where(key => key.StartsWith("layer2.0.", StringComparison.Ordinal)).Select(key => key.Split('.')[2])
            .Where(name => name is "conv1" or "bn1" or "downsample").Distinct());
        Assert.Equal([2L, 1000], model.call(randn(2, 3, 64, 64)).shape);
    }

    [Fact]
    public void A_basic_block_adds_its_input()
    {
        using var graphless = no_grad();
        using var model = new BasicBlock();
        model.eval();
        init.zeros_(model.get_parameter("bn2.weight")!); // the long way gives nothing now
        var x = randn(1, 64, 8, 8);

        Close(x.relu(), model.call(x));
    }

    [Fact]
    public void Gpt_does_not_look_ahead()
    {
        using var graphless = no_grad();
        using var model = new GptLanguageModel(new GptConfig(Layers: 2));
        model.eval();
        var tokens = randint(0, 512, new long[] { 2, 12 });
        var other = tokens.clone();
        other[.., 8..] = (tokens[.., 8..] + 1) % 512;

        var (y, changed) = (model.call(tokens), model.call(other));

        Assert.Equal([2L, 12, 512], y.shape);
        Close(y[.., ..8], changed[.., ..8]);
        Assert.True((y[.., 8] - changed[.., 8]).abs().max().ToDouble() > 1e-3);
    }

    [Fact]
    public void Attention_equals_the_library_function()
    {
        using var graphless = no_grad();
        using var model = new CausalSelfAttention(new GptConfig(EmbeddingSize: 32, Heads: 4));
        model.eval();
        var x = randn(2, 10, 32);

        var p = model.state_dict();
        var qkv = functional.linear(x, p["qkv.weight"], p["qkv.bias"]).view(2, 10, 3, 4, 8).permute(2, 0, 3, 1, 4);
        var y = functional.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], is_casual: true).transpose(1, 2).reshape(2, 10, 32);
        Close(functional.linear(y, p["proj.weight"], p["proj.bias"]), model.call(x));
    }

    [Fact]
    public void Gpt_refuses_what_its_context_cannot_hold()
    {
        using var model = new GptLanguageModel(new GptConfig(ContextLength: 4, Layers: 1));

        Assert.Throws<ArgumentException>(() => model.call(zeros(1, 5, dtype: ScalarType.Int64)));
        Assert.Throws<ArgumentException>(() => new CausalSelfAttention(new GptConfig(Heads: 7)));
    }

    [Fact]
    public void A_forward_leaves_nothing_but_its_result_in_the_scope()
    {
        using var graphless = no_grad();
        using var stack = new GptStack(new GptConfig(Layers: 1));
        using var input = randn(1, 4, 256);
        using var scope = NewDisposeScope();

        stack.call(input);

        Assert.Equal(1, scope.DisposablesCount);
    }

    [Theory]
    [InlineData("relu")]
    [InlineData("tanh")]
    [InlineData("swish")]
    [InlineData("leaky")]
    public void The_foreign_network_selects_its_activation(string activation)
    {
        using var graphless = no_grad();
        using var model = new FeedForwardNetwork(new NetworkOptions { InputSize = 6, HiddenSizes = [5], Activation = activation, UseLayerNorm = false });
        var x = randn(2, 3, 2);

        var p = model.state_dict();
        var hidden = functional.linear(x.view(2, 6), p["_layers.0.weight"], p["_layers.0.bias"]);
        var expected = activation switch
        {
            "relu" => hidden.clamp_min(0),
            "tanh" => hidden.tanh(),
            "swish" => hidden * hidden.sigmoid(),
            _ => where(hidden.ge(0), hidden, hidden * 0.01),
        };
        Close(functional.linear(expected, p["_output.weight"], p["_output.bias"]), model.call(x));
        Assert.Throws<ArgumentException>(() => new FeedForwardNetwork(new NetworkOptions { Activation = "none" }));
    }
}
