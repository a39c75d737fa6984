using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Driver;

/// <summary>Writes a set of files so that the folder holds all of them or is as it was.</summary>
public static class OutputFolder
{
    /// <summary>Finds out before the work what <see cref="Write"/> would find after it.</summary>
    /// <exception cref="CompilationException">DLAOT1007 or 1008.</exception>
    public static void Check(string folder, string input)
    {
        string target = Path.GetFullPath(folder);
        if (Path.GetDirectoryName(Path.GetFullPath(input)) == target.TrimEnd(Path.DirectorySeparatorChar))
        {
            throw new CompilationException(Rules.OutputIsInput, "", folder);
        }

        for (string? part = target; part is not null; part = Path.GetDirectoryName(part))
        {
            if (File.Exists(part))
            {
                throw new CompilationException(Rules.OutputNotWritable, "", folder, $"'{part}' is a file.");
            }
        }
    }

    /// <exception cref="CompilationException">DLAOT1007 or 1008.</exception>
    public static void Write(string folder, string input, IReadOnlyDictionary<string, byte[]> files)
    {
        Check(folder, input);
        string target = Path.GetFullPath(folder);
        bool isNew = !Directory.Exists(target);
        string staging = Path.Combine(target, $".dlaot-{Environment.ProcessId}");
        var replaced = new List<(string Path, string? Backup)>();
        try
        {
            foreach ((string name, byte[] content) in files)
            {
                string path = Path.Combine(staging, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
            }

            foreach (string name in files.Keys)
            {
                string path = Path.Combine(target, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                string? backup = File.Exists(path) ? Path.Combine(staging, name + ".old") : null;
                if (backup is not null)
                {
                    RequireWritable(path);
                    File.Move(path, backup);
                }

                replaced.Add((path, backup));
                File.Move(Path.Combine(staging, name), path);
            }

            Directory.Delete(staging, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Undo(replaced, staging, isNew ? target : null);
            throw new CompilationException(Diagnostic.Of(Rules.OutputNotWritable, Ir.SourceLocation.None, "", folder, e.Message), e);
        }
    }

    // A rename would replace a file that is marked read-only, which its owner did not mean.
    private static void RequireWritable(string path)
    {
        using FileStream stream = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        if (File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
        {
            throw new UnauthorizedAccessException($"{Path.GetFileName(path)} is read-only.");
        }
    }

    private static void Undo(List<(string Path, string? Backup)> replaced, string staging, string? created)
    {
        try
        {
            foreach ((string path, string? backup) in replaced)
            {
                File.Delete(path);
                if (backup is not null)
                {
                    File.Move(backup, path);
                }
            }

            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }

            if (created is not null && Directory.Exists(created))
            {
                Directory.Delete(created, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report.
        }
    }
}
