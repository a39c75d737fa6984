using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>The stores of one point, or of one vector of points: first all values, then all stores.</summary>
internal static class StoreCode
{
    public static void Emit(Code code, Values values, IReadOnlyList<KernelBuffer> buffers, IReadOnlyList<Store> stores)
    {
        LLVMValueRef[] computed = [.. stores.Select(s => values.Wide(s.Value))];
        LLVMValueRef?[] masks = [.. stores.Select(s => values.Mask(s.Predicate))];
        for (int i = 0; i < computed.Length; i++)
        {
            Emit(code, values, buffers[stores[i].Buffer].Type, stores[i], computed[i], masks[i]);
        }
    }

    private static void Emit(Code code, Values values, DType type, Store store, LLVMValueRef computed, LLVMValueRef? mask)
    {
        LLVMValueRef value = Conversion.ToMemory(code, type, computed);
        uint alignment = (uint)type.Size();
        if (values.Lanes == 1)
        {
            if (mask is { } condition)
            {
                LLVMValueRef address = values.Address(store.Buffer, type, values.Scalar(store.Index));
                code.If(condition, () => code.B.BuildAlignedStore(value, address, alignment));
            }
            else
            {
                code.B.BuildAlignedStore(value, values.Address(store.Buffer, type, values.Scalar(store.Index)), alignment);
            }

            return;
        }

        DimExpr? stride = values.Stride(store.Index);
        if (stride is { IsOne: true })
        {
            LLVMValueRef address = values.Address(store.Buffer, type, values.Scalar(store.Index));
            if (mask is { } some)
            {
                code.B.BuildMaskedStore(value, address, alignment, some);
            }
            else
            {
                code.B.BuildAlignedStore(value, address, alignment);
            }

            return;
        }

        LLVMValueRef addresses = values.Address(store.Buffer, type, values.Wide(store.Index));
        if (mask is { } lanes)
        {
            code.B.BuildIntrinsic("llvm.masked.scatter", [value.TypeOf, addresses.TypeOf], value, addresses, code.I32(alignment), lanes);
            return;
        }

        for (int lane = 0; lane < values.Lanes; lane++)
        {
            code.B.BuildAlignedStore(code.B.BuildExtractElement(value, code.I32(lane)), code.B.BuildExtractElement(addresses, code.I32(lane)), alignment);
        }
    }
}
