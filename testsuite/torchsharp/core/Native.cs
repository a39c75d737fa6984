using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp;

/// <summary>The one way into libtorch: an operator by name ("relu", "sum.dim_IntList"), its arguments, its results.</summary>
internal static unsafe partial class Native
{
    // Sizes, lists of handles and strings of one call go here; longer ones to the heap.
    private const int ScratchWords = 64;

    private static readonly ConcurrentDictionary<string, nint> s_ops = new();

    /// <summary>Calls an operator with one tensor as its result.</summary>
    /// <exception cref="ExternalException">libtorch refused the call.</exception>
    internal static torch.Tensor Call(string op, params ReadOnlySpan<Arg> args)
    {
        nint handle = Find(op);
        Span<long> scratch = stackalloc long[ScratchWords];
        int words = WordsNeeded(args);
        if (words > ScratchWords)
        {
            scratch = new long[words];
        }
        NativeArg* native = stackalloc NativeArg[args.Length];
        fixed (long* memory = scratch)
        {
            Fill(native, args, memory);
            nint result = THSX_call(handle, native, args.Length);
            if (result == 0)
            {
                throw LastError(op);
            }
            return new torch.Tensor(result);
        }
    }

    /// <summary>Calls an operator for its effect on its first argument, which is returned.</summary>
    internal static torch.Tensor Run(string op, torch.Tensor self, params ReadOnlySpan<Arg> rest)
    {
        nint handle = Find(op);
        Span<long> scratch = stackalloc long[ScratchWords];
        int words = WordsNeeded(rest);
        if (words > ScratchWords)
        {
            scratch = new long[words];
        }
        NativeArg* native = stackalloc NativeArg[rest.Length + 1];
        native[0] = new NativeArg { Tag = Tag.Tensor, Bits = self.Handle };
        fixed (long* memory = scratch)
        {
            Fill(native + 1, rest, memory);
            if (THSX_run(handle, native, rest.Length + 1) == 0)
            {
                throw LastError(op);
            }
            return self;
        }
    }

    internal static (torch.Tensor, torch.Tensor) Call2(string op, params ReadOnlySpan<Arg> args)
    {
        NativeArg* results = stackalloc NativeArg[2];
        Many(op, args, results, 2);
        return (Wrap(results[0]), Wrap(results[1]));
    }

    internal static (torch.Tensor, torch.Tensor, torch.Tensor) Call3(string op, params ReadOnlySpan<Arg> args)
    {
        NativeArg* results = stackalloc NativeArg[3];
        Many(op, args, results, 3);
        return (Wrap(results[0]), Wrap(results[1]), Wrap(results[2]));
    }

    internal static (torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor) Call4(string op, params ReadOnlySpan<Arg> args)
    {
        NativeArg* results = stackalloc NativeArg[4];
        Many(op, args, results, 4);
        return (Wrap(results[0]), Wrap(results[1]), Wrap(results[2]), Wrap(results[3]));
    }

    internal static torch.Tensor[] CallList(string op, params ReadOnlySpan<Arg> args)
    {
        NativeArg result;
        Many(op, args, &result, 1);
        var tensors = new torch.Tensor[result.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = new torch.Tensor(((nint*)result.Bits)[i]);
        }
        THSX_free((nint)result.Bits);
        return tensors;
    }

    internal static bool CallBool(string op, params ReadOnlySpan<Arg> args) => CallInt(op, args) != 0;

    internal static long CallInt(string op, params ReadOnlySpan<Arg> args)
    {
        NativeArg result;
        Many(op, args, &result, 1);
        return result.Bits;
    }

    internal static double CallDouble(string op, params ReadOnlySpan<Arg> args)
    {
        NativeArg result;
        Many(op, args, &result, 1);
        return result.Tag == Tag.Double ? BitConverter.Int64BitsToDouble(result.Bits) : result.Bits;
    }

    /// <summary>Whether this libtorch has the operator.</summary>
    internal static bool Has(string op)
    {
        try
        {
            return Find(op) != 0;
        }
        catch (ExternalException)
        {
            return false;
        }
    }

    internal static void ThrowIfFailed()
    {
        byte* message = THSTorch_get_and_reset_last_err();
        if (message != null)
        {
            throw new ExternalException(Marshal.PtrToStringUTF8((nint)message));
        }
    }

    internal static ExternalException LastError(string op)
    {
        byte* message = THSTorch_get_and_reset_last_err();
        return new ExternalException(message == null ? $"{op} failed" : Marshal.PtrToStringUTF8((nint)message));
    }

