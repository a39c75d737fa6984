namespace TorchSharp;

public static partial class torch
{
    public static IDisposable no_grad() => new GradMode(false);
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);
    public static bool is_grad_enabled() => Native.THSAutograd_isGradEnabled() != 0;
    public static bool is_inference_mode_enabled() => Native.THSAutograd_isInferenceModeEnabled() != 0;

    private sealed class GradMode : IDisposable
    {
        private readonly byte _before = Native.THSAutograd_isGradEnabled();

        internal GradMode(bool enabled) => Native.THSAutograd_setGrad(enabled ? (byte)1 : (byte)0);

        public void Dispose() => Native.THSAutograd_setGrad(_before);
    }

    private sealed class InferenceMode : IDisposable
    {
        private nint _guard;

        internal InferenceMode(bool enabled) => _guard = Native.THSAutograd_getInferenceModeGuard(enabled ? (byte)1 : (byte)0);

        public void Dispose()
        {
            if (_guard != 0)
            {
                Native.THSAutograd_deleteInferenceModeGuard(_guard);
                _guard = 0;
            }
        }
    }
}
