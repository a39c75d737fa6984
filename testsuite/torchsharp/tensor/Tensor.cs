using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.ThreadSingleton.NewDisposeScope();
    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.ThreadSingleton.Current;

    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using DisposeScope scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }

    /// <summary>Throws what the last native call of this thread failed with, if it did.</summary>
    /// <exception cref="ExternalException">The last native call failed.</exception>
    public static void CheckForErrors() => Native.ThrowIfFailed();

    /// <summary>An owned at::Tensor*: the lifetime half of the type.</summary>
    public partial class Tensor : IDisposable
    {
        private static long s_total;
        private static long s_peak;

        private nint _handle;

        internal Tensor(nint handle, bool register = true)
        {
            _handle = handle;
            s_peak = Math.Max(s_peak, Interlocked.Increment(ref s_total));
            if (register)
            {
                OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
            }
        }

        ~Tensor() => Dispose(false);

        public static long TotalCount => s_total;
        public static long PeakCount => s_peak;

        /// <summary>The at::Tensor*.</summary>
        /// <exception cref="InvalidOperationException">The tensor was disposed.</exception>
        public nint Handle => _handle != 0 ? _handle : throw Invalid();

        public bool IsInvalid => _handle == 0;
        public string? name { get; set; }

        internal DisposeScope? OwningDisposeScope { get; set; }

        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        /// <summary>Gives up the native tensor, which the caller then owns.</summary>
        public nint DecoupleFromNativeHandle()
        {
            GC.SuppressFinalize(this);
            nint handle = Handle;
            Interlocked.Decrement(ref s_total);
            _handle = 0;
            return handle;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (_handle != 0)
            {
                DisposeScopeManager.ThreadSingleton.Disposing(this);
                OwningDisposeScope?.MarkAsDisposed(this);
                Interlocked.Decrement(ref s_total);
                Native.THSTensor_dispose(_handle);
                _handle = 0;
            }
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null)
            {
                other?.Attach(this);
            }
            else
            {
                OwningDisposeScope.MoveToOther(other, this);
            }
            return this;
        }

        /// <summary>Takes the native tensor away without touching the counts: a Parameter takes it over.</summary>
        internal nint MoveHandle()
        {
            nint handle = _handle;
            _handle = 0;
            return handle;
        }

        private static InvalidOperationException Invalid() => new("Tensor invalid -- empty handle.");
    }
}
