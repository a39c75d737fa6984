using System.Xml.Linq;

namespace DlAot.Eng;

/// <summary>Runs a test project and counts its results.</summary>
internal static class TestRun
{
    // Far longer than any test, far shorter than a CI machine's patience.
    private const string HangTimeout = "6m";

    /// <summary>Runs the built tests; the last line on standard output is <c>N passed, N failed, N skipped</c>.</summary>
    /// <param name="project">The project, relative to the root.</param>
    /// <param name="arguments">Further arguments of <c>dotnet test</c>, such as <c>--filter</c>.</param>
    /// <returns>0 if tests ran and none failed.</returns>
    public static int Execute(string project, IEnumerable<string> arguments)
    {
        var results = Path.Combine(Shell.Root, "artifacts", "testresults");
        if (Directory.Exists(results))
            Directory.Delete(results, recursive: true);
        var exitCode = Shell.Try("dotnet", [
            "test", project, "-c", "Release", "--no-build",
            "--logger", "trx;LogFileName=results.trx", "--logger", "console;verbosity=minimal", "--results-directory", results,
            "--blame-hang-timeout", HangTimeout, "--blame-hang-dump-type", "none",
            .. arguments]);
        var counts = Counts.Read(Path.Combine(results, "results.trx"));
        var passes = exitCode == 0 && counts is { Passed: > 0, Failed: 0 };
        if (!passes && counts.Failed == 0)
            Console.Error.WriteLine(counts.Passed == 0 ? "error : no test ran" : $"error : the tests ended early (exit code {exitCode})");
        Console.WriteLine($"{counts.Passed} passed, {counts.Failed} failed, {counts.Skipped} skipped");
        return passes ? 0 : 1;
    }

    private sealed record Counts(int Passed, int Failed, int Skipped)
    {
        /// <summary>Counts the results in a TRX file (the test platform's XML log); none if there is no such file.</summary>
        public static Counts Read(string file)
        {
            if (!File.Exists(file))
                return new(0, 0, 0);
            var outcomes = XDocument.Load(file).Descendants()
                .Where(element => element.Name.LocalName == "UnitTestResult")
                .Select(element => (string?)element.Attribute("outcome"))
                .ToArray();
            var passed = outcomes.Count(outcome => outcome == "Passed");
            var skipped = outcomes.Count(outcome => outcome == "NotExecuted");
            return new(passed, outcomes.Length - passed - skipped, skipped);
        }
    }
}
