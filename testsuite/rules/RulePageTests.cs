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
        page.Append($"| severity | kind | told by | precondition |\n|---|---|---|---|\n| {rule.Severity.ToString().ToLowerInvariant()} | {Kind(rule)} | {TellerOf(rule)} | {rule.Condition} |\n\n");
        page.Append($"**What.** {Sentence(Regex.Replace(rule.Message, @"\{\d\}", "…"))}\n\n");
        page.Append($"**Why.** {Why(rule)}\n\n");
        page.Append($"**What to do.** {(rule.Advice.Length == 0 ? "What the message says." : rule.Advice)}\n");
        if (rule.BeyondSource is { } beyond && rule.Code[5] is not ('1' or '5'))
        {
            page.Append($"\n**Not in the editor.** {beyond}\n");
        }

        if (CommandFixtures.Rows.FirstOrDefault(r => r.Rule == rule) is { } shown)
        {
            page.Append($"\n## Told\n{Where(shown.Where)}{Command(shown.Failing)}## Not told\n{(Command(shown.Failing) == Command(shown.Fixed) ? "\nOtherwise:\n" : "")}{Command(shown.Fixed)}".TrimEnd('\n') + "\n");
        }
        else
        {
            var fixture = new RuleFixture(rule.Code);
            int line = RuleFixture.Compiled(fixture.Failing).First(d => d.Code == rule.Code).Line;
            page.Append($"\n## Told\n\nAt line {line}:\n\n```csharp\n{fixture.Failing}```\n\n## Not told\n\n```csharp\n{fixture.Fixed}```\n");
        }

        return page.ToString();
    }

    private static string Where(string where) => where.Length == 0 ? "" : $"\nWhere {where}:\n";

    // As a user writes it: what tests start otherwise is the tool.
    private static string Command(string command) => $"\n```\n{Regex.Replace(command, @"^dotnet (?!msbuild).*\.dll (.* )?(?=explain|analyze|compile)", "dlaot ")}\n```\n\n";

    /// <summary>Whether the editor shows it too.</summary>
    internal static string TellerOf(DiagnosticRule rule) => rule.BeyondSource is null ? "compiler, analyzer" : rule.Code[5] switch
    {
        '1' => "command line",
        '5' => "build",
        _ => "compiler",
    };

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
