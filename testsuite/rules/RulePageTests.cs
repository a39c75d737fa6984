using System.Text;
using System.Text.RegularExpressions;
using DlAot.Tests.House;

namespace DlAot.Tests.RuleFixtures;

/// <summary>One page a code, made from the table and the fixtures: what, why, what to do, and an example.</summary>
public sealed class RulePageTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "diagnostics");

    [Fact]
    public void Every_code_has_its_page_and_no_other_is_there()
    {
        Dictionary<string, string> pages = Rules.Rows.ToDictionary(r => Path.Combine(Folder, r.Code + ".md"), Page);
        if (Environment.GetEnvironmentVariable("DLAOT_BLESS") == "1")
        {
            Directory.CreateDirectory(Folder);
            foreach (string stale in Directory.GetFiles(Folder).Except(pages.Keys))
            {
                File.Delete(stale);
            }

            foreach ((string file, string text) in pages)
            {
                File.WriteAllText(file, text);
            }
        }

        string[] wrong = [.. pages.Where(p => !File.Exists(p.Key) || File.ReadAllText(p.Key).ReplaceLineEndings("\n") != p.Value).Select(p => p.Key), .. Directory.GetFiles(Folder).Except(pages.Keys)];
        Assert.True(wrong.Length == 0, $"stale, run this test with DLAOT_BLESS=1: {string.Join(" ", wrong.Select(Path.GetFileName))}");
    }

    private static string Page(DiagnosticRule rule)
    {
        var page = new StringBuilder($"# {rule.Code}: {rule.Title}\n\n");
        page.Append($"Made from `compiler/DlAot.Diagnostics` and `testsuite/rules`; do not edit. All codes: [diagnostics.md](../diagnostics.md).\n\n");
        page.Append($"| severity | kind |\n|---|---|\n| {rule.Severity.ToString().ToLowerInvariant()} | {Kind(rule)} |\n\n");
        page.Append($"**What.** {Sentence(Regex.Replace(rule.Message, @"\{\d\}", "…"))}\n\n");
        page.Append($"**Why.** {Why(rule)}\n\n");
        page.Append($"**What to do.** {(rule.Advice.Length == 0 ? "What the message says." : rule.Advice)}\n");
        if (RuleFixture.Exists(rule.Code))
        {
            var fixture = new RuleFixture(rule.Code);
            int line = RuleFixture.Compiled(fixture.Failing).First(d => d.Code == rule.Code).Line;
            page.Append($"\n## Told\n\nAt line {line}:\n\n```csharp\n{fixture.Failing}```\n\n## Not told\n\n```csharp\n{fixture.Fixed}```\n");
        }

        return page.ToString();
    }

    private static string Kind(DiagnosticRule rule) => rule.Code[5] switch
    {
        '1' => "input and tools",
        '2' => "safety",
        '3' => "benefit",
        '4' => "numerics",
        _ => "packaging",
    };

    private static string Why(DiagnosticRule rule) => rule.Code[5] switch
    {
        '1' => "Without it the compiler cannot go on, or not with all that it was given.",
        '2' => "Compiled code must do what the original does. Where that is not certain, this place keeps its original code, and what lies before and after it is compiled where that pays.",
        '3' => "Compiled code that is not faster than the original is not worth its guards.",
        '4' => "Numbers may differ from those of the original by more than the documented tolerance.",
        _ => "A package must run where it is used.",
    };

    private static string Sentence(string text) => (char.ToUpperInvariant(text[0]) + text[1..]).TrimEnd('.') + ".";
}
