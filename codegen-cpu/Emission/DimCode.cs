using DlAot.Ir;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>Size expressions, computed once at the entry of a function from the frame's symbols.</summary>
internal sealed class DimCode(Code code, Func<string, LLVMValueRef> symbol)
{
    private readonly Dictionary<DimExpr, LLVMValueRef> known = [];

    public LLVMValueRef Emit(DimExpr dim)
    {
        if (!known.TryGetValue(dim, out LLVMValueRef value))
        {
            known[dim] = value = code.At(code.Entry, () => Make(dim));
        }

        return value;
    }

    private LLVMValueRef Make(DimExpr dim)
    {
        LLVMValueRef sum = code.I64(0);
        foreach (DimExpr.Term term in dim.Terms)
        {
            LLVMValueRef product = code.I64(term.Coefficient);
            foreach (DimExpr.Atom atom in term.Atoms)
            {
                product = code.B.BuildMul(product, Make(atom));
            }

            sum = code.B.BuildAdd(sum, product);
        }

        return sum;
    }

    private LLVMValueRef Make(DimExpr.Atom atom) => atom switch
    {
        DimExpr.Atom.Symbol s => symbol(s.Name),
        DimExpr.Atom.FloorDiv x => IntegerCode.FloorDivide(code.B, Emit(x.Left), Emit(x.Right), constant: x.Right.Constant),
        DimExpr.Atom.Mod x => IntegerCode.FloorRemainder(code.B, Emit(x.Left), Emit(x.Right), constant: x.Right.Constant),
        DimExpr.Atom.Max x => code.Max(Emit(x.Left), Emit(x.Right)),
        DimExpr.Atom.Min x => code.Min(Emit(x.Left), Emit(x.Right)),
        _ => throw new InvalidOperationException($"size expression {atom} has no emission"),
    };
}
