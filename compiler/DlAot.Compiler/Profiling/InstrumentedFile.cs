using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Profiling;

/// <summary>
/// An instrumented assembly in the place of its original, which lies beside it meanwhile and comes back in the end, whatever happens:
/// also when the process is asked to stop, and at the next time when it was killed.
/// </summary>
internal sealed class InstrumentedFile : IDisposable
{
    private const string Suffix = ".dlaot-original";

    private readonly string path;
    private readonly object gate = new();
    private bool isRestored;

    /// <exception cref="CompilationException">DLAOT1007: the file cannot be replaced.</exception>
    public InstrumentedFile(string path, byte[] instrumented)
    {
        this.path = path;
        try
        {
            File.Move(path, path + Suffix);
            AppDomain.CurrentDomain.ProcessExit += Restore;
            File.WriteAllBytes(path, instrumented);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new CompilationException(Diagnostic.Of(Rules.OutputNotWritable, Ir.SourceLocation.None, "", path, e.Message), e);
        }
    }

    /// <summary>Puts back an original that a killed run has left behind.</summary>
    public static void Recover(string path)
    {
        if (File.Exists(path + Suffix))
        {
            File.Move(path + Suffix, path, overwrite: true);
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= Restore;
        Restore(null, EventArgs.Empty);
    }

    private void Restore(object? sender, EventArgs e)
    {
        lock (gate)
        {
            if (!isRestored)
            {
                Recover(path);
                isRestored = true;
            }
        }
    }
}
