using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;

namespace DlAot.Tests.DropIn;

/// <summary>
/// A folder that looks like an application's: some assembly to anchor the search (any will do), beside it native
/// libraries compiled from C by the test. Each has its own load context, so libraries of one test are not found by another.
/// </summary>
internal sealed class RuntimeNative : IDisposable
{
    public const long BuildId = 0x1234_5678_9abc_def0;

    /// <summary>Regions of <see cref="Regions"/>, by index.</summary>
    public const int Add = 0, Fail = 1, Scratch = 2, Nested = 3, Absent = 4, RegionCount = 5;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dlaot-runtime-");
    private readonly AssemblyLoadContext _context = new("runtime test");

    public RuntimeNative()
    {
        var anchor = typeof(CompileAttribute).Assembly.Location;
        File.Copy(anchor, Path.Combine(Folder, Path.GetFileName(anchor)));
        Anchor = _context.LoadFromAssemblyPath(Path.Combine(Folder, Path.GetFileName(anchor))).GetType(typeof(CompileAttribute).FullName!)!;
    }

    public string Folder => _folder.FullName;

    /// <summary>A type whose assembly lies in the folder.</summary>
    public Type Anchor { get; }

    /// <summary>A copy of the runtime of its own, with its own static state.</summary>
    public Assembly LoadRuntimeCopy() => _context.LoadFromAssemblyPath(typeof(Runtime.CompiledLibrary).Assembly.Location);

    public void Compile(string library, string source, string subfolder = "")
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, subfolder)).FullName;
        var file = Path.Combine(folder, library + ".c");
        File.WriteAllText(file, source);
        var output = Path.Combine(folder, Runtime.NativeSearch.FileName(library));
        var run = new ProcessStartInfo("cc", ["-shared", "-fPIC", "-O2", "-o", output, file]) { RedirectStandardError = true };
        using var process = Process.Start(run)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }

    /// <summary>A region library as the compiler would link it, for the ISA levels named.</summary>
    public static string Regions(int abi = 1, long buildId = BuildId, int count = RegionCount, params string[] levels)
    {
        if (levels.Length == 0)
            levels = ["x86_64_v2", "aarch64"];
        var tables = levels.Select(level => $"region dlaot_regions_{level}[] = {{ add, fail, scratch, nested, 0 }};");
        return $$"""
            #include <stdint.h>
            #include <string.h>
            typedef struct frame frame;
            typedef void body(frame*, int64_t, int64_t);
            struct frame {
                void** buffers; int64_t* symbols; void* arena;
                void (*parallel_for)(frame*, body*, int64_t, int64_t);
                void* pool; int32_t threads, status;
            };
            typedef int32_t (*region)(frame*);
            static void run(frame* f, body* b, int64_t count, int64_t grain) {
                if (f->threads > 1) f->parallel_for(f, b, count, grain); else b(f, 0, count);
            }
            static void add_some(frame* f, int64_t begin, int64_t end) {
                float *x = f->buffers[0], *y = f->buffers[1], *z = f->buffers[2];
                for (int64_t i = begin; i < end; i++) z[i] = x[i] + y[i];
            }
            static int32_t add(frame* f) { run(f, add_some, f->symbols[0], 16); return f->status; }
            static int32_t fail(frame* f) { return (int32_t)f->symbols[0]; }
            static int32_t scratch(frame* f) {
                if ((uintptr_t)f->arena % 64) return 1;
                memset(f->arena, 1, f->symbols[0]);
                return f->arena ? 0 : 2;
            }
            static void nested_some(frame* f, int64_t begin, int64_t end) { run(f, add_some, f->symbols[0], 16); }
            static int32_t nested(frame* f) { run(f, nested_some, 4, 1); return f->status; }
            {{string.Join("\n", tables)}}
            int32_t dlaot_abi = {{abi}}, dlaot_region_count = {{count}};
            int64_t dlaot_build_id = {{buildId}};
            """;
    }

    /// <summary>
    /// A LibTorchSharp whose "tensors" are structs that the test fills (see <see cref="FakeTensor"/>), so that a guard
    /// can be shown devices and layouts that this machine does not have.
    /// </summary>
    public static string Torch(params string[] without)
    {
        string[] exports =
        [
            "int8_t THSTensor_type(tensor* t) { return t->type; }",
            "int64_t THSTensor_ndimension(tensor* t) { return t->rank; }",
            "int64_t THSTensor_size(tensor* t, int64_t d) { return t->sizes[d]; }",
            "void* THSTensor_data(tensor* t) { if (!t->data) fake_error = \"no data\"; return t->data; }",
            "int32_t THSTensor_device_type(tensor* t) { return t->device; }",
            "bool THSTensor_is_contiguous(tensor* t) { return t->contiguous; }",
            "bool THSTensor_is_sparse(tensor* t) { return t->sparse; }",
            "bool THSTensor_requires_grad(tensor* t) { return t->requires_grad; }",
            "int64_t THSTensor_is_neg(tensor* t) { return t->negated; }",
            "int64_t THSTensor_is_conj(tensor* t) { return t->conjugated; }",
            "bool THSAutograd_isGradEnabled() { fake_grad_reads++; return fake_grad; }",
            "int32_t THSTorch_get_num_threads() { return fake_threads; }",
            "const char* THSTorch_get_and_reset_last_err() { const char* e = fake_error; fake_error = 0; return e; }",
        ];
        var kept = exports.Where(line => !without.Any(name => line.Contains(name + "(", StringComparison.Ordinal)));
        return $$"""
            #include <stdint.h>
            #include <stdbool.h>
            typedef struct {
                void* data; int64_t rank, sizes[4]; int32_t device; int8_t type;
                bool contiguous, sparse, requires_grad, negated, conjugated;
            } tensor;
            int32_t fake_grad, fake_grad_reads, fake_threads = 2;
            const char* fake_error;
            {{string.Join("\n", kept)}}
            """;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>The struct behind the handles of <see cref="RuntimeNative.Torch"/>.</summary>
internal unsafe struct FakeTensor
{
    public void* Data;
    public long Rank;
    public fixed long Sizes[4];
    public int Device;
    public sbyte Type;
    public bool Contiguous, Sparse, RequiresGrad, Negated, Conjugated;

    /// <summary>A dense float32 matrix on the CPU.</summary>
    public static FakeTensor Matrix(long rows, long columns, void* data)
    {
        var tensor = new FakeTensor { Data = data, Rank = 2, Type = 6, Contiguous = true };
        tensor.Sizes[0] = rows;
        tensor.Sizes[1] = columns;
        return tensor;
    }
}
