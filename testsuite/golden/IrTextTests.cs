using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Text;
using DlAot.Ir.Verify;

namespace DlAot.Tests.Golden;

/// <summary>The text form of graphs goes both ways, and malformed text says where it is wrong.</summary>
public class IrTextTests
{
    private const string Sample = """
        graph Mlp.forward(%x: f32[N,784], %this.fc1.weight: f32[512,784], %this.layers[0].bias: f32[512], scalar %eps: f64, scalar %k: i64) {
          %0 = linear(%x, %this.fc1.weight, %this.layers[0].bias) : f32[N,512] @ Mlp.cs(12,5)
          %1 = relu(%0) : f32[N,512] @ Mlp.forward+IL_001c
          %2, %3 = extern(%1, %eps) {arguments="a \"b\"\n\\", callee="lstm", pure=true, types=[f32[N,512],i64[]]} : f32[N,512], i64[]
          %4 = slice(%2) {dim=1, length=-$k+512, start=$k} : f32[N,-$k+512]
          %5 = full() {dtype=bf16, shape=[2*N+1,floordiv(N+1,2)], value=-inf} : bf16[2*N+1,floordiv(N+1,2)]
          %6 = full() {dtype=f64, shape=[], value=1E-05} : f64[]
          %7 = permute(%4) {dims=[1,0]} : f32[-$k+512,N]
          require N >= 1
          require -$k+512 >= 0 @ Mlp.cs(14,9)
          require N % 4 == 0
          require N != $k
          require 2*N == N*N
          return %7, %3, %5
        }

        """;

    [Fact]
    public void Printing_what_was_parsed_gives_the_text_again()
    {
        Graph graph = GraphText.Parse(Sample);
        Assert.Equal(Sample, GraphText.Print(graph));
        Assert.Equal(["N", "$k"], graph.Symbols);
        Assert.Equal("a \"b\"\n\\", graph.Nodes[2].Attributes.Get<string>("arguments"));
        Assert.Equal(new SourceLocation("Mlp.forward", 0x1c), graph.Nodes[1].Location);
        Assert.Equal(double.NegativeInfinity, graph.Nodes[4].Attributes.Float("value"));
        Assert.Equal([ConstraintKind.AtLeast, ConstraintKind.AtLeast, ConstraintKind.Divisible, ConstraintKind.NotEqual, ConstraintKind.Equal], graph.Constraints.Select(c => c.Kind));
    }

    [Fact]
    public void Parsing_what_was_printed_gives_the_same_graph()
    {
        var builder = new GraphBuilder("a graph (of <T>) with \"quotes\"") { Location = new SourceLocation("M", 3, "/src/Model.cs", 4, 5) };
        Value x = builder.Input("x", TensorType.Of(DType.F16, "N".ToSymbol(), "M".ToSymbol()));
        Value y = builder.Input("0", TensorType.Of(DType.F16, "P".ToSymbol(), 1));
        Value z = builder.Input("odd name", TensorType.Of(DType.Bool));
        Value sum = builder.Add(Op.Add, x, y);
        Value both = builder.Add(Op.Softmax, Attributes.Of(("dim", -1L)), builder.Add(Op.Where, z, sum, x));
        Graph graph = builder.Finish(both, builder.Add(Op.Reshape, Attributes.Of(("shape", ImmutableArray.Create("M".ToSymbol() * "N".ToSymbol()))), both));
        Graph again = GraphText.Parse(GraphText.Print(graph));
        GraphVerifier.Verify(again);
        Assert.Equal(GraphText.Print(graph), GraphText.Print(again));
        Assert.Equal(graph.Name, again.Name);
        Assert.Equal(graph.Inputs.Select(i => (i.Name, i.Kind, i.Value.Type)), again.Inputs.Select(i => (i.Name, i.Kind, i.Value.Type)));
        Assert.Equal(graph.Nodes.Length, again.Nodes.Length);
        foreach ((Node a, Node b) in graph.Nodes.Zip(again.Nodes))
        {
            Assert.Same(a.Op, b.Op);
            Assert.True(a.Attributes.SameAs(b.Attributes));
            Assert.Equal(a.Results.Select(r => r.Type), b.Results.Select(r => r.Type));
            Assert.Equal(a.Operands.Select(o => Place(graph, o)), b.Operands.Select(o => Place(again, o)));
            Assert.Equal("Model.cs(4,5)", b.Location.ToString());
        }

        Assert.Equal(graph.Outputs.Select(o => Place(graph, o)), again.Outputs.Select(o => Place(again, o)));
        Assert.Equal(graph.Constraints.Select(c => c.ToString()), again.Constraints.Select(c => c.ToString()));
    }

