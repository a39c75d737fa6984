using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DlAot.Tests.Reference;

/// <summary>Layers of the stand-in against their definition, written out with elementary operations.</summary>
public class StandInModulesLayers
{
    private static void Close(Tensor expected, Tensor actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        var scale = Math.Max(expected.abs().max().ToDouble(), 1e-30);
        Assert.InRange((expected - actual).abs().max().ToDouble() / scale, 0, tolerance);
    }

    [Fact]
    public void Linear_is_x_times_the_transposed_weight_plus_bias()
    {
        using var module = Linear(5, 3);
        var x = randn(2, 7, 5);

        Close(matmul(x, module.weight.t()) + module.bias!, module.call(x));
        Assert.Equal((5, 3), (module.in_features, module.out_features));
    }

    [Fact]
    public void Linear_starts_within_its_bound()
    {
        using var module = Linear(100, 200);

        Assert.InRange(module.weight.abs().max().ToDouble(), 0.099, 0.1);
        Assert.InRange(module.bias!.abs().max().ToDouble(), 0.09, 0.1);
        Assert.Null(Linear(2, 2, hasBias: false).bias);
    }

    [Fact]
    public void Batch_norm_in_training_uses_the_batch_and_updates_the_statistics()
    {
        using var module = BatchNorm2d(3, momentum: 0.2);
        var x = randn(4, 3, 5, 6) * 2 + 1;

        var y = module.call(x);

        var mean = x.mean([0, 2, 3]);
        var biased = x.var([0, 2, 3], unbiased: false);
        var view = new long[] { 1, 3, 1, 1 };
        Close((x - mean.view(view)) / (biased.view(view) + 1e-5).sqrt(), y);
        Close(0.2 * mean, module.running_mean!);
        Close(0.8 * ones(3) + 0.2 * x.var([0, 2, 3], unbiased: true), module.running_var!);
        Assert.Equal(1, module.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void Batch_norm_in_evaluation_uses_the_statistics_and_leaves_them()
    {
        using var module = BatchNorm1d(3);
        module.call(randn(16, 3)).Dispose();
        module.eval();
        using var mean = module.running_mean!.clone();
        var x = randn(4, 3);

        var y = module.call(x);

        Close((x - mean) / (module.running_var! + 1e-5).sqrt(), y);
        Assert.True(mean.equal(module.running_mean!).ToBoolean());
        Assert.Equal(1, module.num_batches_tracked!.item<long>());
    }

    [Fact]
    public void Batch_norm_checks_the_rank()
    {
        Assert.Throws<ArgumentException>(() => BatchNorm2d(3).call(ones(2, 3)));
        Assert.Throws<ArgumentException>(() => BatchNorm1d(3).call(ones(3)));
    }

    [Fact]
    public void Layer_norm_is_over_the_last_dimensions()
    {
        using var module = LayerNorm([3, 4]);
        init.uniform_(module.weight);
        init.uniform_(module.bias!);
        var x = randn(5, 3, 4);

        var centered = x - x.mean([-2, -1], keepdim: true);
        var variance = centered.pow(2).mean([-2, -1], keepdim: true);
        Close(centered / (variance + 1e-5).sqrt() * module.weight + module.bias!, module.call(x));
    }

    [Fact]
    public void Group_norm_is_over_groups_of_channels()
    {
        using var module = GroupNorm(2, 6);
        var x = randn(3, 6, 4);

        var groups = x.view(3, 2, 12);
        var expected = (groups - groups.mean([-1], keepdim: true)) / (groups.var(-1, unbiased: false, keepdim: true) + 1e-5).sqrt();
        Close(expected.view(3, 6, 4), module.call(x));
        Assert.Throws<ArgumentException>(() => module.call(ones(6, 6)));
    }

    [Fact]
    public void Convolution_is_a_sum_over_the_window()
    {
        using var module = Conv2d(2, 3, 3, padding: 1, stride: 2);
        var x = randn(1, 2, 5, 5);
        var padded = functional.pad(x, [1, 1, 1, 1]);

        var y = module.call(x);

        Assert.Equal([1L, 3, 3, 3], y.shape);
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 3; column++)
            {
                var window = padded.narrow(2, 2 * row, 3).narrow(3, 2 * column, 3);
                Close((window * module.weight).sum([1, 2, 3]) + module.bias!, y[0, .., row, column]);
            }
        }
    }

    [Fact]
    public void Convolution_checks_the_channels_and_takes_no_batch()
    {
        using var module = Conv2d(2, 3, 1);

        Assert.Throws<ArgumentException>(() => module.call(ones(1, 3, 4, 4)));
        Assert.Equal([3L, 4, 4], module.call(ones(2, 4, 4)).shape);
    }

