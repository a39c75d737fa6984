using System.Text;
using System.Text.RegularExpressions;
using DlAot.Compiler.Diagnostics;
using DlAot.Tests.RuleFixtures;

namespace DlAot.Tests.House;

/// <summary>The table of diagnostics and the page made from it.</summary>
public class DiagnosticsPageTests
{
    [Fact]
    public void EveryCodeIsUniqueAndOfItsRange() => Assert.All(Rules.Rows.GroupBy(r => r.Code), g =>
    {
        DiagnosticRule rule = Assert.Single(g);
        Assert.Matches("^DLAOT[1-5][0-9]{3}$", rule.Code);
        Assert.Equal(rule.Code[5] == '1' && rule.Severity != Severity.Warning, rule.Severity == Severity.Error);
        Assert.NotEmpty(rule.Title);
    });

    [Fact]
    public void EveryRuleIsUsedSomewhere()
    {
        string product = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "compiler"), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".cs" or ".targets" && !Path.GetFileName(f).StartsWith("Rules.", StringComparison.Ordinal) && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText));
        var unused = typeof(Rules).GetFields().Where(f => f.GetValue(null) is DiagnosticRule rule
            && !Regex.IsMatch(product, $@"Rules\.{f.Name}\b") && !product.Contains(rule.Code, StringComparison.Ordinal)).Select(f => f.Name);
        Assert.Empty(unused);
    }

    [Fact]
    public void ThePageTellsTheTable()
    {
        var page = new StringBuilder("# Diagnostics\n\nMade from `compiler/DlAot.Diagnostics`; each code has a page with its reason and an example. Told by: the command line, the compiler\n(`dlaot explain`, `dlaot analyze`), the analyzer (in the editor and in `dotnet build`).\n\n| code | severity | told by | precondition | what | what to do |\n|---|---|---|---|---|---|\n");
        foreach (DiagnosticRule r in Rules.Rows)
        {
            page.Append($"| [{r.Code}](diagnostics/{r.Code}.md) | {r.Severity.ToString().ToLowerInvariant()} | {RulePageTests.TellerOf(r)} | {r.Condition} | **{r.Title}.** {Regex.Replace(r.Message, @"\{\d\}", "…")} | {r.Advice} |\n");
        }

        string file = Path.Combine(Repository.Root, "docs", "diagnostics.md");
        if (Environment.GetEnvironmentVariable("DLAOT_BLESS") == "1")
        {
            File.WriteAllText(file, page.ToString());
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == page.ToString(), "docs/diagnostics.md is stale: run this test with DLAOT_BLESS=1");
    }
}
