using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

public sealed partial class VectorMath
{
    /// <summary>Calls a function of the module that computes <paramref name="body"/>, made on first use; its blocks stay out of the caller's.</summary>
    private LLVMValueRef Outlined(string name, Lanes x, Func<VectorMath, Lanes, Lanes> body)
    {
        LLVMTypeRef type = LLVMTypeRef.CreateFunction(x.Type, [x.Type]);
        LLVMValueRef function = OutlinedFunction.GetOrBuild(builder, $"dlaot_{name}_{OutlinedFunction.Suffix(x)}", type, (b, parameters) =>
            b.BuildRet(body(new VectorMath(b, features), new Lanes(b, parameters[0])).Value));
        return builder.BuildCall2(type, function, [x.Value]);
    }
}
