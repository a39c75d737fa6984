using DlAot.Ir;
using DlAot.Ir.Text;
using FsCheck;
using FsCheck.Fluent;

namespace DlAot.Tests.Golden;

/// <summary>The algebra of sizes against plain integer arithmetic.</summary>
public class IrDimExprTests
{
    private static readonly string[] s_symbols = ["A", "B", "C"];

    private static readonly (string Name, bool IsPolynomial, Func<DimExpr, DimExpr, DimExpr> Make, Func<long, long, long> Compute)[] s_operations =
    [
        ("add", true, (a, b) => a + b, (a, b) => a + b),
        ("sub", true, (a, b) => a - b, (a, b) => a - b),
        ("mul", true, (a, b) => a * b, (a, b) => a * b),
        ("floordiv", false, DimExpr.FloorDiv, FloorDiv),
        ("ceildiv", false, DimExpr.CeilDiv, (a, b) => FloorDiv(a + b - 1, b)),
        ("mod", false, DimExpr.Mod, (a, b) => a - (FloorDiv(a, b) * b)),
        ("max", false, DimExpr.Max, Math.Max),
        ("min", false, DimExpr.Min, Math.Min),
    ];

    /// <summary>An expression as it was written.</summary>
    private sealed record Tree(int Operation, long Leaf, Tree? Left, Tree? Right)
    {
        public DimExpr ToDim() => Left is null
            ? Leaf < 0 ? DimExpr.Symbol(s_symbols[-Leaf - 1]) : Leaf - 4
            : s_operations[Operation].Make(Left.ToDim(), Right!.ToDim());

        public long Compute(long[] values) => Left is null
            ? Leaf < 0 ? values[-Leaf - 1] : Leaf - 4
            : s_operations[Operation].Compute(Left.Compute(values), Right!.Compute(values));

        public override string ToString() => Left is null ? $"{ToDim()}" : $"{s_operations[Operation].Name}({Left}, {Right})";
    }

    // Leaves: -1 to -3 are symbols, 0 to 12 the numbers -4 to 8.
    private static Gen<Tree> Trees(int depth, int operations) => depth == 0
        ? Gen.Choose(-3, 12).Select(leaf => new Tree(0, leaf, null, null))
        : Gen.OneOf(
            Trees(0, operations),
            from operation in Gen.Choose(0, operations - 1)
            from left in Trees(depth - 1, operations)
            from right in Trees(depth - 1, operations)
            select new Tree(operation, 0, left, right));

    private static Gen<long[]> Values => Gen.Choose(1, 40).Select(v => (long)v).ArrayOf(s_symbols.Length);

