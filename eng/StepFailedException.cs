namespace DlAot.Eng;

/// <summary>A step cannot go on; the message is for whoever called the script.</summary>
internal sealed class StepFailedException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode => exitCode;
}
