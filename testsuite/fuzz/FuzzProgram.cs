using System.Globalization;
using DlAot.Tests.House;
using DlAot.Tests.Kernels;

namespace DlAot.Tests.Fuzz;

/// <summary>
/// Checks random graphs in a process of its own, so that wrong native code ends this and not the tests. Prints what it is about to do; the last
/// line before it ends without "done" names the culprit. A failing case is minimised and written to <c>artifacts/fuzz/</c>.
/// </summary>
internal static class FuzzProgram
{
    public const string Command = "fuzz";
    private const int BatchSize = 12;

    /// <param name="arguments"><c>fuzz FIRST COUNT SECONDS</c>: seeds FIRST to FIRST+COUNT-1, or fewer when the time is up.</param>
    public static int Serve(string[] arguments)
    {
        int first = int.Parse(arguments[1], CultureInfo.InvariantCulture), count = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        double seconds = double.Parse(arguments[3], CultureInfo.InvariantCulture);
        long start = Environment.TickCount64;
        (int graphs, int runs, int tolerated, int refused, int failures) = (0, 0, 0, 0, 0);
        while (graphs < count && (Environment.TickCount64 - start) / 1000.0 < seconds)
        {
            FuzzCase[] cases = [.. Enumerable.Range(first + graphs, Math.Min(BatchSize, count - graphs)).Select(Generated)];
            BatchResult result = new Differential(Say).Run(cases);
            for (int i = 0; i < cases.Length; i++)
            {
                if (result.Findings[i] is { } finding)
                {
                    failures++;
                    Report(cases[i], finding);
                }
            }

            (graphs, runs, tolerated, refused) = (graphs + cases.Length, runs + result.Runs, tolerated + result.Tolerated, refused + result.Refused);
        }

        Say($"done graphs={graphs} runs={runs} tolerated={tolerated} refused={refused} splits={PlanCall.Splits} failures={failures}");
        return failures == 0 ? 0 : 1;
    }

    /// <summary>True for a line that only says what runs next.</summary>
    public static bool IsProgress(string line) =>
        line.StartsWith("plan ", StringComparison.Ordinal) || line.StartsWith("generate ", StringComparison.Ordinal) || line.Contains(" native ", StringComparison.Ordinal);

    private static FuzzCase Generated(int seed)
    {
        Say($"generate {seed}");
        return FuzzCase.Generate(seed);
    }

    private static void Report(FuzzCase test, Finding finding)
    {
        bool StillFails(FuzzCase c) => new Differential(Say).Run(c).Findings[0] is { } again && again.Stage == finding.Stage && Kind(again) == Kind(finding);
        FuzzCase small = Minimiser.Minimise(test, StillFails, TimeSpan.FromSeconds(60));
        string reason = (new Differential(Say).Run(small).Findings[0] ?? finding).Message.Split('\n')[0];
        string folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "fuzz")).FullName;
        string file = Path.Combine(folder, $"{small.Graph.Name}.dlir");
        File.WriteAllText(file, small.Print($"{finding.Stage}: {reason}"));
        Say($"FAIL seed {test.Seed}, {finding.Stage}: {finding.Message}");
        Say($"minimised to {file}:");
        Say(File.ReadAllText(file));
    }

    // The type of the exception, when it is one.
    private static string Kind(Finding finding) => finding.Stage is "passes" or "compile" ? finding.Message.Split(':')[0] : "";

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
