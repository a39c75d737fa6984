using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace DlAot.Tests.RuleFixtures;

/// <summary>An analyzer that makes builds slow is switched off.</summary>
public sealed class AnalyzerTimeTests(ITestOutputHelper output)
{
    private const int Files = 200;
    private const double Most = 1;

    [Fact]
    public void A_project_of_200_files_builds_less_than_a_second_longer()
    {
        (double without, int none) = Measure("nothing");
        (double with, int told) = Measure("ours");
        output.WriteLine($"{Files} files: {with - without:F2} s of processor time added to {without:F2} s");
        Assert.Equal((0, Files), (none, told));
        Assert.True(with - without < Most, $"{with - without:F2} s added to {without:F2} s");
    }

    private static (double Seconds, int Told) Measure(string kind)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(AnalyzerTimeTests).Assembly.Location, AnalyzerTime.Command, kind]) { RedirectStandardOutput = true })!;
        string[] answer = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), int.Parse(answer[1], CultureInfo.InvariantCulture));
    }
}
