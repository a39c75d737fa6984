using System.Collections.Immutable;
using System.Text;
using DlAot.Ir;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Golden;

/// <summary>Every row of the op table is complete, and the page of operators is made from it.</summary>
public class IrOpTableTests
{
    /// <summary>Operands and attributes that an op accepts: text of types, then attributes.</summary>
    private static readonly Dictionary<string, (string Operands, Attributes Attributes)> s_examples = new()
    {
        ["attention"] = ("f32[2,3,4] f32[2,5,4] f32[2,5,6] bool[3,5]", Attributes.Of(("causal", true))),
        ["batch_norm"] = ("f32[2,3,4] f32[3] f32[3] f32[3] f32[3]", Attributes.Of(("eps", 1e-5), ("weight", true), ("bias", true))),
        ["clamp"] = ("f32[3]", Attributes.Of(("max", 1.0))),
        ["elu"] = ("f32[3]", Attributes.Of(("alpha", 1.0))),
        ["gelu"] = ("f32[3]", Attributes.Of(("tanh", true))),
        ["layer_norm"] = ("f32[2,3,4] f32[3,4] f32[3,4]", Attributes.Of(("axes", 2L), ("eps", 1e-5), ("weight", true), ("bias", true))),
        ["leaky_relu"] = ("f32[3]", Attributes.Of(("slope", 0.1))),
        ["linear"] = ("f32[2,3,4] f32[5,4] f32[5]", Attributes.None),
        ["log_softmax"] = ("f32[3,4]", Attributes.Of(("dim", -1L))),
        ["mean"] = ("f32[3,4]", Attributes.Of(("dims", ImmutableArray.Create(0L)), ("keepdim", false))),
        ["softmax"] = ("f32[3,4]", Attributes.Of(("dim", 0L))),
        ["softplus"] = ("f32[3]", Attributes.Of(("beta", 1.0), ("threshold", 20.0))),
        ["var"] = ("f32[3,4]", Attributes.Of(("dims", ImmutableArray.Create(0L, 1)), ("keepdim", true), ("correction", 1L))),
    };

    public static TheoryData<string> Composites => [.. Op.Rows.Where(op => !op.IsPrimitive).Select(op => op.Name)];

    private static (ImmutableArray<TensorType> Types, Attributes Attributes) Example(OpDef op)
    {
        (string operands, Attributes attributes) = s_examples.GetValueOrDefault(op.Name, ("f32[3]", Attributes.None));
        return ([.. operands.Split(' ').Select(t => (TensorType)DlAot.Ir.Text.GraphText.Parse($"graph g(%x: {t}) {{ return %x }}").Outputs[0].Type)], attributes);
    }

    [Fact]
    public void Every_field_is_a_row_with_a_name_of_its_own()
    {
        OpDef[] fields = [.. typeof(Op).GetFields().Select(f => f.GetValue(null)).OfType<OpDef>()];
        Assert.Equal(fields.Length, Op.Rows.Count());
        Assert.All(fields, op => Assert.Same(op, Op.TryFind(op.Name)));
    }

    [Fact]
    public void Every_row_is_filled_in()
    {
        foreach (OpDef op in Op.Rows)
        {
            Assert.Matches("^[a-z][a-z0-9_]*$", op.Name);
            Assert.True(op.Summary.Length > 1 && !op.Summary.EndsWith('.'), op.Name);
            Assert.NotNull(op.InferTypes);
            Assert.InRange(op.MinOperands, 0, op.MaxOperands);
            Assert.Equal(op.Attributes.Length, op.Attributes.Select(a => a.Name).Distinct().Count());
            Assert.Equal(op.Family == OpFamily.Composite, op.Decompose is not null);
            Assert.Equal(op.Family == OpFamily.Elementwise, op.Scalar is not null);
            Assert.Equal(op.Family == OpFamily.Extern, op.Effect == EffectClass.Opaque);
        }
    }

    [Fact]
    public void Every_primitive_has_a_rule_in_the_evaluator()
    {
        string[] missing = [.. Op.Rows.Where(op => op.IsPrimitive && op.Family != OpFamily.Extern && !Evaluator.HasRule(op)).Select(op => op.Name)];
        Assert.Empty(missing);
        Assert.All(Op.Rows.Where(op => !op.IsPrimitive), op => Assert.False(Evaluator.HasRule(op)));
    }

    [Fact]
    public void Every_scalar_op_means_something_on_some_dtype() =>
        Assert.All(Enum.GetValues<ScalarOp>(), op => Assert.Contains(Enum.GetValues<DTypeCategory>(), c => ScalarSemantics.IsDefined(op, c)));