    [Fact]
    public void Every_op_and_attribute_has_a_text_form()
    {
        Dictionary<Type, object> values = new()
        {
            [typeof(long)] = -3L,
            [typeof(double)] = 0.1,
            [typeof(bool)] = false,
            [typeof(string)] = "s",
            [typeof(DType)] = DType.U8,
            [typeof(DimExpr)] = DimText.Parse("2*N-1"),
            [typeof(ImmutableArray<long>)] = ImmutableArray.Create(1L, -2),
            [typeof(ImmutableArray<DimExpr>)] = ImmutableArray.Create<DimExpr>(3, "N".ToSymbol()),
            [typeof(ImmutableArray<TensorType>)] = ImmutableArray.Create(TensorType.Of(DType.I8, 2), TensorType.Of(DType.F64)),
        };
        foreach (OpDef op in Op.Rows)
        {
            Attributes attributes = op.Attributes.Aggregate(Attributes.None, (a, row) => a.With(row.Name, values[row.Type]));
            var input = GraphText.Parse("graph g(%x: f32[N]) { return %x }");
            var node = new Node(op, [.. Enumerable.Repeat(input.Outputs[0], op.MinOperands)], attributes, [TensorType.Of(DType.F32, "N".ToSymbol())], SourceLocation.None);
            string text = GraphText.Print(input with { Nodes = [node], Outputs = [node.Result] });
            Graph again = GraphText.Parse(text);
            Assert.Equal(text, GraphText.Print(again));
            Assert.True(Assert.Single(again.Nodes).Attributes.SameAs(attributes), text);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(-0.0)]
    [InlineData(5e-324)]
    [InlineData(1.7976931348623157e308)]
    [InlineData(1e22)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Floats_keep_every_bit(double value)
    {
        var builder = new GraphBuilder("g");
        Graph again = GraphText.Parse(GraphText.Print(builder.Finish(builder.Constant(value, DType.F64))));
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(again.Nodes[0].Attributes.Float("value")));
    }

    [Fact]
    public void Types_may_be_left_out_and_comments_put_in()
    {
        Graph graph = GraphText.Parse("""
            // the mean of each row
            graph g(%x: f32[N,4]) { // one input
              %mean = mean(%x) {dims=[1], keepdim=true}
              %centred = sub(%x, %mean)   // broadcast
              return %centred
            }
            """);
        Assert.Equal("f32[N,1]", graph.Nodes[0].Result.Type.ToString());
        Assert.Equal("f32[N,4]", graph.Outputs[0].Type.ToString());
    }

    [Fact]
    public void A_text_may_have_several_graphs() =>
        Assert.Equal(["a", "b"], GraphText.ParseAll("graph a() { return } graph b() { return }").Select(g => g.Name));

    [Theory]
    [InlineData("graph g(%x: f33[N]) { return %x }", "t.dlir(1,13): 'f33' is not a dtype; there are bool, u8, i8, i16, i32, i64, f16, bf16, f32, f64")]
    [InlineData("graph g() {\n  %0 = frob()\n  return %0\n}", "t.dlir(2,8): there is no op 'frob'")]
    [InlineData("graph g(%x: f32[N]) {\n  return %y\n}", "t.dlir(2,10): %y is not defined above")]
    [InlineData("graph g(%x: f32[N], %x: f32[N]) { return %x }", "t.dlir(1,21): %x is defined twice")]
    [InlineData("graph g(%x: f32[N]) {\n  %0 = relu(%x, %x) : f32[N]\n}", "t.dlir(2,8): relu does not take 2 operands")]
    [InlineData("graph g(%x: f32[N]) {\n  %0 = sum(%x) {axis=[0]}\n}", "t.dlir(2,17): sum has no attribute 'axis'; it has dims, keepdim")]
    [InlineData("graph g(%x: f32[N]) {\n  %0 = sum(%x) {dims=[0.5]}\n}", "t.dlir(2,23): expected an integer, found '0.5'")]
    [InlineData("graph g(%x: f32[N]) {\n  %0 = sum(%x)\n}", "t.dlir(2,8): sum lacks an attribute: it needs dims, keepdim")]
    [InlineData("graph g(%x: f32[2], %y: f32[3]) {\n  %0 = add(%x, %y)\n}", "t.dlir(2,8): add: broadcast: sizes 2 and 3 differ")]
    [InlineData("graph g(%x: f32[N]) { require N < 3\n return %x }", "t.dlir(1,33): expected ==, >=, != or %")]
    [InlineData("graph g(%x: f32[N]) { return %x } more", "t.dlir(1,35): there is more text after the graph")]
    [InlineData("graph g(%x: f32[N]) { %0, %1 = relu(%x) : f32[N]\n return %x }", "t.dlir(1,23): 2 results with 1 types")]
    [InlineData("graph g(%x: f32[N]) {", "t.dlir(1,22): expected an op, 'require' or 'return', found the end")]
    public void Malformed_text_says_where_and_why(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TextFormatException>(() => GraphText.Parse(text, "t.dlir")).Message);

    private static (int Node, int Result) Place(Graph graph, Value value) => (value.Node is null ? -1 : graph.Nodes.IndexOf(value.Node), value.Index);
}

internal static class IrSymbols
{
    public static DimExpr ToSymbol(this string name) => DimExpr.Symbol(name);
}
