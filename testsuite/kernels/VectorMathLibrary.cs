using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using DlAot.CodeGen.Cpu.Linking;
using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.Tests.Kernels;

/// <summary>A function under test: how it is emitted, and for f32 and f64 its true value and the ulp that it may be off.</summary>
public sealed record MathCase(string Name, Func<VectorMath, LLVMValueRef, LLVMValueRef> Emit, Func<double, double> Reference, double UlpF32, double UlpF64)
{
    public static IReadOnlyList<MathCase> All { get; } =
    [
        new("exp", (m, x) => m.Exp(x), Math.Exp, 3.5, 3),
        new("exp_of_non_positive", (m, x) => m.ExpOfNonPositive(x), x => x <= 0 || double.IsNaN(x) ? Math.Exp(x) : double.NegativeZero, 2.5, 3),
        new("expm1", (m, x) => m.Expm1(x), LibM.expm1, 3, 3),
        new("log", (m, x) => m.Log(x), Math.Log, 2, 2),
        new("log1p", (m, x) => m.Log1p(x), LibM.log1p, 3, 3),
        new("tanh", (m, x) => m.Tanh(x), Math.Tanh, 4, 4),
        new("erf", (m, x) => m.Erf(x), LibM.erf, 4, 4),
        new("sigmoid", (m, x) => m.Sigmoid(x), x => 1 / (1 + Math.Exp(-x)), 4, 4),
        new("sin", (m, x) => m.Sin(x), Math.Sin, 2, 2),
        new("cos", (m, x) => m.Cos(x), Math.Cos, 2, 2),
        new("sqrt", (m, x) => m.Sqrt(x), Math.Sqrt, 0.5, 0.5),
        new("rsqrt", (m, x) => m.Rsqrt(x), x => 1 / Math.Sqrt(x), 1.5, 2),
        new("floor", (m, x) => m.Floor(x), Math.Floor, 0, 0),
        new("ceil", (m, x) => m.Ceil(x), Math.Ceiling, 0, 0),
        new("trunc", (m, x) => m.Trunc(x), Math.Truncate, 0, 0),
        new("round", (m, x) => m.RoundHalfEven(x), x => Math.Round(x, MidpointRounding.ToEven), 0, 0),
    ];
}

/// <summary>glibc's functions, under 1 ulp, where .NET has none that is accurate near 0.</summary>
internal static partial class LibM
{
    [LibraryImport("libm.so.6")] internal static partial double erf(double x);
    [LibraryImport("libm.so.6")] internal static partial double expm1(double x);
    [LibraryImport("libm.so.6")] internal static partial double log1p(double x);
}

