using LLVMSharp.Interop;

namespace DlAot.CodeGen.Llvm;

/// <summary>
/// x modulo pi/2 for any double, from the bits of 2/pi that matter for its exponent (Payne &amp; Hanek 1983). Scalar code in
/// a function that is called only when some lane is large: it costs about a hundred instructions a lane.
/// </summary>
internal static class LargeArgumentReduction
{
    // 2/pi in binary after 64 zero bits: enough for the largest exponent.
    private static readonly ulong[] TwoOverPi =
    [
        0, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0, 0x06492EEA09D1921C,
        0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
        0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB,
    ];

    private const double PiHalfHigh = 1.5707963267948966, PiHalfLow = 6.123233995736766e-17;

    /// <summary><paramref name="fast"/>, with the lanes whose size is over <paramref name="limit"/> replaced. Ends in a new block.</summary>
    internal static ReducedAngle Guard(Lanes x, double limit, ReducedAngle fast)
    {
        LLVMBuilderRef b = x.B;
        LLVMValueRef large = x.Abs().Greater(limit).Value;
        LLVMValueRef any = x.Count == 1 ? large : b.BuildIntrinsic("llvm.vector.reduce.or", large);
        LLVMBasicBlockRef entry = b.InsertBlock, rare = entry.Parent.AppendBasicBlock("large"), join = entry.Parent.AppendBasicBlock("join");
        b.BuildCondBr(any, rare, join);

        b.PositionAtEnd(rare);
        LLVMTypeRef result = x.Type.Context.GetStructType([x.Type, x.Type, fast.Quarter.Type], false);
        LLVMTypeRef type = LLVMTypeRef.CreateFunction(result, [x.Type, x.Type, x.Type, fast.Quarter.Type]);
        LLVMValueRef function = OutlinedFunction.GetOrBuild(
            b, $"dlaot_reduce_lanes_{OutlinedFunction.Suffix(x)}", type, (inner, p) => ReplaceLanes(inner, p, limit, result), rare: true);
        LLVMValueRef replaced = b.BuildCall2(type, function, [x.Value, fast.High.Value, fast.Low.Value, fast.Quarter.Value]);
        LLVMValueRef[] parts = [b.BuildExtractValue(replaced, 0), b.BuildExtractValue(replaced, 1), b.BuildExtractValue(replaced, 2)];
        b.BuildBr(join);

        b.PositionAtEnd(join);
        Lanes Merge(Lanes quick, LLVMValueRef slow)
        {
            LLVMValueRef phi = b.BuildPhi(quick.Type);
            phi.AddIncoming([quick.Value, slow], [entry, rare], 2);
            return new(b, phi);
        }
        return new(Merge(fast.High, parts[0]), Merge(fast.Low, parts[1]), Merge(fast.Quarter, parts[2]));
    }

    private static void ReplaceLanes(LLVMBuilderRef b, LLVMValueRef[] p, double limit, LLVMTypeRef result)
    {
        Lanes x = new(b, p[0]);
        LLVMContextRef context = x.Type.Context;
        LLVMTypeRef f64 = context.DoubleType, one = context.GetStructType([f64, f64, context.Int64Type], false);
        LLVMTypeRef type = LLVMTypeRef.CreateFunction(one, [f64]);
        LLVMValueRef function = OutlinedFunction.GetOrBuild(b, "dlaot_reduce_large", type, BuildScalar, rare: true);
        LLVMValueRef[] sums = [p[1], p[2], p[3]];
        for (uint lane = 0; lane < x.Count; lane++)
        {
            LLVMValueRef index = LLVMValueRef.CreateConstInt(context.Int32Type, lane);
            LLVMValueRef At(LLVMValueRef v) => x.Count == 1 ? v : b.BuildExtractElement(v, index);
            LLVMValueRef argument = At(x.Value);
            LLVMValueRef isLarge = new Lanes(b, argument).Abs().Greater(limit).Value;
            LLVMValueRef reduced = b.BuildCall2(type, function, [x.IsDouble ? argument : b.BuildFPExt(argument, f64)]);
            for (uint part = 0; part < 3; part++)
            {
                LLVMValueRef value = b.BuildExtractValue(reduced, part);
                if (!x.IsDouble)
                    value = part == 2 ? b.BuildTrunc(value, context.Int32Type) : b.BuildFPTrunc(value, context.FloatType);
                LLVMValueRef chosen = b.BuildSelect(isLarge, value, At(sums[part]));
                sums[part] = x.Count == 1 ? chosen : b.BuildInsertElement(sums[part], chosen, index);
            }
        }
        LLVMValueRef all = result.Poison;
        for (uint part = 0; part < 3; part++)
            all = b.BuildInsertValue(all, sums[part], part);
        b.BuildRet(all);
    }

