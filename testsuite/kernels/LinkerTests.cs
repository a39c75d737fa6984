using System.Runtime.InteropServices;
using DlAot.CodeGen.Cpu.Linking;
using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.Tests.Kernels;

public sealed unsafe class LinkerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dlaot-linkertests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Constant(TargetPlatform platform, string name, int value, Action<LLVMModuleRef, LLVMBuilderRef>? body = null)
    {
        using LlvmSession session = new();
        using ObjectEmitter emitter = new(platform, platform.Levels.First());
        using LLVMModuleRef module = session.Context.CreateModuleWithName(name);
        LLVMTypeRef i32 = session.Context.Int32Type;
        LLVMValueRef function = module.AddFunction(name, LLVMTypeRef.CreateFunction(i32, []));
        platform.Levels.First().ApplyTo(function);
        using LLVMBuilderRef b = session.Context.CreateBuilder();
        b.PositionAtEnd(function.AppendBasicBlock("entry"));
        body?.Invoke(module, b);
        b.BuildRet(i32.ConstInt(value));
        return emitter.EmitObject(module);
    }

    private static int Call(nint library, string name) => ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, name))();

    [Fact]
    public void Only_the_named_symbols_are_visible()
    {
        TargetPlatform host = VectorMathLibrary.Host;
        string path = Path.Combine(_folder, "libtwo.so");
        SharedLibraryLinker.Link(host, [Constant(host, "shown", 41), Constant(host, "hidden", 42)], ["shown"], path);
        nint library = NativeLibrary.Load(path);
        try
        {
            Assert.Equal(41, Call(library, "shown"));
            Assert.False(NativeLibrary.TryGetExport(library, "hidden", out _));
            // dlsym searches the library's dependencies too, of which there must be none to find memcpy in.
            Assert.False(NativeLibrary.TryGetExport(library, "memcpy", out _));
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }

    public static TheoryData<string> Rids() => [.. TargetPlatform.All.Where(CanLink).Select(platform => platform.Rid)];

    private static bool CanLink(TargetPlatform platform)
    {
        try
        {
            LinkerTool.Find(platform);
            return true;
        }
        catch (LinkerNotFoundException)
        {
            return false;
        }
    }

    [Theory]
    [MemberData(nameof(Rids))]
    public void The_same_input_links_to_the_same_bytes(string rid)
    {
        TargetPlatform platform = TargetPlatform.Find(rid);
        List<byte[]> libraries = [];
        foreach (string folder in new[] { "a", "b" })
        {
            string path = Path.Combine(_folder, folder, platform.LibraryFileName("same"));
            SharedLibraryLinker.Link(platform, [Constant(platform, "one", 1), Constant(platform, "two", 2)], ["one", "two"], path);
            libraries.Add(File.ReadAllBytes(path));
        }
        Assert.True(libraries[0].Length > 500);
        Assert.Equal(libraries[0], libraries[1]);
    }

    // One row per way of code generation: the other platforms differ in the name of their C library only.
    public static TheoryData<string> CodeGenerators() =>
        [.. TargetPlatform.All.Where(CanLink).Select(platform => platform.Rid).Where(rid => rid is "linux-x64" or "linux-arm64" or "win-x64")];

    [Theory]
    [MemberData(nameof(CodeGenerators))]
    public void The_math_of_every_level_needs_no_library_and_is_the_same_bytes_each_time(string rid)
    {
        TargetPlatform platform = TargetPlatform.Find(rid);
        List<byte[]> libraries = [];
        int times = platform == VectorMathLibrary.Host ? 2 : 1;
        for (int i = 0; i < times; i++)
        {
            List<string> exports = [];
            List<byte[]> objects = [.. platform.Levels.Select(level => VectorMathLibrary.Compile(platform, level, exports))];
            string path = Path.Combine(_folder, platform.LibraryFileName("math" + i), platform.LibraryFileName("math"));
            SharedLibraryLinker.Link(platform, objects, exports, path);
            libraries.Add(File.ReadAllBytes(path));
        }
        Assert.True(libraries[0].Length > 10_000); // an undefined symbol would have stopped the linker
        Assert.Equal(libraries[0], libraries[^1]);
    }

    [Fact]
    public void The_math_compiles_to_PTX_without_device_libraries()
    {
        using LlvmSession session = new();
        using ObjectEmitter emitter = new("nvptx64-nvidia-cuda", "sm_80", "+ptx75");
        using LLVMModuleRef module = session.Context.CreateModuleWithName("math");
        emitter.Prepare(module);
        foreach (LLVMTypeRef type in new[] { session.Context.FloatType, session.Context.DoubleType })
        {
            foreach (MathCase function in MathCase.All)
            {
                LLVMValueRef device = module.AddFunction($"{function.Name}_{type}", LLVMTypeRef.CreateFunction(type, [type]));
                using LLVMBuilderRef b = session.Context.CreateBuilder();
                b.PositionAtEnd(device.AppendBasicBlock("entry"));
                b.BuildRet(function.Emit(new VectorMath(b, MathFeatures.Nvptx), device.GetParam(0)));
            }
        }
        string ptx = emitter.EmitAssembly(module);
        Assert.Contains("tanh_float", ptx);
        Assert.Contains("fma.rn.f32", ptx);
        Assert.DoesNotContain(".extern", ptx);
    }

    [Fact]
    public void A_libm_call_is_refused_as_undefined()
    {
        TargetPlatform host = VectorMathLibrary.Host;
        byte[] code = Constant(host, "f", 0, (module, b) =>
        {
            LLVMTypeRef f64 = module.Context.DoubleType;
            LLVMValueRef place = b.BuildAlloca(f64);
            LLVMValueRef load = b.BuildLoad2(f64, place);
            load.Volatile = true;
            b.BuildStore(b.BuildIntrinsic("llvm.sin", load), place).Volatile = true;
        });
        string path = Path.Combine(_folder, "libsin.so");
        LinkFailedException error = Assert.Throws<LinkFailedException>(() => SharedLibraryLinker.Link(host, [code], ["f"], path));
        Assert.Contains("sin", error.Message);
        Assert.Contains("the linker", error.Message);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Memory_intrinsics_are_served_from_inside()
    {
        TargetPlatform host = VectorMathLibrary.Host;
        byte[] code = Constant(host, "f", 7, (module, b) =>
        {
            LLVMContextRef c = module.Context;
            LLVMTypeRef i64 = c.Int64Type, pointer = c.GetPointerType();
            LLVMValueRef from = b.BuildArrayAlloca(c.Int8Type, i64.ConstInt(5000)), to = b.BuildArrayAlloca(c.Int8Type, i64.ConstInt(5000));
            LLVMValueRef size = b.BuildLoad2(i64, b.BuildAlloca(i64));
            size.Volatile = true;
            b.BuildIntrinsic("llvm.memset", [pointer, i64], from, c.Int8Type.ConstInt(3), b.BuildAnd(size, i64.ConstInt(4095)), c.Int1Type.ConstInt(1));
            b.BuildIntrinsic("llvm.memmove", [pointer, pointer, i64], to, from, b.BuildAnd(size, i64.ConstInt(4095)), c.Int1Type.ConstInt(1));
            b.BuildIntrinsic("llvm.memcpy", [pointer, pointer, i64], to, from, b.BuildAnd(size, i64.ConstInt(4095)), c.Int1Type.ConstInt(1));
        });
        string path = Path.Combine(_folder, "libmem.so");
        SharedLibraryLinker.Link(host, [code], ["f"], path);
        nint library = NativeLibrary.Load(path);
        Assert.Equal(7, Call(library, "f"));
        NativeLibrary.Free(library);
    }

    [Fact]
    public void The_inner_memory_functions_do_what_their_names_say()
    {
        TargetPlatform host = VectorMathLibrary.Host;
        using LlvmSession session = new();
        using ObjectEmitter emitter = new(host, host.Levels.First());
        using LLVMModuleRef module = FreestandingRuntime.Build(session.Context, host);
        foreach (string name in new[] { "memcpy", "memset", "memmove" })
        {
            module.GetNamedFunction(name).Visibility = LLVMVisibility.LLVMDefaultVisibility;
            module.GetNamedFunction(name).Name = "inner_" + name;
        }
        string path = Path.Combine(_folder, "libinner.so");
        SharedLibraryLinker.Link(host, [emitter.EmitObject(module)], ["inner_memcpy", "inner_memset", "inner_memmove"], path);
        nint library = NativeLibrary.Load(path);
        var copy = (delegate* unmanaged<byte*, byte*, long, byte*>)NativeLibrary.GetExport(library, "inner_memcpy");
        var move = (delegate* unmanaged<byte*, byte*, long, byte*>)NativeLibrary.GetExport(library, "inner_memmove");
        var set = (delegate* unmanaged<byte*, int, long, byte*>)NativeLibrary.GetExport(library, "inner_memset");
        byte[] start = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        foreach ((int to, int from, int count) in new[] { (0, 50, 50), (10, 0, 60), (0, 10, 60), (5, 5, 20), (3, 4, 0) })
        {
            byte[] expected = [.. start], got = [.. start];
            Array.Copy(start, from, expected, to, count);
            fixed (byte* p = got)
                Assert.True(move(p + to, p + from, count) == p + to);
            Assert.Equal(expected, got);
        }
        byte[] target = new byte[100];
        fixed (byte* p = target, s = start)
        {
            Assert.True(copy(p, s, 90) == p);
            Assert.True(set(p + 80, 0x1FF, 15) == p + 80);
        }
        byte[] both = [.. start[..80], .. Enumerable.Repeat((byte)0xFF, 15), .. new byte[5]];
        Assert.Equal(both, target);
        NativeLibrary.Free(library);
    }

    [Fact]
    public void An_unknown_runtime_identifier_is_named_with_the_ones_there_are()
    {
        UnsupportedPlatformException error = Assert.Throws<UnsupportedPlatformException>(() => TargetPlatform.Find("linux-riscv64"));
        Assert.Contains("linux-riscv64", error.Message);
        Assert.Contains("linux-x64", error.Message);
    }

    [Fact]
    public void Invalid_code_is_an_exception_and_not_the_end_of_the_process()
    {
        TargetPlatform host = VectorMathLibrary.Host;
        using LlvmSession session = new();
        using ObjectEmitter emitter = new(host, host.Levels.First());
        using LLVMModuleRef module = session.Context.CreateModuleWithName("broken");
        module.AddFunction("f", LLVMTypeRef.CreateFunction(session.Context.VoidType, [])).AppendBasicBlock("entry");
        LlvmException error = Assert.Throws<LlvmException>(() => emitter.EmitObject(module));
        Assert.Contains("verify", error.Message);
        Assert.Throws<LlvmException>(() => module.GetIntrinsic("llvm.no.such.thing"));
        Assert.Throws<LlvmException>(() => session.Context.ParseIR("this is not IR"));
    }
}
