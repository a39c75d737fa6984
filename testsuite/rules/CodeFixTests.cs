using System.Collections.Immutable;
using DlAot.Analyzers;
using DlAot.CodeFixes;
using DlAot.Tests.Lifting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CodeRefactorings;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DlAot.Tests.RuleFixtures;

/// <summary>What the light bulb does to the text: all else stays as it was, comments included.</summary>
public sealed class CodeFixTests
{
    private const string Usings = LightBulb.Usings;

    [Theory]
    [InlineData("DLAOT2004", "Restore the gradient mode at the end")]
    [InlineData("DLAOT2005", "Write it in a forward hook")]
    [InlineData("DLAOT2015", "Use the out-of-place form")]
    [InlineData("DLAOT2016", "Move the result to the outer dispose scope")]
    [InlineData("DLAOT2021", "Use reshape")]
    [InlineData("DLAOT2030", "Remove [Eager]")]
    [InlineData("DLAOT3002", "Remove [Eager]")]
    public void A_failing_fixture_has_nothing_to_tell_after_the_fix(string code, string title)
    {
        string changed = Apply(new RuleFixture(code).Failing, code, title);
        Assert.Empty(RuleFixture.Analyzed(changed));
        Assert.DoesNotContain(RuleFixture.Compiled(changed), d => Rules.Rows.Single(r => r.Code == d.Code).BeyondSource is null);
    }

    [Theory]
    [InlineData("DLAOT2005")]
    [InlineData("DLAOT2016")]
    [InlineData("DLAOT2030")]
    [InlineData("DLAOT2021")]
    public void A_fix_is_the_fixed_fixture(string code)
    {
        var fixture = new RuleFixture(code);
        Assert.Equal(Code(fixture.Fixed), Code(Apply(fixture.Failing, code, null)));
    }

    [Fact]
    public void Comments_stay() => Assert.Equal(
        Steps("""
            // before
            using var h = x.exp() + 1; // made
            // between
            return /* it */ (h * 2).MoveToOuterDisposeScope(); // after
            """.Replace("using var h", "using var s = NewDisposeScope(); var h")),
        Apply(
            Steps("""
                // before
                using var h = x.exp() + 1; // made
                // between
                return /* it */ h * 2; // after
                """.Replace("using var h", "using var s = NewDisposeScope(); var h")),
            "DLAOT2016", null));

    [Fact]
    public void A_result_is_not_disposed_of() => Assert.Equal(
        Steps("// made here\nvar h = x.exp() + 1;\nreturn h; // kept"),
        Apply(Steps("// made here\nusing var h = x.exp() + 1;\nreturn h; // kept"), "DLAOT2016", null));

    [Fact]
    public void A_host_read_moves_out_of_a_loop() => Assert.Equal(
        Steps("var y = x.exp() + 1;\n// every turn\nvar value = y.data<float>()[0];\nfor (int i = 0; i < 3; i++)\n{\n    x = x * value; // scaled\n}\nreturn x;"),
        Apply(Steps("var y = x.exp() + 1;\n// every turn\nfor (int i = 0; i < 3; i++)\n{\n    x = x * y.data<float>()[0]; // scaled\n}\nreturn x;"), "DLAOT2006", "Read it once, before the loop"));

    [Fact]
    public void A_host_read_of_what_the_loop_changes_stays() => Assert.Null(
        LightBulb.Fix(Steps("for (int i = 0; i < 3; i++)\n{\n    x = x * x.data<float>()[0] + 1;\n}\nreturn x;"), "DLAOT2006", null));

    [Fact]
    public void A_method_is_marked_with_the_signature_that_source_shows()
    {
        const string source = "using TorchSharp.Modules;\n" + Usings + "public class Net : Module<Tensor, Tensor>\n{\n    private readonly Conv2d first = Conv2d(3, 8, 3);\n\n    public Net() : base(\"net\") { }\n\n    // runs\n    public override Tensor forward(Tensor x) => first.call(x).relu();\n}\n";
        Assert.Equal(source.Replace("    public override", "    [Compile(Signature = \"forward(x: f32[N,3,H,W])\")]\n    public override"), LightBulb.Refactor(source, "forward", nameof(AddCompile)));
        Assert.Equal(source.Replace("first.call(x)", "x").Replace("    public override", "    [Compile]\n    public override"), LightBulb.Refactor(source.Replace("first.call(x)", "x"), "forward", nameof(AddCompile)));
    }

    [Theory]
    [InlineData("[Compile]\n    public override Tensor forward(Tensor x) => x;", "DLAOT3001", "public override Tensor forward(Tensor x) => x;")]
    public void A_mark_without_use_is_taken_away(string method, string code, string expected)
    {
        string Net(string forward) => Usings + "public class Net : Module<Tensor, Tensor>\n{\n    public Net() : base(\"net\") { }\n\n    // why\n    " + forward + "\n}\n";
        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(RuleFixture.Diagnostics(Net(method))).Severity);
        Assert.Equal(Net(expected), Apply(Net(method), code, "Remove [Compile]"));
    }

    [Theory]
    [InlineData("[Compile] public class Net", "")]
    [InlineData("[Compile] public class Outer { public class Net", "}")]
    [InlineData("[assembly: Compile] public class Net", "")]
    public void What_is_asked_for_warns(string open, string close)
    {
        string source = Usings + open + " : Module<Tensor, Tensor> { public Net() : base(\"net\") { } public override Tensor forward(Tensor x) => x * x.data<float>()[0] + 1; }" + close;
        Assert.Equal(DiagnosticSeverity.Warning, Assert.Single(RuleFixture.Diagnostics(source)).Severity);
        Assert.Equal(DiagnosticSeverity.Info, Assert.Single(RuleFixture.Diagnostics(source.Replace("[Compile] ", "").Replace("[assembly: Compile] ", ""))).Severity);
    }

    [Fact]
    public void What_a_hook_does_not_see_stays_in_forward() => Assert.Null(
        LightBulb.Fix(new RuleFixture("DLAOT2005").Failing.Replace("return y;", "var more = y * 2;\n        return more;"), "DLAOT2005", null));

    private static string Steps(string body) => Usings + "public static class Steps\n{\n    public static Tensor Run(Tensor x)\n    {\n        " + body.ReplaceLineEndings("\n").Replace("\n", "\n        ") + "\n    }\n}\n";

    private static string Code(string source) => source[source.IndexOf("public", StringComparison.Ordinal)..];

    private static string Apply(string source, string code, string? title) => LightBulb.Fix(source, code, title) ?? throw new InvalidOperationException($"no fix for {code}");
}
