namespace DlAot.Runtime;

/// <summary>What a user may set from outside to keep the original code running. Environment variables are read once.</summary>
internal static class Switches
{
    private static readonly string? _disable = Environment.GetEnvironmentVariable("DLAOT_DISABLE");

    /// <summary>The highest ISA level to use (DLAOT_ISA), or null.</summary>
    public static string? IsaLimit { get; } = Environment.GetEnvironmentVariable("DLAOT_ISA");

    /// <summary>Loops run on threads of the runtime's own, not on libtorch's OpenMP threads (DLAOT_OWN_THREADS).</summary>
    public static bool OwnThreads { get; } = Environment.GetEnvironmentVariable("DLAOT_OWN_THREADS") is not (null or "" or "0" or "false");

    /// <summary>Why compiled code must not run, or null.</summary>
    public static string? DisabledReason =>
        _disable is not (null or "" or "0" or "false") ? $"DLAOT_DISABLE={_disable}"
        : AppContext.TryGetSwitch("DlAot.Disable", out var off) && off ? "AppContext switch DlAot.Disable"
        : null;
}
