using System.Collections.Immutable;
using DlAot.Analyzers;
using DlAot.Compiler.Lifting.Models;
using DlAot.Tests.House;

namespace DlAot.Tests.RuleFixtures;

/// <summary>Compiler and analyzer say the same of the same code.</summary>
public sealed class RuleFixtureTests
{
    private static readonly ImmutableHashSet<string> Analyzed = [.. new TensorCodeAnalyzer().SupportedDiagnostics.Select(d => d.Id)];

    public static TheoryData<string> Codes => [.. RuleFixture.Codes];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Failing_code_is_told_by_both_at_the_same_line(string code)
    {
        string source = new RuleFixture(code).Failing;
        ImmutableSortedSet<(string Code, int Line)> compiled = RuleFixture.Compiled(source), analyzed = RuleFixture.Analyzed(source);
        Assert.Contains(compiled, d => d.Code == code);
        if (Analyzed.Contains(code))
        {
            Assert.Equal([.. analyzed], compiled.Where(d => Analyzed.Contains(d.Code)).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Fixed_code_is_told_by_neither(string code)
    {
        string source = new RuleFixture(code).Fixed;
        ImmutableSortedSet<(string Code, int Line)> compiled = RuleFixture.Compiled(source), analyzed = RuleFixture.Analyzed(source);
        Assert.DoesNotContain(compiled, d => d.Code == code);
        if (Analyzed.Contains(code))
        {
            Assert.DoesNotContain(compiled, d => Analyzed.Contains(d.Code));
            Assert.Empty(analyzed);
        }
    }

    [Fact]
    public void Every_code_has_its_fixture() => Assert.Empty(Rules.Rows.Select(r => r.Code).Except(RuleFixture.Codes).Except(CommandFixtures.Rows.Select(r => r.Rule.Code)));

    [Theory]
    [InlineData("no tensor reaches the method")]
    [InlineData("no tensor computation")]
    [InlineData("undeterminable target")]
    [InlineData("side effects")]
    [InlineData("recursion")]
    [InlineData("tensor type unknown")]
    [InlineData("primitive parameters")]
    [InlineData("eager-only calls")]
    [InlineData("host math over tensor data")]
    [InlineData("arguments legal eagerly only")]
    [InlineData("statically read axes")]
    [InlineData("stale reads")]
    [InlineData("tensor iteration")]
    [InlineData("covered callers")]
    [InlineData("conflicting dtypes")]
    [InlineData("symbolic tensors")]
    [InlineData("foreign tensors")]
    [InlineData("already a graph")]
    [InlineData("training")]
    [InlineData("not sealed or overridable")]
    public void Every_precondition_has_a_code(string precondition) => Assert.Contains(Rules.Rows, r => r.Condition.Contains(precondition, StringComparison.Ordinal));

    [Fact]
    public void Scalars_that_are_only_written_are_not_told() => Assert.Empty(RuleFixture.Analyzed("""
        using TorchSharp;
        using static TorchSharp.torch.nn;
        using static TorchSharp.torch;

        public class Net : Module<Tensor, Tensor>
        {
            private readonly TensorIndex at = TensorIndex.Slice(0, 2);
            private Scalar last = 1;

            public Net() : base("net") { }

            public override Tensor forward(Tensor x)
            {
                last = 3;
                return (x.exp() + 1)[at];
            }
        }
        """));

    [Fact]
    public void The_analyzer_tells_what_the_table_says_that_source_shows() => Assert.Equal(Rules.Rows.Where(r => r.BeyondSource is null).Select(r => r.Code), Analyzed.Order(StringComparer.Ordinal));

    [Fact]
    public void The_analyzer_knows_the_members_that_the_compiler_knows()
    {
        string file = Path.Combine(Repository.Root, "compiler", "DlAot.Analyzers", "KnownMembers.txt");
        string text = string.Concat(ModelTable.Default.Keys.Order(StringComparer.Ordinal).Select(k => k + "\n"));
        if (Environment.GetEnvironmentVariable("DLAOT_BLESS") == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.True(File.ReadAllText(file).ReplaceLineEndings("\n") == text, "compiler/DlAot.Analyzers/KnownMembers.txt is stale: run this test with DLAOT_BLESS=1");
    }
}
