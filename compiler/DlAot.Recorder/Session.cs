using System.Runtime.InteropServices;

namespace DlAot.Recorder;

/// <summary>
/// Takes down what an application does while <c>dlaot profile</c> runs it. Instrumented assemblies load this assembly from the tool's
/// folder, by the path in <c>DLAOT_RECORDER</c>, and call it; it refers to nothing but the base library, and nothing that goes wrong
/// here reaches the application.
/// </summary>
public static class Session
{
    /// <summary>Names the folder that recordings are written to, one file per process.</summary>
    public const string FolderVariable = "DLAOT_PROFILE_FOLDER";

    private static readonly object Lock = new();
    private static readonly Instances Instances = new();
    private static readonly Calls Calls = new();
    private static readonly List<(string[] Lines, long[] Counts)> Branches = [];
    private static readonly string File = Path.Combine(Environment.GetEnvironmentVariable(FolderVariable) ?? Path.GetTempPath(), $"{Environment.ProcessId}-{Guid.NewGuid():N}.dlprofile");

    // What a process that is killed has done until shortly before is kept.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private static readonly Timer Timer = new(_ => Save(), null, Interval, Interval);
    private static bool isChanged = true;

    static Session()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Save();
        AppDomain.CurrentDomain.UnhandledException += (_, _) => Save();
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            Signals.Add(PosixSignalRegistration.Create(signal, _ => Save())); // then what the application does about it
        }
    }

    private static List<PosixSignalRegistration> Signals { get; } = [];

    /// <summary>Begins to record an assembly.</summary>
    /// <param name="table">A line for each id: <c>C type parameters..</c>, <c>F method parameters..</c>; then one for each branch, <c>B method code offset line</c>; fields are separated by tabs.</param>
    /// <param name="counts">Counted by the assembly itself: for each branch how often it was not taken, and taken.</param>
    /// <returns>To be called with an id, the object and the arguments when a constructor or method begins.</returns>
    public static Action<int, object, object?[]> Open(string table, long[] counts)
    {
        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[][] methods = [.. lines.Where(l => l[0] != 'B').Select(l => l.Split('\t'))];
        lock (Lock)
        {
            Branches.Add(([.. lines.Where(l => l[0] == 'B')], counts));
        }

        return (id, self, arguments) => Note(methods[id], self, arguments);
    }

    /// <summary>Writes what was recorded until now.</summary>
    public static void Save()
    {
        try
        {
            lock (Lock)
            {
                if (!isChanged)
                {
                    return;
                }

                isChanged = false;
                string branches = string.Join(",\n", Branches.SelectMany(b => b.Lines.Select((l, i) => (Line: l.Split('\t'), NotTaken: b.Counts[2 * i], Taken: b.Counts[(2 * i) + 1])))
                    .Where(b => b.Taken + b.NotTaken > 0).GroupBy(b => (b.Line[1], b.Line[2]))
                    .Select(g => $$"""{"method":{{Json.Quoted(g.Key.Item1)}},"code":"{{g.Key.Item2}}","outcomes":[{{string.Join(",", g.Select(b => $$"""{"at":{{b.Line[3]}},"line":{{b.Line[4]}},"taken":{{b.Taken}},"notTaken":{{b.NotTaken}}}"""))}}]}"""));
                System.IO.File.WriteAllText(File + ".new", $$"""
                    {"dlprofile":1,
                    "instances":[{{Instances}}],
                    "calls":[{{Calls}}],
                    "branches":[{{branches}}]}
                    """);
                System.IO.File.Move(File + ".new", File, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"dlaot: the recording could not be written: {e.Message}");
        }
    }

    private static void Note(string[] line, object? self, object?[] arguments)
    {
        try
        {
            lock (Lock)
            {
                isChanged = true;
                if (line[0] == "C")
                {
                    Instances.Made(line, self!, arguments);
                }
                else
                {
                    Instances.Called(self);
                    Calls.Add(line, Description.Of(line.AsSpan(2), arguments, Instances));
                }
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The application goes on; what could not be described is missing.
        }
    }
}
