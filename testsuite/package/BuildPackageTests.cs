using System.IO.Compression;
using Mono.Cecil;

namespace DlAot.Tests.Package;

/// <summary>What a user sees who refers to DlAot.Build.</summary>
public sealed class BuildPackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private const string Output = "model/bin/Release/net10.0/";
    private const string Assembly = Output + "Acme.Models.dll";
    private const string Native = "runtimes/linux-x64/native/libAcme.Models.dlaot.so";

    [Fact]
    public void A_release_build_is_compiled_once_and_switches_off_and_cleans()
    {
        using var user = new ModelSolution(feed);

        user.Dotnet("model", "build", "-c", "Release", "-v", "q");
        Assert.True(IsDropIn(user.Locate(Assembly)));
        Assert.True(File.Exists(user.Locate(Output + Native)));
        Assert.True(File.Exists(user.Locate(Output + "Acme.Models.pdb")));

        var before = Written(user);
        user.Dotnet("model", "build", "-c", "Release", "-v", "q");
        Assert.Equal(before, Written(user));

        user.Write("model/run.dlprofile", """{ "dlprofile": 1, "calls": [{ "method": "Acme.Models.Scorer.forward", "count": 1, "args": { "input": { "tensor": "f32[N,6]" } } }] }""");
        user.Dotnet("model", "build", "-c", "Release", "-v", "q", "-p:DlAotProfile=run.dlprofile");
        Assert.Contains($"--profile \"{user.Locate("model/run.dlprofile")}\"", File.ReadAllText(user.Locate("model/obj/Release/net10.0/dlaot.rsp")), StringComparison.Ordinal);

        user.Write("model/More.cs", "namespace Acme.Models; public static class More { public const int Number = 4; }");
        user.Dotnet("model", "build", "-c", "Release", "-v", "q");
        Assert.True(IsDropIn(user.Locate(Assembly)));
        Assert.NotEqual(before[Assembly], Written(user)[Assembly]);

        user.Dotnet("model", "build", "-c", "Release", "-v", "q", "-p:DlAotEnabled=false");
        Assert.False(IsDropIn(user.Locate(Assembly)));
        Assert.False(File.Exists(user.Locate(Output + Native)));

        user.Dotnet("model", "build", "-c", "Release", "-v", "q");
        Assert.True(IsDropIn(user.Locate(Assembly)));
        user.Dotnet("model", "clean", "-c", "Release", "-v", "q");
        Assert.Empty(Directory.EnumerateFiles(user.Locate("model/obj/Release"), "*dlaot*", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(user.Locate("model/obj/Release/net10.0/dlaot")));
        Assert.Empty(Directory.EnumerateFiles(user.Locate("model/bin"), "*", SearchOption.AllDirectories));

        user.Dotnet("model", "build", "-c", "Debug", "-v", "q");
        Assert.False(IsDropIn(user.Locate("model/bin/Debug/net10.0/Acme.Models.dll")));
    }

    [Fact]
    public void A_packed_library_runs_compiled_where_it_is_used()
    {
        using var user = new ModelSolution(feed);

        user.Dotnet("model", "pack", "-c", "Release", "-v", "q", "-o", user.Locate("feed"));
        using (var package = ZipFile.OpenRead(user.Locate("feed/Acme.Models.1.0.0.nupkg")))
        {
            Assert.NotNull(package.GetEntry(Native));
            package.GetEntry("lib/net10.0/Acme.Models.dll")!.ExtractToFile(user.Locate("packed.dll"));
        }
        Assert.True(IsDropIn(user.Locate("packed.dll")));

        user.Dotnet("app", "build", "-c", "Release", "-v", "q");
        var compiled = Answer.Parse(user.RunApplication());
        var original = Answer.Parse(user.RunApplication("DLAOT_DISABLE", "1"));
        Assert.True(compiled is { CompiledCalls: > 0, OriginalCalls: 0 }, compiled.ToString());
        Assert.True(original.CompiledCalls == 0, original.ToString());
        Assert.Equal(35, original.Numbers.Length);
        Assert.All(original.Numbers.Zip(compiled.Numbers), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));

        user.Dotnet("app", "publish", "-c", "Release", "-v", "q", "-o", user.Locate("published"));
        Assert.True(File.Exists(user.Locate("published/" + Native)));
    }

    [Fact]
    public void Severities_of_the_project_hold_for_the_step()
    {
        using var user = new ModelSolution(feed);
        user.Write("model/Reader.cs", "namespace Acme.Models; using static TorchSharp.torch; public static class Reader { public static Tensor Scaled(Tensor x) { var y = (x * 2).relu(); return y * y.data<float>()[0]; } }");

        // What the step says, not what the analyzer does.
        (int Code, string Output) Build(params string[] properties) => user.Try("model", ["build", "-c", "Release", "-v", "q", "-p:RunAnalyzersDuringBuild=false", .. properties]);
        Assert.Contains("warning DLAOT2006: Acme.Models.Reader.Scaled", Build().Output, StringComparison.Ordinal);
        (int code, string output) = Build("-p:NoWarn=CS1591%3BDLAOT2006");
        Assert.Equal(0, code);
        Assert.DoesNotContain("DLAOT2006", output, StringComparison.Ordinal);
        (code, output) = Build("-p:WarningsAsErrors=DLAOT2006");
        Assert.NotEqual(0, code);
        Assert.Contains("error DLAOT2006", output, StringComparison.Ordinal);
        Assert.NotEqual(0, Build("-p:TreatWarningsAsErrors=true").Code);
        Assert.Equal(0, Build().Code);
        user.Write("model/.editorconfig", "[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = error\n");
        (code, output) = Build();
        Assert.NotEqual(0, code);
        Assert.Contains("error DLAOT2006", output, StringComparison.Ordinal);
        user.Write("model/.editorconfig", "[*.cs]\ndotnet_diagnostic.DLAOT2006.severity = none\n");
        (code, output) = Build();
        Assert.Equal(0, code);
        Assert.DoesNotContain("DLAOT2006", output, StringComparison.Ordinal);
    }

    /// <summary>Files of the build that the compiler made or that come of them, and when they were written.</summary>
    private static Dictionary<string, DateTime> Written(ModelSolution user) =>
        Directory.EnumerateFiles(user.Locate("model"), "*", SearchOption.AllDirectories)
            .Where(file => file.Contains("dlaot", StringComparison.Ordinal) || Path.GetFileNameWithoutExtension(file) == "Acme.Models")
            .Where(file => Path.GetExtension(file) is ".dll" or ".pdb" or ".so" or ".rsp" or ".stamp")
            .ToDictionary(file => Path.GetRelativePath(user.Folder, file), File.GetLastWriteTimeUtc);

    private static bool IsDropIn(string assembly)
    {
        using var module = ModuleDefinition.ReadModule(assembly);
        return module.AssemblyReferences.Any(reference => reference.Name == "DlAot.Runtime");
    }

    private sealed record Answer(long CompiledCalls, long OriginalCalls, float[] Numbers)
    {
        public static Answer Parse(string line)
        {
            var parts = line.Split('|');
            return new(long.Parse(parts[0]), long.Parse(parts[1]), [.. parts[2].Split(' ').Select(float.Parse)]);
        }
    }
}