    // x = m 2^e with an integer m of 53 bits. Bits of 2/pi that make multiples of 4 in the product are left out, the next 192
    // are multiplied by m exactly; the product's top 128 bits are the quadrant (2 bits) and 126 bits of the fraction, of which
    // a double can make at most 62 vanish.
    private static void BuildScalar(LLVMBuilderRef b, LLVMValueRef[] parameters)
    {
        Lanes x = new(b, parameters[0]);
        LLVMContextRef context = x.Type.Context;
        LLVMTypeRef i64 = context.Int64Type, i128 = context.GetIntType(128);
        LLVMValueRef Int(long value) => i64.ConstInt(value);
        LLVMValueRef Wide(LLVMValueRef value) => b.BuildZExt(value, i128);
        LLVMValueRef Shift128(ulong by) => LLVMValueRef.CreateConstInt(i128, by);

        LLVMValueRef bits = x.Abs().Bits().Value;
        LLVMValueRef m = b.BuildOr(b.BuildAnd(bits, Int(0xFFFFFFFFFFFFF)), Int(1L << 52));
        LLVMValueRef e = b.BuildSub(b.BuildLShr(bits, Int(52)), Int(1075));
        LLVMValueRef start = b.BuildIntrinsic("llvm.smax", b.BuildAdd(e, Int(64 - 2)), Int(0)); // small arguments are not used, but must not read outside
        LLVMValueRef word = b.BuildLShr(start, Int(6)), shift = b.BuildAnd(start, Int(63));
        LLVMValueRef table = Table(b.CurrentModule());
        LLVMValueRef[] words = [.. Enumerable.Range(0, 4).Select(i => b.BuildAlignedLoad(i64, b.BuildInBoundsGEP2(i64, table, [b.BuildAdd(word, Int(i))]), 8))];
        LLVMValueRef Window(int i) => b.BuildIntrinsic("llvm.fshl", words[i], words[i + 1], shift);

        LLVMValueRef top = b.BuildShl(Wide(b.BuildMul(m, Window(0))), Shift128(64));
        LLVMValueRef middle = b.BuildMul(Wide(m), Wide(Window(1)));
        LLVMValueRef bottom = b.BuildLShr(b.BuildMul(Wide(m), Wide(Window(2))), Shift128(64));
        LLVMValueRef product = b.BuildAdd(b.BuildAdd(top, middle), bottom);

        LLVMValueRef quarter = b.BuildLShr(b.BuildAdd(product, b.BuildShl(Shift128(1), Shift128(125))), Shift128(126));
        LLVMValueRef rest = b.BuildSub(product, b.BuildShl(quarter, Shift128(126)));
        LLVMValueRef negative = b.BuildICmp(LLVMIntPredicate.LLVMIntSLT, rest, Shift128(0));
        LLVMValueRef size = b.BuildSelect(negative, b.BuildNeg(rest), rest);

        // The fraction as two doubles of 53 bits each, times pi/2.
        LLVMValueRef zeros = b.BuildIntrinsic("llvm.ctlz", [i128], size, context.Int1Type.ConstInt(0));
        LLVMValueRef normal = b.BuildShl(size, zeros);
        Lanes ToDouble(ulong from) => new(b, b.BuildUIToFP(b.BuildAnd(b.BuildTrunc(b.BuildLShr(normal, Shift128(from)), i64), Int((1L << 53) - 1)), x.Type));
        LLVMValueRef scaleBits = b.BuildShl(b.BuildSub(Int(1023 - 51), b.BuildTrunc(zeros, i64)), Int(52));
        Lanes scale = new Lanes(b, scaleBits).FromBits(x);
        Lanes high = ToDouble(75) * scale, low = ToDouble(22) * scale * System.Math.ScaleB(1, -53);
        (Lanes product1, Lanes error) = ExactProduct(high, high.Const(PiHalfHigh));
        Lanes tail = error + (high * PiHalfLow + low * PiHalfHigh), sum = product1 + tail, left = (product1 - sum) + tail;

        // -x reduces to the negated angle and the negated quarter; inf and NaN to NaN.
        LLVMValueRef below = x.Less(0).Value;
        LLVMValueRef flip = b.BuildXor(below, negative);
        Lanes undefined = x - x;
        Lanes Signed(Lanes v) => new Lanes(b, b.BuildSelect(flip, (-v).Value, v.Value)) + undefined;
        LLVMValueRef q = b.BuildTrunc(quarter, i64);
        LLVMValueRef all = context.GetStructType([x.Type, x.Type, i64], false).Poison;
        all = b.BuildInsertValue(all, Signed(sum).Value, 0);
        all = b.BuildInsertValue(all, Signed(left).Value, 1);
        b.BuildRet(b.BuildInsertValue(all, b.BuildSelect(below, b.BuildNeg(q), q), 2));
    }

    /// <summary>x y as a rounded product and its error, without FMA (Veltkamp and Dekker 1971).</summary>
    internal static (Lanes Product, Lanes Error) ExactProduct(Lanes x, Lanes y)
    {
        Lanes p = x * y;
        (Lanes xh, Lanes xl) = Halve(x);
        (Lanes yh, Lanes yl) = Halve(y);
        return (p, ((xh * yh - p) + xh * yl + xl * yh) + xl * yl);

        static (Lanes, Lanes) Halve(Lanes v)
        {
            Lanes big = v * 134217729, high = big - (big - v);
            return (high, v - high);
        }
    }

    private static LLVMValueRef Table(LLVMModuleRef module)
    {
        const string name = "dlaot_two_over_pi";
        LLVMValueRef table = module.GetNamedGlobal(name);
        if (table.Handle != 0)
            return table;
        LLVMTypeRef i64 = module.Context.Int64Type;
        LLVMValueRef words = LLVMValueRef.CreateConstArray(i64, [.. TwoOverPi.Select(word => LLVMValueRef.CreateConstInt(i64, word))]);
        table = module.AddGlobal(words.TypeOf, name);
        table.Initializer = words;
        table.IsGlobalConstant = true;
        table.Linkage = LLVMLinkage.LLVMInternalLinkage;
        return table;
    }
}
