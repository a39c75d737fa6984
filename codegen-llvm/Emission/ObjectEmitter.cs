using System.Text;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>How much LLVM does by itself. Kernels come with explicit vectors and unrolling, so the loop transformations are off.</summary>
public sealed record EmitOptions
{
    public static EmitOptions Default { get; } = new();

    /// <summary>A pass pipeline in LLVM's textual form.</summary>
    public string Passes { get; init; } = "default<O3>";
    public bool VectorizeLoops { get; init; }
    public bool VectorizeStraightLine { get; init; }
    public bool UnrollLoops { get; init; }
}

/// <summary>
/// Module to object file, for one platform and one instruction set level. The same module gives the same bytes.
/// Dispose frees the target machine; an emitter may be used for many modules, on one thread at a time.
/// </summary>
public sealed class ObjectEmitter : IDisposable
{
    private readonly LLVMTargetMachineRef _machine;
    private readonly string _triple;

    /// <exception cref="LlvmNotFoundException">libLLVM 19 cannot be loaded.</exception>
    public ObjectEmitter(TargetPlatform platform, IsaLevel level)
        : this(platform.Triple, level.Cpu, level.Features)
    {
    }

    /// <summary>For targets without a level, such as <c>nvptx64-nvidia-cuda</c> with processor <c>sm_80</c>.</summary>
    /// <exception cref="LlvmException">LLVM has no such target.</exception>
    public ObjectEmitter(string triple, string cpu, string features)
    {
        LlvmLibrary.EnsureLoaded();
        if (!LLVMTargetRef.TryGetTargetFromTriple(triple, out LLVMTargetRef target, out string error))
            throw new LlvmException($"target {triple}", error);
        _triple = triple;
        _machine = target.CreateTargetMachine(
            triple, cpu, features, LLVMCodeGenOptLevel.LLVMCodeGenLevelAggressive, LLVMRelocMode.LLVMRelocPIC, LLVMCodeModel.LLVMCodeModelDefault);
    }

    /// <summary>Sets triple and data layout; do this before building anything that depends on sizes.</summary>
    public void Prepare(LLVMModuleRef module)
    {
        module.Target = _triple;
        using LLVMTargetDataRef layout = _machine.CreateTargetDataLayout();
        module.DataLayout = layout.ToString();
    }

    /// <exception cref="LlvmException">The module is not valid.</exception>
    public static void Verify(LLVMModuleRef module)
    {
        if (!module.TryVerify(LLVMVerifierFailureAction.LLVMReturnStatusAction, out string message))
            throw new LlvmException("verify the module", message + "\n" + module.PrintToString());
    }

    /// <summary>Verifies and optimises in place.</summary>
    /// <exception cref="LlvmException">The module is not valid.</exception>
    public void Optimize(LLVMModuleRef module, EmitOptions? options = null)
    {
        options ??= EmitOptions.Default;
        Prepare(module);
        Verify(module);
        using LLVMPassBuilderOptionsRef settings = LLVMPassBuilderOptionsRef.Create();
        settings.SetLoopVectorization(options.VectorizeLoops);
        settings.SetSLPVectorization(options.VectorizeStraightLine);
        settings.SetLoopInterleaving(options.VectorizeLoops);
        settings.SetLoopUnrolling(options.UnrollLoops);
        nint failed = Native.LLVMRunPasses(module, options.Passes, _machine, settings);
        if (failed != 0)
            throw new LlvmException($"run the passes {options.Passes}", NativeText.TakeError(failed));
        LlvmSession.ThrowOnErrors(module.Context, "optimise");
    }

    /// <summary>Optimises a copy of the module and makes an object file of it.</summary>
    /// <exception cref="LlvmException">The module is not valid, or the target cannot select it.</exception>
    public byte[] EmitObject(LLVMModuleRef module, EmitOptions? options = null) => Emit(module, LLVMCodeGenFileType.LLVMObjectFile, options);

    /// <summary>As <see cref="EmitObject"/>, but assembly text (for NVPTX this is the PTX).</summary>
    public string EmitAssembly(LLVMModuleRef module, EmitOptions? options = null) =>
        Encoding.UTF8.GetString(Emit(module, LLVMCodeGenFileType.LLVMAssemblyFile, options));

    private byte[] Emit(LLVMModuleRef module, LLVMCodeGenFileType type, EmitOptions? options)
    {
        Verify(module); // cloning an invalid module ends the process
        using LLVMModuleRef copy = module.Clone(); // code generation rewrites the module it is given
        Optimize(copy, options);
        byte[] bytes = _machine.EmitToMemory(copy, type);
        LlvmSession.ThrowOnErrors(copy.Context, "emit code");
        return bytes;
    }

    public void Dispose() => _machine.Dispose();
}