/// <summary>Every function of <see cref="MathCase"/>, and pow, compiled for each level that this machine has, in one shared library.</summary>
public sealed unsafe class VectorMathLibrary : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dlaot-vectormath-").FullName;
    private readonly nint _library;

    public static TargetPlatform Host { get; } = TargetPlatform.Find(
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64");

    public static IReadOnlyList<IsaLevel> HostLevels { get; } = [.. Host.Levels.Where(HostHas)];

    private static bool HostHas(IsaLevel level) =>
        level == IsaLevel.X64V2 ? Sse42.IsSupported :
        level == IsaLevel.X64V3 ? Avx2.IsSupported && Fma.IsSupported :
        level == IsaLevel.X64V4 ? Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported :
        AdvSimd.IsSupported;

    public VectorMathLibrary()
    {
        List<byte[]> objects = [];
        List<string> exports = [];
        foreach (IsaLevel level in HostLevels)
            objects.Add(Compile(Host, level, exports));
        string path = Path.Combine(_folder, Host.LibraryFileName("vectormath"));
        SharedLibraryLinker.Link(Host, objects, exports, path);
        _library = NativeLibrary.Load(path);
    }

    /// <summary>A full register; one lane, counts that fit no register, and more than one register.</summary>
    public static int[] LaneCounts(IsaLevel level, bool wide) => [level.Lanes(wide ? 8 : 4), 1, 5, 32];

    internal static byte[] Compile(TargetPlatform platform, IsaLevel level, List<string> exports)
    {
        using LlvmSession session = new();
        using ObjectEmitter emitter = new(platform, level);
        using LLVMModuleRef module = session.Context.CreateModuleWithName("vectormath");
        emitter.Prepare(module);
        foreach (bool wide in new[] { false, true })
        {
            foreach (int lanes in LaneCounts(level, wide))
            {
                foreach (MathCase function in MathCase.All)
                    exports.Add(Define(module, level, function.Name, wide, lanes, (m, x, _) => function.Emit(m, x)));
                exports.Add(Define(module, level, "pow", wide, lanes, (m, x, y) => m.Pow(x, y)));
            }
        }
        return emitter.EmitObject(module);
    }

    private static string Symbol(IsaLevel level, string name, bool wide, int lanes) => $"{name}_{(wide ? "f64" : "f32")}x{lanes}{level.Suffix}";

    // void f(const T* x, const T* y, T* result, i64 vectors): one vector an iteration.
    private static string Define(LLVMModuleRef module, IsaLevel level, string name, bool wide, int lanes, Func<VectorMath, LLVMValueRef, LLVMValueRef, LLVMValueRef> emit)
    {
        LLVMContextRef c = module.Context;
        LLVMTypeRef element = wide ? c.DoubleType : c.FloatType;
        LLVMTypeRef vector = lanes == 1 ? element : LLVMTypeRef.CreateVector(element, (uint)lanes);
        string symbol = Symbol(level, name, wide, lanes);
        LLVMValueRef function = module.AddFunction(symbol, LLVMTypeRef.CreateFunction(c.VoidType, [c.GetPointerType(), c.GetPointerType(), c.GetPointerType(), c.Int64Type]));
        level.ApplyTo(function);
        using LLVMBuilderRef b = c.CreateBuilder();
        LLVMBasicBlockRef entry = function.AppendBasicBlock("entry"), loop = function.AppendBasicBlock("loop"), done = function.AppendBasicBlock("done");
        b.PositionAtEnd(entry);
        b.BuildBr(loop);
        b.PositionAtEnd(loop);
        LLVMValueRef i = b.BuildPhi(c.Int64Type), offset = b.BuildMul(i, c.Int64Type.ConstInt(lanes));
        uint align = wide ? 8u : 4u;
        LLVMValueRef At(uint parameter) => b.BuildGEP2(element, function.GetParam(parameter), [offset]);
        LLVMValueRef x = b.BuildAlignedLoad(vector, At(0), align), y = b.BuildAlignedLoad(vector, At(1), align);
        b.BuildAlignedStore(emit(new VectorMath(b, level.Math), x, y), At(2), align);
        LLVMValueRef next = b.BuildAdd(i, c.Int64Type.ConstInt(1));
        i.AddIncoming([c.Int64Type.ConstInt(0), next], [entry, b.InsertBlock], 2);
        b.BuildCondBr(b.BuildICmp(LLVMIntPredicate.LLVMIntULT, next, function.GetParam(3)), loop, done);
        b.PositionAtEnd(done);
        b.BuildRetVoid();
        return symbol;
    }

    /// <summary>Applies a function to arrays; their length is rounded up to whole vectors by padding with 1.</summary>
    public T[] Apply<T>(IsaLevel level, string name, int lanes, T[] x, T[]? y = null) where T : unmanaged
    {
        bool wide = typeof(T) == typeof(double);
        nint address = NativeLibrary.GetExport(_library, Symbol(level, name, wide, lanes));
        int vectors = (x.Length + lanes - 1) / lanes;
        T one = wide ? (T)(object)1.0 : (T)(object)1.0f;
        T[] Pad(T[] values)
        {
            T[] padded = new T[vectors * lanes];
            Array.Fill(padded, one);
            values.CopyTo(padded, 0);
            return padded;
        }
        T[] result = new T[vectors * lanes];
        fixed (T* px = Pad(x), py = Pad(y ?? x), pr = result)
            ((delegate* unmanaged<T*, T*, T*, long, void>)address)(px, py, pr, vectors);
        return result[..x.Length];
    }

    public void Dispose()
    {
        NativeLibrary.Free(_library);
        Directory.Delete(_folder, recursive: true);
    }
}
