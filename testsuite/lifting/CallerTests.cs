using System.Collections.Immutable;
using DlAot.Compiler.Driver;

namespace DlAot.Tests.Lifting;

/// <summary>What callers pass comes first among what a method may be given.</summary>
public sealed class CallerTests
{
    private const string Inner = "public class Inner : Module<Tensor, Tensor> { public Inner() : base(\"i\") { } public override Tensor forward(Tensor x) => x * 3 + x; } ";

    private const string Attention = """
        public class Inner : Module<Tensor, Tensor, Tensor>
        {
            readonly int heads; readonly Linear query, key;
            public Inner(int width, int heads) : base("i") { this.heads = heads; query = Linear(width, width); key = Linear(width, width); RegisterComponents(); }
            public override Tensor forward(Tensor x, Tensor mask)
            {
                var (q, k) = (Split(query.forward(x)), Split(key.forward(x)));
                return q.matmul(k.transpose(-1, -2)).masked_fill(mask[.., TensorIndex.None, TensorIndex.None] == 0, -1e9f).softmax(-1);
            }
            Tensor Split(Tensor t) => t.view(t.shape[0], t.shape[1], heads, -1).transpose(1, 2);
        }
        public class Net : Module<Tensor, Tensor, Tensor>
        {
            readonly Embedding tokens = Embedding(50, 64); readonly Inner inner = new(64, 4);
            public Net() : base("n") { RegisterComponents(); }
            public override Tensor forward(Tensor ids, Tensor mask) => inner.forward(tokens.forward(ids), mask);
        }
        """;

    [Theory]
    [InlineData("public static class Program { public static Tensor Run() => new Inner().forward(torch.ones([2, 3, 4, 5, 6], dtype: ScalarType.Int64)); }", "i64[x_0,x_1,x_2,x_3,x_4]")]
    [InlineData("public class Net : Module<Tensor, Tensor> { readonly Inner inner = new(); public Net() : base(\"n\") { RegisterComponents(); } public override Tensor forward(Tensor tokens) => inner.forward(tokens.unsqueeze(1).unsqueeze(2)).sum(); }", "i64[x_0,x_1,x_2,x_3]")]
    public void WhatIsPassedComesFirst(string caller, string expected) => Assert.Equal(expected, Versions(Inner + caller)[0]);

    /// <summary>Attention over [B,T,C] with a mask of [B,T]: floats, flags and integers, and nothing that needs as many heads as samples.</summary>
    [Fact]
    public void WhatOnlyFitsByAccidentComesLater()
    {
        ImmutableArray<string> versions = Versions(Attention);
        string[] meant = [.. new[] { "f32", "bool", "i64" }.Select(mask => $"f32[mask_0,mask_1,key_weight_1] {mask}[mask_0,mask_1]")];
        Assert.Equal(meant[0], versions[0]);
        Assert.Subset(versions.Take(6).ToHashSet(), meant.ToHashSet());
        Assert.DoesNotContain(versions, v => v.Contains("heads", StringComparison.Ordinal));
    }

    // Types of the tensors that are passed to Inner.forward, for each version.
    private static ImmutableArray<string> Versions(string source)
    {
        string assembly = Snippet.Compile(source);
        try
        {
            using Compilation compilation = Compilation.Open(new CompileOptions { Input = assembly, References = [AppContext.BaseDirectory] });
            compilation.Plan();
            return [.. compilation.Methods.Single(m => m.Lifted.Name == "Inner.forward").Versions.Select(v => string.Join(' ', v.Lifted.Graph.Inputs.Where(i => i.Name is "x" or "mask").Select(i => i.Value.Type)))];
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(assembly)!, recursive: true);
        }
    }
}
