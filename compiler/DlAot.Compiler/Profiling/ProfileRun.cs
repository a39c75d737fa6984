using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Profiling;

/// <summary>Runs a command with instrumented assemblies in the place of their originals, and collects what all of its processes recorded.</summary>
public static class ProfileRun
{
    /// <param name="assemblies">Where the application loads them from.</param>
    /// <param name="references">Further folders or files with what they refer to.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <returns>What was recorded, and the command's exit code.</returns>
    /// <exception cref="CompilationException">An assembly cannot be instrumented, the command cannot be started, or it recorded nothing.</exception>
    public static (Profile Profile, int ExitCode) Run(IReadOnlyList<string> assemblies, IReadOnlyList<string> references, IReadOnlyList<string> command)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dlaot-profile-");
        var placed = new List<InstrumentedFile>();
        try
        {
            foreach (string assembly in assemblies)
            {
                InstrumentedFile.Recover(assembly);
            }

            // All of them first: nothing is replaced when one cannot be read.
            byte[]?[] instrumented = [.. assemblies.Select(a => Instrumented(a, references, isAlone: assemblies.Count == 1))];
            if (instrumented.All(i => i is null))
            {
                throw new CompilationException(Rules.NoCandidates, "", string.Join("' and '", assemblies.Select(Path.GetFileName)));
            }

            for (int i = 0; i < assemblies.Count; i++)
            {
                if (instrumented[i] is { } image)
                {
                    placed.Add(new InstrumentedFile(Path.GetFullPath(assemblies[i]), image));
                }
            }

            int exitCode = Execute(WithoutBuild(command), folder.FullName);
            string[] files = Directory.GetFiles(folder.FullName, "*" + Profile.Extension);
            Profile profile = Profile.Read(files);
            return profile.Instances.IsEmpty && profile.Calls.IsEmpty ? throw new CompilationException(Rules.NothingRecorded, "", string.Join(' ', command), string.Join(", ", assemblies)) : (profile, exitCode);
        }
        finally
        {
            placed.ForEach(p => p.Dispose());
            folder.Delete(recursive: true);
        }
    }

    // Of several, those that have nothing to record are left alone.
    private static byte[]? Instrumented(string assembly, IReadOnlyList<string> references, bool isAlone)
    {
        try
        {
            return Instrumenter.Instrument(assembly, references);
        }
        catch (CompilationException e) when (!isAlone && e.Diagnostic.Rule == Rules.NoCandidates)
        {
            return null;
        }
    }

    // A build would put the original back, or another one than was named.
    private static string[] WithoutBuild(IReadOnlyList<string> command) =>
        command is [var program, "run" or "test", ..] && Path.GetFileNameWithoutExtension(program) == "dotnet" && !command.TakeWhile(a => a != "--").Contains("--no-build")
            ? [.. command.Take(2), "--no-build", .. command.Skip(2)]
            : [.. command];

    private static int Execute(string[] command, string folder)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false };
        start.Environment[RecordingClass.RecorderVariable] = Path.Combine(AppContext.BaseDirectory, "DlAot.Recorder.dll");
        start.Environment["DLAOT_PROFILE_FOLDER"] = folder;

        try
        {
            using Process process = Process.Start(start)!;

            // From a terminal the command gets it, too; it decides what to do, and what it did is wanted.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => c.Cancel = true);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, process));
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => Stop(c, process));
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            throw new CompilationException(Diagnostic.Of(Rules.CommandNotStarted, Ir.SourceLocation.None, "", command[0], e.Message), e);
        }
    }

    // Asked to stop, the command is, and then what it recorded is collected.
    private static void Stop(PosixSignalContext context, Process process)
    {
        context.Cancel = true;
        const int Terminate = 15;
        if (OperatingSystem.IsWindows() || kill(process.Id, Terminate) != 0)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}
