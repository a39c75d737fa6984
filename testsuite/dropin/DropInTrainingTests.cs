using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DlAot.Tests.DropIn;

/// <summary>
/// Modules that their owner keeps without registering them: <c>eval()</c> does not reach them, and compiled code does what they do in
/// training mode.
/// </summary>
[Collection(RuntimeCopy.Collection)]
public class DropInTrainingTests
{
    // Name, fields, body, whether the fields are registered.
    private static readonly (string Name, string Fields, string Body, bool IsRegistered)[] Rows =
    [
        ("Batches1", "public readonly BatchNorm1d norm = nn.BatchNorm1d(4);", "return norm.forward(x).relu();", false),
        ("Batches2", "public readonly Conv2d conv = nn.Conv2d(3, 4, 3); public readonly BatchNorm2d norm = nn.BatchNorm2d(4, eps: 1e-3, momentum: 0.3);", "return norm.call(conv.call(x)).relu();", false),
        ("NoScale", "public readonly BatchNorm2d norm = nn.BatchNorm2d(3, affine: false);", "return norm.forward(x).relu();", false),
        ("Twice", "public readonly BatchNorm2d norm = nn.BatchNorm2d(3);", "return norm.forward(norm.forward(x).relu() * 2);", false),
        ("Chain", "public readonly Sequential chain = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), nn.ReLU());", "return chain.call(x) * 2;", false),
        ("Kept", "public readonly Dropout drop = nn.Dropout(0.0);", "return drop.forward(x).relu();", false),
        ("Asked", "public readonly nn.Module<Tensor, Tensor> drop = nn.Dropout(0.5);", "return drop.training ? x.relu() : x.exp();", false),
        ("Registered", "public readonly BatchNorm2d norm = nn.BatchNorm2d(3);", "return norm.forward(x).relu();", true),
    ];

    private static readonly Lazy<DropInApplication> Application = new(() => DropInApplication.Of(string.Concat(Rows.Select(r => $$"""
        public class {{r.Name}} : nn.Module<Tensor, Tensor>
        {
            {{r.Fields}}
            public {{r.Name}}() : base("net") { {{(r.IsRegistered ? "RegisterComponents();" : "")}} }
            public override Tensor forward(Tensor x) { {{r.Body}} }
        }

        """))));

    public static TheoryData<string> Names => [.. Rows.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void RunsCompiledAsTheOriginal(string name)
    {
        var (original, dropIn) = Made(name);
        using var off = no_grad();
        for (var call = 0; call < 3; call++)
        {
            var x = name == "Batches1" ? randn(6, 4) : randn(2 + call, 3, 5, 5);
            Tensor expected = original.forward(x), actual = Application.Value.Compiled<Tensor>($"{name}.forward", () => dropIn.forward(x));
            Close(expected, actual);
            foreach (var (a, b) in Buffers((object)original).Zip(Buffers((object)dropIn)))
                Close(a, b);
        }
    }

    [Fact]
    public void OneThatIsRegisteredByItsOwnersOwnerIsInferenceOnly()
    {
        var (original, dropIn) = Made("Batches2");
        ((nn.Module)original.norm).eval();
        ((nn.Module)dropIn.norm).eval();
        using var off = no_grad();
        var x = randn(2, 3, 5, 5);
        Close(original.forward(x), Application.Value.Compiled<Tensor>("Batches2.forward", () => dropIn.forward(x)));
        Assert.Equal(0, ((Tensor)dropIn.norm.num_batches_tracked).item<long>());
    }

    [Fact]
    public void OneNumberForEachChannelRunsTheOriginal()
    {
        var (_, dropIn) = Made("Batches1");
        using var off = no_grad();
        Application.Value.Missed<Tensor>("Batches1.forward", "", () => dropIn.forward(randn(1, 4)));
        Assert.Equal(1, ((Tensor)dropIn.norm.num_batches_tracked).item<long>());
    }

    [Fact]
    public void SharedStatisticsRunTheOriginal()
    {
        var (original, dropIn) = Made("NoScale");
        original.norm.running_var = ((Tensor)original.norm.running_mean).alias();
        dropIn.norm.running_var = ((Tensor)dropIn.norm.running_mean).alias();
        using var off = no_grad();
        var x = randn(2, 3, 5, 5);
        Close(original.forward(x), Application.Value.Missed<Tensor>("NoScale.forward", "", () => dropIn.forward(x)));
        Close((Tensor)original.norm.running_mean, (Tensor)dropIn.norm.running_mean);
    }

    [Fact]
    public void WhatIsWrittenMustLieApart()
    {
        Assert.True(Application.Value.IsEnabled); // the runtime knows the native library now
        var all = zeros(4, 6);
        Tensor upper = all[..2], lower = all[2..];
        Assert.False(DlAot.Runtime.TensorGuards.MayOverlap([upper.Handle, lower.Handle], 1));
        Assert.False(DlAot.Runtime.TensorGuards.MayOverlap([upper.Handle, lower.t().Handle, lower.Handle], 1));
        Assert.True(DlAot.Runtime.TensorGuards.MayOverlap([lower.Handle, upper.Handle, all.t().Handle], 1));
        Assert.True(DlAot.Runtime.TensorGuards.MayOverlap([upper.Handle, lower.Handle, upper.Handle], 2));
        Assert.True(DlAot.Runtime.TensorGuards.MayOverlap([lower.t().Handle, upper.Handle], 1)); // written, and not dense
        Assert.True(DlAot.Runtime.TensorGuards.MayOverlap([upper.Handle, 0], 1));
    }

    // Parameters that are not registered are in no state either.
    private static (dynamic Original, dynamic DropIn) Made(string name)
    {
        manual_seed(1);
        dynamic original = Activator.CreateInstance(Application.Value.Original.GetType(name)!)!;
        manual_seed(1);
        dynamic dropIn = Activator.CreateInstance(Application.Value.DropIn.GetType(name)!)!;
        ((nn.Module)original).eval();
        ((nn.Module)dropIn).eval();
        return (original, dropIn);
    }

    private static IEnumerable<Tensor> Buffers(object net) => net.GetType().GetField("norm")?.GetValue(net) is NormBase norm ? [norm.running_mean!, norm.running_var!, norm.num_batches_tracked!]
        : net.GetType().GetField("chain")?.GetValue(net) is Sequential chain ? chain.buffers() : [];

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        var (e, a) = (expected.to_type(ScalarType.Float64), actual.to_type(ScalarType.Float64));
        Assert.True((e - a).norm().item<double>() <= 1e-5 * Math.Max(e.norm().item<double>(), 1e-6), $"{expected} {actual}");
    }
}