    [Fact]
    public void Padding_same_keeps_the_size_and_circular_padding_wraps()
    {
        using var same = Conv1d(1, 1, 4, Padding.Same, bias: false);
        using var circular = Conv1d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Circular, bias: false);
        init.ones_(circular.weight);

        Assert.Equal([1L, 1, 9], same.call(ones(1, 1, 9)).shape);
        Close(tensor(new float[] { 7, 6, 9, 8 }).view(1, 1, 4), circular.call(tensor(new float[] { 1, 2, 3, 4 }).view(1, 1, 4)));
    }

    [Fact]
    public void Transposed_convolution_reaches_the_size_asked_for()
    {
        using var module = ConvTranspose2d(2, 3, 3, stride: 2, padding: 1);
        var x = randn(1, 2, 4, 4);

        Assert.Equal([1L, 3, 7, 7], module.call(x).shape);
        Assert.Equal([1L, 3, 8, 8], module.forward(x, [8, 8]).shape);
        Assert.Throws<ArgumentException>(() => module.forward(x, [9, 9]));
    }

    [Fact]
    public void Embedding_looks_rows_up_and_the_padding_row_is_zero()
    {
        using var module = Embedding(5, 3, padding_idx: 1);
        var indices = tensor(new long[] { 4, 1, 0 });

        var y = module.call(indices);

        Close(module.weight!.index_select(0, indices), y);
        Assert.Equal(0, y[1].abs().sum().item<float>());
        y.sum().backward();
        Assert.Equal(0, module.weight!.grad![1].abs().sum().item<float>());
        Assert.Equal(3, module.weight!.grad![4].sum().item<float>());
    }

    [Fact]
    public void Dropout_drops_only_in_training()
    {
        using var module = Dropout(0.5);
        var x = ones(1000);

        var trained = module.call(x);
        Assert.InRange(trained.eq(0).sum().item<long>(), 400, 600);
        Assert.Equal(2, trained.max().item<float>());

        module.eval();
        Assert.True(x.equal(module.call(x)).ToBoolean());
    }

    [Fact]
    public void Pooling_takes_numbers_tuples_and_arrays()
    {
        var x = arange(16, dtype: ScalarType.Float32).view(1, 1, 4, 4);

        Close(tensor(new float[] { 5, 7, 13, 15 }).view(1, 1, 2, 2), MaxPool2d(2).call(x));
        Close(MaxPool2d(2).call(x), MaxPool2d((2, 2)).call(x));
        Close(MaxPool2d(2).call(x), MaxPool2d(new long[] { 2, 2 }).call(x));
        Close(tensor(new float[] { 2.5f, 4.5f, 10.5f, 12.5f }).view(1, 1, 2, 2), AvgPool2d(2).call(x));
        Close(x.mean([2, 3], keepdim: true), AdaptiveAvgPool2d([1, 1]).call(x));
        Assert.Equal([5L, 7, 13, 15], MaxPool2d(2).forward_with_indices(x).Indices.data<long>().ToArray());
    }

    [Fact]
    public void Sequential_can_be_sliced_and_an_empty_one_passes_its_input_on()
    {
        using var module = Sequential(("a", Linear(2, 3)), ("b", ReLU()), ("c", Linear(3, 1)));

        Assert.Equal(3, module.Count);
        Assert.Equal(["a", "b"], module[..2].named_children().Select(entry => entry.name));
        Assert.Equal(["c"], module[(2, null)].named_children().Select(entry => entry.name));
        Assert.Equal(1, Sequential().call(ones(1)).item<float>());
        Assert.Equal(["0.weight", "0.bias"], Sequential(Linear(1, 1), ReLU()).named_parameters().Select(entry => entry.name));
    }

    [Fact]
    public void Losses_reduce_as_asked()
    {
        var input = tensor(new float[] { 1, 2, 5 });
        var target = tensor(new float[] { 1, 0, 2 });

        Assert.Equal(13f / 3, MSELoss().call(input, target).item<float>(), 1e-6);
        Assert.Equal(13, MSELoss(Reduction.Sum).call(input, target).item<float>());
        Assert.Equal([3L], MSELoss(Reduction.None).call(input, target).shape);
        Assert.Equal(5f / 3, L1Loss().call(input, target).item<float>(), 1e-6);
    }

    [Fact]
    public void Cross_entropy_is_the_negative_log_probability_of_the_class()
    {
        var logits = randn(4, 3);
        var classes = tensor(new long[] { 0, 2, 1, -100 }); // -100 is the class that does not count

        var chosen = logits.log_softmax(1)[..3].gather(1, classes[..3].view(3, 1));

        Close(-chosen.mean(), CrossEntropyLoss().call(logits, classes));
    }
}
