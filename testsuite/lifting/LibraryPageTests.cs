using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DlAot.Compiler.Lifting.Models;
using DlAot.Tests.House;

namespace DlAot.Tests.Lifting;

/// <summary>The table of library methods against the library's public members, and the page that is made from it.</summary>
public sealed partial class LibraryPageTests
{
    private const int Fewest = 400;

    [Fact]
    public void Every_called_operation_is_a_member_of_the_library()
    {
        ILookup<string, string> library = Library();
        string[] unknown = [.. ModelTable.Default.Keys.Where(k => ModelTable.Default.HowItRuns(k) == "call").Where(k => !IsMember(library, k))];
        Assert.True(unknown.Length == 0, string.Join(" ", unknown));
    }

    [Fact]
    public void The_page_of_library_methods_is_up_to_date()
    {
        ILookup<string, string> library = Library();
        HashSet<string> layers = [.. ModelTable.Default.Keys.Where(k => k.EndsWith(".forward", StringComparison.Ordinal)).Select(TypeOf)];
        var known = ModelTable.Default.Keys.Where(k => IsMember(library, k) && !(k.EndsWith(".call", StringComparison.Ordinal) && layers.Contains(TypeOf(k))))
            .GroupBy(k => k.EndsWith(".forward", StringComparison.Ordinal) ? "Layers" : TypeOf(k), StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        int count = known.Sum(g => g.Count());
        var page = new StringBuilder();
        page.AppendLine("# TorchSharp methods that are known").AppendLine();
        page.AppendLine(CultureInfo.InvariantCulture, $"Made from the table of library methods (`compiler/DlAot.Compiler/Lifting/Models/`) by a test; do not edit. {count} methods, all overloads");
        page.AppendLine("in one row. *graph*: becomes operations of the graph (operators.md), views and sizes included, or is decided while lifting, and a form that").AppendLine("needs what is not known is refused with a diagnostic. *call*: stays the call that the user wrote, between kernels, and what it returns is checked.");
        page.AppendLine("*graph, else call*: stays a call where the overload or setting has no counterpart in the graph.");
        foreach (var type in known)
        {
            page.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {type.Key}").AppendLine();
            foreach (var way in type.GroupBy(ModelTable.Default.HowItRuns).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                page.AppendLine(CultureInfo.InvariantCulture, $"*{way.Key}*: {string.Join(", ", way.Select(k => type.Key == "Layers" ? TypeOf(k) : Shown(k[(type.Key.Length + 1)..])).Order(StringComparer.Ordinal).Select(m => $"`{m}`"))}").AppendLine();
            }

            page.Length--; // one empty line between sections
        }

        string text = page.ToString().ReplaceLineEndings("\n");
        string file = Path.Combine(Repository.Root, "docs", "torchsharp.md");
        if (Environment.GetEnvironmentVariable("DLAOT_BLESS") == "1")
        {
            File.WriteAllText(file, text);
        }

        Assert.True(File.Exists(file) && File.ReadAllText(file) == text, "docs/torchsharp.md is stale: run this test with DLAOT_BLESS=1");
        Assert.True(count >= Fewest, $"{count} methods are known");
    }

    private static string TypeOf(string key) => key[..key.IndexOf('.', StringComparison.Ordinal)];

    // get_shape => shape, .ctor => new
    private static string Shown(string method) => method == ".ctor" ? "new" : Regex.Replace(method, "^get_", "");

    private static bool IsMember(ILookup<string, string> library, string key)
    {
        string method = key[(TypeOf(key).Length + 1)..];
        return library[TypeOf(key)].Any(m => m == method || "get_" + m == method || "set_" + m == method || (m == "this" && method is "get_Item" or "set_Item"))
            || (method is "call" or "forward" && library.Contains(TypeOf(key))); // a base class may declare it
    }

    // Member names, and none for a class without members, by the short name of the declaring type; torch.nn.functional is "functional".
    private static ILookup<string, string> Library() => File.ReadLines(Path.Combine(Repository.Root, "testsuite", "torchsharp", "api", "torchsharp-api.txt"))
        .Select(line => Member().Match(line)).Where(m => m.Success)
        .ToLookup(m => Regex.Replace(m.Groups["type"].Value.Split('.', '+', '/')[^1], "[`<].*", ""), m => m.Groups["name"].Value);

    [GeneratedRegex(@"^(?<type>[^ ]+(?:<[^:]*>)?) :: .*?(?:(?<name>\.ctor|[A-Za-z_0-9]+)(?:<[^(]*>)?(?:\(| \{)|(?<name>this)\[|(?<name>class) :)")]
    private static partial Regex Member();
}
