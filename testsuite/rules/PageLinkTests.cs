using DlAot.Analyzers;
using Microsoft.CodeAnalysis;

namespace DlAot.Tests.RuleFixtures;

/// <summary>The link of a code leads to its page.</summary>
public sealed class PageLinkTests : IDisposable
{
    private readonly string package = Directory.CreateTempSubdirectory("dlaot-pages-").FullName;

    public void Dispose() => Directory.Delete(package, recursive: true);

    [Fact]
    public void A_descriptor_links_a_page_that_is_there() => Assert.All(new TensorCodeAnalyzer().SupportedDiagnostics, (DiagnosticDescriptor d) =>
    {
        var link = new Uri(d.HelpLinkUri, UriKind.Absolute);
        Assert.True(!link.IsFile || File.ReadAllText(link.LocalPath).StartsWith($"# {d.Id}: ", StringComparison.Ordinal), d.HelpLinkUri);
    });

    [Theory]
    [InlineData("analyzers/dotnet/cs")]
    [InlineData("")]
    public void A_package_brings_its_pages(string folder)
    {
        string assembly = Path.Combine(Directory.CreateDirectory(Path.Combine(package, folder)).FullName, "DlAot.Diagnostics.dll"), page = Path.Combine(package, "docs", "diagnostics", "DLAOT1099.md");
        Assert.Null(Pages.FindRoot(assembly));
        Directory.CreateDirectory(Path.GetDirectoryName(page)!);
        File.WriteAllText(page, "");
        string root = Pages.FindRoot(assembly)!;
        Assert.Equal(new Uri(page).AbsoluteUri, Pages.LinkOf(Rules.InternalError, null, root));
        Assert.Equal("scheme://place/docs/diagnostics/DLAOT1099.md", Pages.LinkOf(Rules.InternalError, "scheme://place/docs", root));
    }

    [Fact]
    public void Without_either_there_is_no_link() => Assert.Null(Pages.LinkOf(Rules.InternalError, null, null));
}
