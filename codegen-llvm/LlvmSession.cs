using System.Runtime.InteropServices;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// One LLVM context whose diagnostics are collected, so that an error of the back end becomes an exception instead of
/// text on the console or the end of the process. Use one session on one thread at a time.
/// </summary>
public sealed unsafe class LlvmSession : IDisposable
{
    private readonly List<string> _errors = [];
    private readonly GCHandle _self;

    /// <exception cref="LlvmNotFoundException">libLLVM 19 cannot be loaded.</exception>
    public LlvmSession()
    {
        LlvmLibrary.EnsureLoaded();
        Context = LLVMContextRef.Create();
        _self = GCHandle.Alloc(_errors);
        Native.LLVMContextSetDiagnosticHandler(Context, &OnDiagnostic, GCHandle.ToIntPtr(_self));
    }

    public LLVMContextRef Context { get; }

    /// <exception cref="LlvmException">LLVM has reported errors since the last call.</exception>
    public void ThrowOnErrors(string doing) => ThrowOnErrors(Context, doing);

    /// <summary>As <see cref="ThrowOnErrors(string)"/>; a context made without a session has nothing collected.</summary>
    internal static void ThrowOnErrors(LLVMContextRef context, string doing)
    {
        nint state = Native.LLVMContextGetDiagnosticContext(context);
        if (state == 0 || GCHandle.FromIntPtr(state).Target is not List<string> { Count: > 0 } errors)
            return;
        string message = string.Join("\n", errors);
        errors.Clear();
        throw new LlvmException(doing, message);
    }

    public void Dispose()
    {
        Context.Dispose();
        _self.Free();
    }

    [UnmanagedCallersOnly]
    private static void OnDiagnostic(nint info, nint state)
    {
        // An exception must not cross native frames: record here, throw when the native call has returned.
        if (Native.LLVMGetDiagInfoSeverity(info) == LLVMDiagnosticSeverity.LLVMDSError && GCHandle.FromIntPtr(state).Target is List<string> errors)
            errors.Add(NativeText.TakeMessage(Native.LLVMGetDiagInfoDescription(info)));
    }
}