    internal static torch.Tensor Owned(nint handle, string op) => handle == 0 ? throw LastError(op) : new torch.Tensor(handle);

    private static void Many(string op, ReadOnlySpan<Arg> args, NativeArg* results, int capacity)
    {
        nint handle = Find(op);
        Span<long> scratch = stackalloc long[ScratchWords];
        int words = WordsNeeded(args);
        if (words > ScratchWords)
        {
            scratch = new long[words];
        }
        NativeArg* native = stackalloc NativeArg[args.Length];
        fixed (long* memory = scratch)
        {
            Fill(native, args, memory);
            if (THSX_call_many(handle, native, args.Length, results, capacity) < 0)
            {
                throw LastError(op);
            }
        }
    }

    // An undefined tensor among the results is an invalid Tensor here, as with the real library.
    private static torch.Tensor Wrap(NativeArg result) => new((nint)result.Bits);

    private static nint Find(string op) => s_ops.TryGetValue(op, out nint handle) ? handle : Register(op);

    private static nint Register(string op)
    {
        string qualified = op.Contains("::", StringComparison.Ordinal) ? op : "aten::" + op;
        int dot = qualified.IndexOf('.', StringComparison.Ordinal);
        string name = dot < 0 ? qualified : qualified[..dot];
        string overload = dot < 0 ? "" : qualified[(dot + 1)..];
        fixed (byte* n = Encoding.UTF8.GetBytes(name + "\0"), o = Encoding.UTF8.GetBytes(overload + "\0"))
        {
            nint handle = THSX_find(n, o);
            return handle == 0 ? throw LastError(op) : s_ops.GetOrAdd(op, handle);
        }
    }

    private static int WordsNeeded(ReadOnlySpan<Arg> args)
    {
        int words = 0;
        foreach (ref readonly Arg arg in args)
        {
            words += arg.Tag switch
            {
                Tag.Ints => ((long[])arg.Object!).Length,
                Tag.Doubles or Tag.Complex => ((double[])arg.Object!).Length,
                Tag.Tensors => ((torch.Tensor?[])arg.Object!).Length,
                Tag.String => Encoding.UTF8.GetMaxByteCount(((string)arg.Object!).Length) / sizeof(long) + 1,
                _ => 0,
            };
        }
        return words;
    }

    private static void Fill(NativeArg* native, ReadOnlySpan<Arg> args, long* memory)
    {
        for (int i = 0; i < args.Length; i++)
        {
            ref readonly Arg arg = ref args[i];
            native[i].Tag = arg.Tag;
            native[i].Count = 0;
            switch (arg.Tag)
            {
                case Tag.Tensor:
                    native[i].Bits = ((torch.Tensor)arg.Object!).Handle;
                    break;
                case Tag.Ints:
                    var ints = (long[])arg.Object!;
                    ints.CopyTo(new Span<long>(memory, ints.Length));
                    Place(ref native[i], ref memory, ints.Length);
                    break;
                case Tag.Doubles or Tag.Complex:
                    var doubles = (double[])arg.Object!;
                    doubles.CopyTo(new Span<double>(memory, doubles.Length));
                    Place(ref native[i], ref memory, doubles.Length);
                    break;
                case Tag.Tensors:
                    var tensors = (torch.Tensor?[])arg.Object!;
                    for (int k = 0; k < tensors.Length; k++)
                    {
                        memory[k] = tensors[k]?.Handle ?? 0;
                    }
                    Place(ref native[i], ref memory, tensors.Length);
                    break;
                case Tag.String:
                    var text = (string)arg.Object!;
                    int room = Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long) + 1;
                    int bytes = Encoding.UTF8.GetBytes(text, new Span<byte>(memory, room * sizeof(long)));
                    Place(ref native[i], ref memory, room);
                    native[i].Count = bytes;
                    break;
                case Tag.Device:
                    var device = (torch.Device)arg.Object!;
                    native[i].Count = (int)device.type;
                    native[i].Bits = device.index;
                    break;
                case Tag.Generator:
                    native[i].Bits = ((torch.Generator)arg.Object!).Handle;
                    break;
                default:
                    native[i].Bits = arg.Bits;
                    break;
            }
        }
    }

    private static void Place(ref NativeArg arg, ref long* memory, int words)
    {
        arg.Bits = (long)memory;
        arg.Count = words;
        memory += words;
    }
}