    [Fact]
    public void A_composite_with_attributes_has_an_example_here() =>
        Assert.All(Op.Rows.Where(op => !op.IsPrimitive && (op.MaxOperands > 1 || !op.Attributes.IsEmpty)), op => Assert.Contains(op.Name, s_examples.Keys));

    [Theory]
    [MemberData(nameof(Composites))]
    public void A_composite_decomposes_to_its_own_type(string name)
    {
        OpDef op = Op.TryFind(name)!;
        (ImmutableArray<TensorType> types, Attributes attributes) = Example(op);
        foreach (DType dtype in new[] { DType.F32, DType.F16, DType.BF16, DType.F64 })
        {
            // Once with constant sizes and once with a symbol for each distinct size.
            foreach (bool symbolic in new[] { false, true })
            {
                var builder = new GraphBuilder(name);
                Value[] inputs = [.. types.Select((t, i) => builder.Input($"x{i}", new TensorType(
                    t.DType == DType.F32 ? dtype : t.DType, [.. t.Shape.Select(d => symbolic ? DimExpr.Symbol($"S{d}") : d)])))];
                Value whole = builder.Add(op, attributes, inputs);
                Value parts = Assert.Single(op.Decompose!(builder, whole.Node!, [.. inputs]));
                Assert.Equal(builder.TypeOf(whole), builder.TypeOf(parts));
                Graph graph = builder.Finish(whole, parts);
                DlAot.Ir.Verify.GraphVerifier.Verify(graph);
                Assert.DoesNotContain(graph.Nodes, n => n.Op == op && n.Result != graph.Outputs[0]);
            }
        }
    }

    [Fact]
    public void The_page_of_operators_is_up_to_date()
    {
        string file = Path.Combine(RepositoryRoot(), "docs", "operators.md");
        string page = Page();
        if (Environment.GetEnvironmentVariable("DLAOT_BLESS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, page);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == page, "docs/operators.md is stale: run this test with DLAOT_BLESS=1");
    }

    private static string Page()
    {
        var text = new StringBuilder("""
            # Operators of the tensor graph

            Made from the op table (`ir/Ops/`) by a test; do not edit. Every op is either a primitive, which the reference evaluator
            defines, or a composite, which its decomposition defines. An optional attribute is marked with `?`.

            """);
        foreach (var family in Op.Rows.GroupBy(op => op.Family).OrderBy(g => g.Key))
        {
            bool isElementwise = family.Key == OpFamily.Elementwise;
            text.Append($"\n## {family.Key}\n\n| op | operands | attributes |{(isElementwise ? " on |" : "")} what it is |\n|---|---|---|---|{(isElementwise ? "---|" : "")}\n");
            foreach (OpDef op in family)
            {
                string operands = op.MaxOperands == int.MaxValue ? $"{op.MinOperands} or more" : op.MinOperands == op.MaxOperands ? $"{op.MinOperands}" : $"{op.MinOperands} to {op.MaxOperands}";
                string attributes = string.Join(", ", op.Attributes.Select(a => $"`{a.Name}{(a.Optional ? "?" : "")}: {Kind(a.Type)}`"));
                string on = op.Scalar is null or ScalarOp.Select or ScalarOp.Cast ? "any" : string.Join(", ", new[] { DType.Bool, DType.I32, DType.F32 }.Where(t => Accepts(op, t)).Select(t => t.Category().ToString().ToLowerInvariant()));
                text.Append($"| `{op.Name}` | {operands} | {attributes} |{(isElementwise ? $" {on} |" : "")} {op.Summary.Replace("|", "\\|")} |\n");
            }
        }

        return text.ToString();
    }

    private static bool Accepts(OpDef op, DType type)
    {
        try
        {
            return op.InferTypes(new TypeRuleContext(op, [.. Enumerable.Repeat(TensorType.Of(type), op.MinOperands)], Attributes.None, new DimFacts())).Length == 1;
        }
        catch (TypeRuleException)
        {
            return false;
        }
    }

    private static string Kind(Type type) => type.IsGenericType
        ? $"{Kind(type.GetGenericArguments()[0])} list"
        : type.Name switch { "Int64" => "int", "Double" => "float", "Boolean" => "bool", "String" => "string", "DimExpr" => "size", "TensorType" => "type", var other => other.ToLowerInvariant() };

    private static string RepositoryRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "DlAot.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
