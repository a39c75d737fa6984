using DlAot.Compiler.Lifting;

namespace DlAot.Tests.Lifting;

/// <summary>What is tried where nobody says what a method is given: each row's version must be among those that are found.</summary>
public class HypothesisTests
{
    private const string Vision = "readonly Conv2d conv; public Net(int channels, int groups) : base(\"n\") { conv = Conv2d(channels, channels, 3, padding: 1, groups: groups); RegisterComponents(); } ";

    public static TheoryData<string, string, string> Rows => new()
    {
        // Ranks: all arguments alike, one that differs, by what names say.
        { "alike", Snippet.Net("return x * y;", parameters: "Tensor x, Tensor y"), "x: f32[x_0,x_1,x_2,x_3]; y: f32[x_0,x_1,x_2,x_3]" },
        { "single", Snippet.Net("return x.sin();"), "x: f32[x_0]" },
        { "other", Snippet.Net("var (b, c) = (x.shape[0], x.shape[1]); return x + y.reshape(b, c, 1, 1) * x.shape[3];", parameters: "Tensor x, Tensor y"), "x: f32[x_0,x_1,x_2,x_3]; y: f32[y_0,y_1]" },
        { "labels", Snippet.Net("return functional.cross_entropy(x, labels);", parameters: "Tensor x, Tensor labels"), "x: f32[labels_0,x_1]; labels: i64[labels_0]" },
        { "index", Snippet.Net("return x.scatter(1, y.unsqueeze(1), 1.0f);", parameters: "Tensor x, Tensor y"), "x: f32[x_0,x_1]; y: i64[y_0]" },
        { "sequence", Snippet.Net("var (b, t) = (x.shape[0], x.shape[1]); return layer.forward(x).view(b, t, 2, 2).sum(2);", "readonly Linear layer = Linear(4, 4);"), "x: f32[x_0,x_1,4]" },

        { "bags", Snippet.Net("return bag.call(input, offsets).relu();", "readonly EmbeddingBag bag = EmbeddingBag(9, 4);", parameters: "Tensor input, Tensor offsets"), "input: i64[input_0]; offsets: i64[offsets_0]" },
        { "behind a layer", Snippet.Net("var y = layer.call(x + x).softmax(-1); var (b, t, c) = (y.shape[0], y.shape[1], y.shape[2]); return y.view(b, t, 2, c / 2).sum(2);", "readonly Linear layer = Linear(4, 4);"), "x: f32[x_0,x_1,4]" },

        // Masks: of size 1 where they are the same for all, floats or flags.
        { "mask of channels", Snippet.Net("return layer.forward(x) * mask;", "readonly Conv1d layer = Conv1d(3, 5, 1);", parameters: "Tensor x, Tensor mask"), "x: f32[mask_0,3,mask_2]; mask: f32[mask_0,1,mask_2]" },
        { "mask of heads", Snippet.Net("var d = Math.Sqrt(x.shape[3]); return (x.matmul(x.transpose(-2, -1)) / d).masked_fill(mask, -1e9).softmax(-1);", parameters: "Tensor x, Tensor mask"), "mask: bool[mask_0,1,mask_2,mask_2]" },

        { "mask of positions", Snippet.Net("var (b, t) = (x.shape[0], x.shape[1]); var q = layer.forward(x).view(b, t, 2, 2).transpose(1, 2); var a = q.matmul(q.transpose(2, 3)); if (mask is not null) { a = a + mask; } return a.softmax(-1);", "readonly Linear layer = Linear(4, 4);", parameters: "Tensor x, Tensor? mask"), "x: f32[x_0,mask_0,4]" },

        // What may be absent: asked by the code, though no default says so.
        { "tensor is null", Snippet.Net("x = x.exp(); if (y is not null) { x = x + y; } return x;", parameters: "Tensor x, Tensor? y"), "-y" },
        { "object is null", "public class Cache { public Tensor? Key; } " + Snippet.Net("x = x.exp(); if (cache != null) { x = cache.Key is null ? x.sin() : x + cache.Key; } return x;", parameters: "Tensor x, Cache? cache"), "-cache" },
        { "its tensor is null", "public class Cache { public Tensor? Key; } " + Snippet.Net("x = x.exp(); if (cache != null) { x = cache.Key is null ? x.sin() : x + cache.Key; } return x;", parameters: "Tensor x, Cache? cache"), "ops exp sin" },

        // What is null by default is given, too.
        { "number is given", Snippet.Net("x = x.exp(); return n.HasValue ? x[.., ..n.Value].sin() : x;", parameters: "Tensor x, int? n = null"), "n_Value: i64[]" },
        { "tuple is given", "public class Net : Module<Tensor, (Tensor, Tensor)?, Tensor> { public Net() : base(\"n\") { } public override Tensor forward(Tensor x, (Tensor, Tensor)? p = null) { x = x.exp(); return p is null ? x : x + p.Value.Item1 * p.Value.Item2; } }", "p.Value.Item1" },
        { "list is given", Snippet.Net("x = x.exp(); return p is null ? x : x + p[0];", parameters: "Tensor x, List<Tensor>? p = null"), "p[0]: f32[p_0__0,p_0__1]" },
        { "object is given", "public class Cache { public Tensor? Key; } " + Snippet.Net("x = x.exp(); return cache is null ? x : cache.Key is null ? x.sin() : x + cache.Key;", parameters: "Tensor x, Cache? cache = null"), "cache.Key: f32[cache_Key_0,cache_Key_1]" },
        { "text is given", Snippet.Net("x = x.exp(); return mode == \"sin\" ? x.sin() : x;", parameters: "Tensor x, string? mode = null"), "ops exp sin" },

        // Sizes that are compared are mostly equal.
        { "expected size", Snippet.Net("if (w.shape[0] != 2 * x.shape[1] - 1) { w = w[..1]; } return x.sum() + w;", parameters: "Tensor x, Tensor w"), "w: f32[2*x_1-1" },

        // A number with a minus counts from the end.
        { "from the end", "public class Net : Module<Tensor, Tensor> { readonly int cut; public Net(int cut) : base(\"n\") { this.cut = cut; } public override Tensor forward(Tensor x) => x[TensorIndex.Ellipsis, TensorIndex.Slice(stop: -cut)].exp() + x.select(1, -cut).sum(); }", "f32[x_0,x_1]" },

        // Ways of making a module.
        { "a value that goes with a flag", "public class Net : Module<Tensor, Tensor> { readonly Parameter? bias; public Net(bool odd = false, (int, int)? sizes = null) : base(\"n\") { if (odd) { if (!sizes.HasValue) { throw new ArgumentException(\"sizes\"); } bias = Parameter(zeros(sizes.Value.Item1, sizes.Value.Item2)); } RegisterComponents(); } public override Tensor forward(Tensor x) => bias is null ? x.cos() : x.sin() + bias; }", "ops sin add" },
        { "flag", "public class Net : Module<Tensor, Tensor> { readonly bool odd; public Net(bool odd = true) : base(\"n\") { this.odd = odd; } public override Tensor forward(Tensor x) => odd ? x.sin() : x.cos(); }", "ops cos" },
        { "enum", "public enum Kind { A, B, C } public class Net : Module<Tensor, Tensor> { readonly Kind kind; public Net(Kind kind = Kind.A) : base(\"n\") { this.kind = kind; } public override Tensor forward(Tensor x) => kind switch { Kind.A => x.sin(), Kind.B => x.cos(), _ => x.tan() }; }", "ops sin cos div" },
        { "text", "public class Net : Module<Tensor, Tensor> { readonly Module<Tensor, Tensor> act; public Net(string act = \"relu\") : base(\"n\") { this.act = act switch { \"relu\" => ReLU(), \"tanh\" => Tanh(), _ => throw new ArgumentException(act) }; RegisterComponents(); } public override Tensor forward(Tensor x) => act.forward(x); }", "ops tanh" },
        { "number", "public class Net : Module<Tensor, Tensor> { readonly int shift; public Net(int shift = 0) : base(\"n\") { this.shift = shift; } public override Tensor forward(Tensor x) => shift > 0 ? x.sin() : x.cos(); }", "ops sin" },
        { "two numbers", "public class Net : Module<Tensor, Tensor> { readonly int a, b; public Net(int a = 0, int b = 0) : base(\"n\") { (this.a, this.b) = (a, b); } public override Tensor forward(Tensor x) { x = x.exp(); if (a > 0) { x = x.sin(); } if (b > 0) { x = x.cos(); } return x; } }", "ops exp sin cos" },
        { "number with a sign", "public class Net : Module<Tensor, Tensor> { readonly int shift; public Net(int shift = 0) : base(\"n\") { this.shift = shift; } public override Tensor forward(Tensor x) => shift > 0 ? torch.roll(x, -shift, 1).sin() : x.cos(); }", "ops slice slice concat sin" },

        { "array", "public class Net : Module<Tensor, Tensor> { readonly ModuleList<Linear> all = new(); public Net(int[] sizes) : base(\"n\") { foreach (int n in sizes) { all.Add(Linear(n, n)); } RegisterComponents(); } public static Net Small() => new([5, 7]); public override Tensor forward(Tensor x) { for (int i = 0; i < all.Count; i++) { x = all[i].forward(x); } return x; } }", "ops linear linear" },
        { "array of three", "public class Net : Module<Tensor, Tensor> { readonly ModuleList<Linear> all = new(); public Net(int[] sizes) : base(\"n\") { foreach (int n in sizes) { all.Add(Linear(n, n)); } RegisterComponents(); } public static Net Small() => new([5, 7, 6]); public override Tensor forward(Tensor x) { for (int i = 0; i < all.Count; i++) { x = all[i].forward(x); } return x; } }", "ops linear linear linear" },
        { "array in a record struct", "public readonly record struct Shape(int N, int[] Sizes, int W); public class Net : Module<Tensor, Tensor> { readonly ModuleList<Linear> all = new(); public Net(Shape shape) : base(\"n\") { foreach (int n in shape.Sizes) { all.Add(Linear(n, n)); } RegisterComponents(); } public static Net Small() => new(new Shape(3, [5, 7], 4)); public override Tensor forward(Tensor x) { for (int i = 0; i < all.Count; i++) { x = all[i].forward(x); } return x; } }", "ops linear linear" },
        { "array in a record", "public record Shape(int N, int[] Sizes, int W); public class Net : Module<Tensor, Tensor> { readonly ModuleList<Linear> all = new(); public Net(Shape shape) : base(\"n\") { foreach (int n in shape.Sizes) { all.Add(Linear(n, n)); } RegisterComponents(); } public static Net Small() => new(new Shape(3, [5, 7], 4)); public override Tensor forward(Tensor x) { for (int i = 0; i < all.Count; i++) { x = all[i].forward(x); } return x; } }", "ops linear linear" },

        // Settings of layers that are only guessed: the layer itself is called.
        { "groups", "public class Net : Module<Tensor, Tensor> { " + Vision + "public override Tensor forward(Tensor x) => conv.forward(x).relu(); }", "ops extern relu" },
        { "a group for each channel", "public class Net : Module<Tensor, Tensor> { " + Vision.Replace("int groups", "int expand", StringComparison.Ordinal).Replace("groups: groups", "groups: channels", StringComparison.Ordinal) + "public override Tensor forward(Tensor x) => conv.forward(x).relu(); }", "ops conv relu" },
        { "certain groups", "public class Net : Module<Tensor, Tensor> { " + Vision.Replace("groups: groups", "groups: 2", StringComparison.Ordinal) + "public override Tensor forward(Tensor x) => conv.forward(x).relu(); }", "ops conv relu" },
        { "sizes of a norm without weights", "public class Net : Module<Tensor, Tensor> { readonly LayerNorm norm; public Net(long width) : base(\"n\") { norm = LayerNorm(width, elementwise_affine: false); RegisterComponents(); } public override Tensor forward(Tensor x) => norm.forward(x); }", "x: f32[x_0,norm_normalized_shape_0_]" },
        { "width computed with a float", "public class Net : Module<Tensor, Tensor> { readonly Linear up, down; public Net(int width, double ratio = 4.0) : base(\"n\") { int inner = (int)(width * ratio); up = Linear(width, inner); down = Linear(inner, width); RegisterComponents(); } public override Tensor forward(Tensor x) => down.forward(up.forward(x).relu()); }", "this.down.weight: f32[down_bias_0,down_weight_1]" },
        { "width computed with a square root", "public class Net : Module<Tensor, Tensor> { readonly int side; public Net(int patches) : base(\"n\") { side = (int)Math.Sqrt(patches); } public override Tensor forward(Tensor x) => x.view(-1, side, side).sin(); }", "side: i64" },
        { "initialised parameter", "public class Net : Module<Tensor, Tensor> { readonly Parameter w; public Net(int n) : base(\"n\") { w = Parameter(init.xavier_uniform_(empty(n, 5))); RegisterComponents(); } public override Tensor forward(Tensor x) => x.matmul(w); }", "this.w: f32[w_0,5]" },
        { "buffer of guessed length", "public class Net : Module<Tensor, Tensor> { readonly Tensor w; public Net(int n) : base(\"n\") { w = tensor(Enumerable.Range(1, n).Select(i => 1f / i).ToArray()); register_buffer(\"w\", w); RegisterComponents(); } public override Tensor forward(Tensor x) => x * w; }", "w: f32[w_0]" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void IsAmongTheVersions(string name, string source, string expected)
    {
        LiftedMethod lifted = Snippet.Lift(source, options: new LiftOptions());
        Assert.True(lifted.IsWhole, $"{name}: {string.Join(Environment.NewLine, lifted.Diagnostics)}");
        string[] found = [.. lifted.Versions.Select(v => Describe(v, expected))];
        Assert.True(found.Any(f => f == expected || (!expected.StartsWith("ops ", StringComparison.Ordinal) && !expected.StartsWith('-') && f.Contains(expected, StringComparison.Ordinal))), $"{name}: {string.Join(Environment.NewLine, found)}");
    }

    /// <summary>What fits only because sizes happen to be equal comes after what needs no such thing.</summary>
    [Fact]
    public void TheLikelierVersionComesFirst()
    {
        LiftedMethod lifted = Snippet.Lift(Snippet.Net("var (b, t) = (x.shape[0], x.shape[1]); return layer.forward(x).view(b, t, 2, 2).sum(2);", "readonly Linear layer = Linear(4, 4);"), options: new LiftOptions());
        Assert.Equal(3, lifted.Versions[0].Graph.Inputs[0].Value.Rank);
    }

    /// <summary>Who asks for three sizes of a tensor one by one means one of three dimensions, though with four a coincidence of sizes would do.</summary>
    [Theory]
    [InlineData("b = t.shape[0], n = t.shape[1], c = t.shape[2]")]
    [InlineData("b = t.size(0), n = t.size(1), c = t.size(2)")]
    public void ATensorHasNoMoreDimensionsThanAreAskedFor(string sizes)
    {
        string attention = $$"""
            Tensor Heads(Tensor t) { long {{sizes}}; return t.reshape(b, n, 2, c / 2).transpose(1, 2); }
            Tensor Attend(Tensor q, Tensor k, Tensor v) => scaled_dot_product(Heads(wq.call(q)), Heads(wk.call(k)), Heads(wv.call(v)));
            static Tensor scaled_dot_product(Tensor q, Tensor k, Tensor v) { var y = (q.matmul(k.permute(0, 1, 3, 2)) / Math.Sqrt(q.shape[3])).softmax(-1).matmul(v).transpose(1, 2); return y.reshape(y.shape[0], y.shape[1], y.shape[2] * y.shape[3]); }
            """;
        LiftedMethod lifted = Snippet.Lift(
            Snippet.Net("long h = image.shape[2], w = image.shape[3]; var keys = image.flatten(2).permute(0, 2, 1); var q = points; for (int i = 0; i < 3; i++) { q = q + Attend(q + points, keys, keys); keys = keys + Attend(keys, q, q); } return q + keys.mean(new long[] { 1 }, true) * (h * w);", "readonly Linear wq = Linear(8, 8), wk = Linear(8, 8), wv = Linear(8, 8);", parameters: "Tensor image, Tensor points", more: attention),
            options: new LiftOptions());
        Assert.Equal([4, 3], lifted.Versions[0].Graph.Inputs.Where(i => i.Name is "image" or "points").Select(i => i.Value.Rank));
    }

    /// <summary>Nobody flattens a single dimension.</summary>
    [Fact]
    public void WhatIsFlattenedHasSeveralDimensions()
    {
        LiftedMethod lifted = Snippet.Lift(Snippet.Net("return x.flatten(1).sin();"), options: new LiftOptions());
        Assert.True(lifted.Versions[0].Graph.Inputs[0].Value.Rank > 2);
        Assert.Contains(lifted.Versions, v => v.Graph.Inputs[0].Value.Rank == 2);
    }

    /// <summary>Of the sizes that a layer was told, each that is certain is foreseen, whatever the others are.</summary>
    [Fact]
    public void ASizeThatALayerWasToldIsForeseen()
    {
        LiftedMethod lifted = Snippet.Lift("public class Net : Module<Tensor, Tensor> { readonly AdaptiveMaxPool2d pool; public Net(int length) : base(\"n\") { pool = AdaptiveMaxPool2d(new long[] { 1, length }); RegisterComponents(); } public override Tensor forward(Tensor x) => pool.call(x).squeeze(2).relu(); }", options: new LiftOptions());
        Assert.Equal(3, lifted.Versions[0].Graph.Outputs[0].Rank);
    }

    /// <summary>A number that has been compared once is not taken to be otherwise later on.</summary>
    [Fact]
    public void WhatIsDecidedStaysSo()
    {
        LiftedMethod lifted = Snippet.Lift("public class Net : Module<Tensor, Tensor> { readonly int a; public Net(int a = 0) : base(\"n\") { this.a = a; } public override Tensor forward(Tensor x) { x = x.exp(); if (a > 0) { x = x.sin(); } x = x.sqrt(); if (a >= 1) { x = x.cos(); } return x; } }", options: new LiftOptions());
        bool[] sines = [.. lifted.Versions.Select(v => Describe(v, "ops ").StartsWith("ops exp sin", StringComparison.Ordinal))], cosines = [.. lifted.Versions.Select(v => Describe(v, "ops ").EndsWith(" cos", StringComparison.Ordinal))];
        Assert.Contains(true, sines);
        Assert.Contains(false, sines);
        Assert.Equal(sines, cosines);
    }

    /// <summary>An integer where a float does as well is no version of its own.</summary>
    [Fact]
    public void UnusualDTypesNeedAReason()
    {
        LiftedMethod lifted = Snippet.Lift(Snippet.Net("return x.exp();"), options: new LiftOptions());
        Assert.All(lifted.Versions, v => Assert.Equal(Ir.DType.F32, v.Graph.Inputs[0].Value.DType));
    }

    private static string Describe(LiftedVersion version, string expected) => expected.StartsWith("ops ", StringComparison.Ordinal) ? "ops " + string.Join(' ', version.Graph.Nodes.Select(n => n.Op.Name))
        : expected.StartsWith('-') ? version.Graph.Inputs.Any(i => i.Name.StartsWith(expected[1..], StringComparison.Ordinal)) ? "" : expected
        : string.Join("; ", version.Graph.Inputs.Select(i => $"{i.Name}: {i.Value.Type}"));
}
