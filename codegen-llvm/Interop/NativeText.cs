using System.Runtime.InteropServices;

namespace LLVMSharp.Interop;

// Strings that LLVM allocates are freed with LLVMDisposeMessage; strings that it lends are only copied.
internal static unsafe class NativeText
{
    internal static string Borrow(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    internal static string TakeMessage(byte* text)
    {
        string copy = Borrow(text);
        if (text != null)
            Native.LLVMDisposeMessage(text);
        return copy;
    }

    internal static string TakeError(nint error)
    {
        byte* text = Native.LLVMGetErrorMessage(error);
        string copy = Borrow(text);
        Native.LLVMDisposeErrorMessage(text);
        return copy;
    }
}
