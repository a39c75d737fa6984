using System.IO.Compression;

namespace DlAot.Tests.Package;

/// <summary>What the analyzers that come with DlAot.Build say in a user's build.</summary>
public sealed class AnalyzerPackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private const string Reads = """
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        namespace Acme.Models;

        public sealed class Gate : Module<Tensor, Tensor>
        {
            public Gate() : base("gate") { }

            public override Tensor forward(Tensor x)
            {
                var hidden = x.exp() + 1;
                return hidden * hidden.data<float>()[0];
            }
        }
        """;

    private const string Warning = "[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = warning\n";

    [Fact]
    public void The_build_tells_what_the_project_asks_for()
    {
        using var user = new ModelSolution(feed);
        user.Write("model/Gate.cs", Reads);
        Assert.DoesNotContain("DLAOT2006", Build(user), StringComparison.Ordinal);

        user.Write(".editorconfig", "root = true\n" + Warning);
        Assert.Matches(@"Gate\.cs\(13,25\): warning DLAOT2006: Tensor\.data reads a tensor's value on the host\. Express", Build(user));
        Assert.DoesNotContain("DLAOT2006", Build(user, "-p:NoWarn=DLAOT2006"), StringComparison.Ordinal);
        Assert.Contains("error DLAOT2006", Build(user, "-p:WarningsAsErrors=DLAOT2006"), StringComparison.Ordinal);

        user.Write("model/Gate.cs", "#pragma warning disable DLAOT2006\n" + Reads);
        Assert.DoesNotContain("DLAOT2006", Build(user), StringComparison.Ordinal);
    }

    [Fact]
    public void The_package_brings_the_page_of_every_code()
    {
        using ZipArchive package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Folder, "DlAot.Analyzers.*.nupkg")));
        Assert.Empty(Rules.Rows.Select(r => r.Help).Except(package.Entries.Select(e => e.FullName)));
        using ZipArchive build = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(feed.Folder, "DlAot.Build.*.nupkg")));
        Assert.Empty(Rules.Rows.Select(r => "tools/net10.0/any/" + r.Help).Except(build.Entries.Select(e => e.FullName)));
    }

    private string Build(ModelSolution user, params string[] more) =>
        Dotnet.Try(user.Locate("model"), feed.Environment, ["build", "-c", "Debug", "--no-incremental", .. more]).Output;
}