    private static void ForAll<T>(Gen<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    private static Func<string, long> Lookup(long[] values) => name => values[Array.IndexOf(s_symbols, name)];

    private static long FloorDiv(long a, long b) => (a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);

    private static long? TryCompute(Tree tree, long[] values)
    {
        try
        {
            return tree.Compute(values);
        }
        catch (DivideByZeroException)
        {
            return null;
        }
    }

    [Fact]
    public void The_normal_form_has_the_value_of_what_was_written() =>
        ForAll(from tree in Trees(4, s_operations.Length) from values in Values select (tree, values), x =>
            TryCompute(x.tree, x.values) is not long expected || x.tree.ToDim().Evaluate(Lookup(x.values)) == expected);

    [Fact]
    public void Polynomials_of_one_value_have_one_normal_form() =>
        ForAll(from a in Trees(2, 3) from b in Trees(2, 3) from points in Values.ArrayOf(30) select (a, b, points), x =>
            x.points.All(p => x.a.Compute(p) == x.b.Compute(p)) == (x.a.ToDim() == x.b.ToDim()));

    [Fact]
    public void Sums_and_products_do_not_depend_on_order_or_brackets() =>
        ForAll(from a in Trees(3, s_operations.Length) from b in Trees(3, s_operations.Length) from c in Trees(2, s_operations.Length) select (a, b, c), x =>
        {
            (DimExpr a, DimExpr b, DimExpr c) = (x.a.ToDim(), x.b.ToDim(), x.c.ToDim());
            return a + b == b + a && a * b == b * a && (a + b) + c == a + (b + c) && (a + b) * c == (c * b) + (c * a) && a + b - b == a
                && DimExpr.Max(a, b) == DimExpr.Max(b, a) && DimExpr.Min(a, b) == DimExpr.Min(b, a);
        });

    [Fact]
    public void Text_is_read_back_as_the_same_expression() =>
        ForAll(Trees(4, s_operations.Length), tree => tree.ToDim() is var dim && DimText.Parse(dim.ToString()) == dim);

    [Fact]
    public void What_is_proved_holds() =>
        ForAll(from a in Trees(3, s_operations.Length) from b in Trees(3, s_operations.Length) from values in Values select (a, b, values), x =>
        {
            (DimExpr a, DimExpr b) = (x.a.ToDim(), x.b.ToDim());
            if (TryCompute(x.a, x.values) is not long p || TryCompute(x.b, x.values) is not long q)
            {
                return true;
            }

            return (!DimExpr.AtLeast(a, b) || p >= q) && (q == 0 || DimExpr.TryDivide(a, b) is not { } exact || exact.Evaluate(Lookup(x.values)) * q == p);
        });

    [Fact]
    public void Replacing_symbols_commutes_with_evaluation() =>
        ForAll(from tree in Trees(3, s_operations.Length) from inner in Trees(2, 3) from values in Values select (tree, inner, values), x =>
        {
            long[] replaced = [x.inner.Compute(x.values), x.values[1], x.values[2]];
            return replaced[0] < 1 || TryCompute(x.tree, replaced) is not long expected ||
                x.tree.ToDim().Substitute(s => s == "A" ? x.inner.ToDim() : null).Evaluate(Lookup(x.values)) == expected;
        });

    [Theory]
    [InlineData("floordiv(-7, 2)", "-4")]
    [InlineData("floordiv(7, -2)", "-4")]
    [InlineData("mod(-7, 3)", "2")]
    [InlineData("mod(7, -3)", "-2")]
    [InlineData("ceildiv(7, 2)", "4")]
    [InlineData("floordiv(4*N+7, 4)", "N+1")]
    [InlineData("floordiv(2*N+3, 2)", "N+1")]
    [InlineData("floordiv(6*N+3, 4)", "N+floordiv(N+1,2)")]
    [InlineData("floordiv(N-1, 2)+1", "floordiv(N+1,2)")]
    [InlineData("floordiv(floordiv(floordiv(H-1,2)-1,2)-1,2)+1", "floordiv(H+1,8)")]
    [InlineData("floordiv(A*B+C, A)", "B+floordiv(C,A)")]
    [InlineData("mod(4*N+6, 4)", "2")]
    [InlineData("mod(2*N, 4)", "2*mod(N,2)")]
    [InlineData("mod(A*B+C, B)", "mod(C,B)")]
    [InlineData("(A+B)*(A-B)", "A*A-B*B")]
    [InlineData("max(N, N+1)", "N+1")]
    [InlineData("min(3, N+3)", "3")]
    [InlineData("max($k, 0)", "max($k,0)")]
    [InlineData("-(2)", "-2")]
    public void Normal_forms(string written, string normal) => Assert.Equal(normal, DimText.Parse(written).ToString());

    [Theory]
    [InlineData("N+", "size(1,3): expected a size, found the end")]
    [InlineData("foo(N,2)", "size(1,1): 'foo' is not one of floordiv, ceildiv, mod, max, min")]
    [InlineData("max(N)", "size(1,1): max takes two sizes")]
    [InlineData("N M", "size(1,3): unexpected text after the size")]
    [InlineData("(N", "size(1,3): expected ')', found the end")]
    public void Malformed_sizes_say_where(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TextFormatException>(() => DimText.Parse(text)).Message);

    [Fact]
    public void A_host_number_may_be_negative()
    {
        Assert.False(DimExpr.AtLeast(DimExpr.Symbol("$k"), 0));
        Assert.True(DimExpr.AtLeast(DimExpr.Symbol("N"), 0));
        var facts = new DimFacts();
        Assert.True(facts.TryEqual(DimExpr.Symbol("$k"), DimExpr.Symbol("N")));
        Assert.Equal("$k", facts.Normalize(DimExpr.Symbol("N")).ToString());
        facts.RequireAtLeast(DimExpr.Symbol("$k"), 0);
        Assert.Equal("$k >= 0", Assert.Single(facts.Constraints).ToString());
    }

    [Fact]
    public void A_scalar_input_is_not_replaced_by_a_size()
    {
        var builder = new GraphBuilder("g");
        builder.Input("k", TensorType.Of(DType.I64), InputKind.Scalar);
        Value x = builder.Input("x", TensorType.Of(DType.F32, DimExpr.Symbol("N")));
        Value y = builder.Add(Op.Full, Attributes.Of(("shape", System.Collections.Immutable.ImmutableArray.Create(DimExpr.Symbol("k"))), ("value", 1.0), ("dtype", DType.F32)));
        Graph graph = builder.Finish(builder.Add(Op.Add, x, y));
        Assert.Equal("f32[k]", graph.Inputs[1].Value.Type.ToString());
        Assert.Equal("f32[k]", graph.Outputs[0].Type.ToString());
    }

    [Fact]
    public void Division_by_zero_is_an_error_when_evaluated() =>
        Assert.Throws<DivideByZeroException>(() => DimText.Parse("floordiv(A, B-C)").Evaluate(_ => 3));
}
