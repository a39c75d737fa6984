namespace TorchSharp;

/// <summary>Makes a backward pass name the forward operation that produced a bad gradient.</summary>
public class AnomalyMode : IDisposable
{
    private readonly byte _enabled = Native.THSAutograd_isAnomalyEnabled();
    private readonly byte _checkedNaN = Native.THSAutograd_shouldCheckNaN();

    public AnomalyMode(bool enabled, bool check_nan = true)
        => Native.THSAutograd_setAnomaly(enabled ? (byte)1 : (byte)0, check_nan ? (byte)1 : (byte)0);

    public static bool IsEnabled => Native.THSAutograd_isAnomalyEnabled() != 0;
    public static bool ShouldCheckNaN => Native.THSAutograd_shouldCheckNaN() != 0;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Native.THSAutograd_setAnomaly(_enabled, _checkedNaN);
        }
    }
}

public static partial class torch
{
    public static partial class autograd
    {
        public static AnomalyMode detect_anomaly(bool check_nan = true) => new(true, check_nan);
        public static AnomalyMode set_detect_anomaly(bool mode, bool check_nan = true) => new(mode, check_nan);
    }
}
