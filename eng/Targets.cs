namespace DlAot.Eng;

/// <summary>What <c>build.sh</c> and <c>build.ps1</c> can do.</summary>
/// <param name="Run">Does it, given the rest of the command line; returns the exit code.</param>
internal sealed record Target(string Name, string Summary, Func<string[], int> Run);

/// <summary>The table of targets. Each brings what it needs: missing packages, a restore, a build.</summary>
internal static class Targets
{
    private const string Solution = "DlAot.sln";

    public static IReadOnlyList<Target> All { get; } =
    [
        new("demo", "compile the sample models and compare them with their originals", rest => Benchmark(["demo"], rest)),
        new("test", "build and run all tests; the last line counts them", Test),
        new("bench", "run the benchmarks; further arguments choose among them", rest => Benchmark(["bench"], rest)),
        new("coverage", "compile the corpus of modules and run it against its original: artifacts/coverage.json", Coverage),
        new("pack", "make the NuGet packages in artifacts/packages", Pack),
        new("build", "build everything", rest => Build(rest)),
        new("format", "check the formatting of all sources", Format),
        new("prerequisites", "install the Debian packages that are missing", _ => InstallPrerequisites()),
    ];

    private static int InstallPrerequisites()
    {
        Prerequisite.InstallMissing();
        return 0;
    }

    private static int Build(string[] rest)
    {
        Prerequisite.InstallMissing();
        Shell.Run("dotnet", ["build", Solution, "-c", "Release", "-v", "minimal", .. Properties(rest)]);
        return 0;
    }

    private static int Test(string[] rest)
    {
        Build(rest);
        return TestRun.Execute("testsuite/DlAot.Tests.csproj", Arguments(rest));
    }

    private static int Coverage(string[] rest)
    {
        Build(rest);
        return Shell.Try("dotnet", ["run", "--project", "testsuite", "-c", "Release", "--no-build", "--", "coverage"]);
    }

    private static int Format(string[] rest)
    {
        Shell.Run("dotnet", ["restore", Solution, "-v", "quiet", .. Properties(rest)]);
        return Shell.Try("dotnet", ["format", Solution, "--no-restore", "--verify-no-changes", .. Arguments(rest)]);
    }

    private static int Pack(string[] rest)
    {
        Build(rest);
        var packages = Path.Combine(Shell.Root, "artifacts", "packages");
        if (Directory.Exists(packages))
            Directory.Delete(packages, recursive: true);
        Shell.Run("dotnet", ["pack", Solution, "-c", "Release", "--no-build", "-v", "minimal", "-o", packages, .. Properties(rest)]);
        foreach (var package in Directory.EnumerateFiles(packages, "*.nupkg").Order(StringComparer.Ordinal))
            Console.WriteLine(Path.GetRelativePath(Shell.Root, package));
        return 0;
    }

    private static int Benchmark(string[] command, string[] rest)
    {
        Build(rest);
        return Shell.Try("dotnet", ["run", "--project", "benchmarks", "-c", "Release", "--no-build", "--", .. command, .. Arguments(rest)]);
    }

    private static IEnumerable<string> Properties(string[] rest) => rest.Where(IsProperty);

    private static IEnumerable<string> Arguments(string[] rest) => rest.Where(argument => !IsProperty(argument));

    private static bool IsProperty(string argument) => argument.StartsWith("-p:", StringComparison.Ordinal);
}
