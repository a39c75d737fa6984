using DlAot.CodeGen.Cpu.Analysis;
using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>
/// Expressions of a kernel as LLVM values. One iteration variable may be spread over lanes; what depends on it is a vector, all else
/// is a scalar that is emitted once in the outermost scope where it is known and splat where a vector is wanted.
/// </summary>
internal sealed class Values(Code code, Frame frame, KernelCall call)
{
    /// <summary>The shape of a scalar: a uniform value, or a varying one at the first lane.</summary>
    public const int AtBase = 0;

    private readonly Dictionary<string, (Scope Scope, LLVMValueRef Value)> vars = [];
    private readonly Dictionary<int, (Scope Scope, LLVMValueRef Value, bool Varying)> temps = [];
    private readonly HashSet<int> written =
        [.. call.Kernel.Buffers.Select((buffer, index) => (buffer, index)).Where(b => b.buffer.IsWritten).Select(b => b.index)];

    private string? laneVariable;

    public Frame Frame => frame;

    /// <summary>Lanes of a varying value; 1 makes everything scalar.</summary>
    public int Lanes { get; private set; } = 1;

    /// <summary>The lanes that exist, in the last piece of a loop; null means all.</summary>
    public LLVMValueRef? Tail { get; private set; }

    /// <summary>No load may be emitted further out than this scope: outside there may be no element at all.</summary>
    public Scope Floor { get; set; } = code.Entry;

    private bool IsExact => call.Kernel.Schedule.Exact;

    public LLVMValueRef Dim(DimExpr dim) => frame.Dims.Emit(dim);

    /// <summary>Gives a variable its value in the current scope.</summary>
    public void Bind(string variable, LLVMValueRef value) => vars[variable] = (code.Current, value);

    public void Bind(Expr.Temp temp, LLVMValueRef value, bool varying) => temps[temp.Id] = (code.Current, value, varying);

    /// <summary>The value of a variable; of the one spread over lanes, the first.</summary>
    public LLVMValueRef Position(string variable) => vars[variable].Value;

    /// <summary>Spreads a variable over lanes in the current scope, starting at <paramref name="start"/>.</summary>
    public void BindLanes(string variable, LLVMValueRef start, int lanes, LLVMValueRef? tail)
    {
        Bind(variable, start);
        (laneVariable, Lanes, Tail) = (variable, lanes, tail);
    }

    /// <summary>No variable is spread over lanes.</summary>
    public void BindNoLanes() => (laneVariable, Lanes, Tail) = (null, 1, null);

    /// <summary>The value in all lanes.</summary>
    public LLVMValueRef Wide(Expr e) => Find(e, Lanes);

    /// <summary>The value of an expression that does not vary, or its value at the first lane.</summary>
    public LLVMValueRef Scalar(Expr e) => Find(e, AtBase);

    /// <summary>The lanes of a store or reduction: the tail and a predicate together; null means all.</summary>
    public LLVMValueRef? Mask(Expr? predicate)
    {
        LLVMValueRef? condition = predicate is null ? null : Wide(predicate);
        return (condition, Tail) switch
        {
            ({ } a, { } b) => code.B.BuildAnd(a, b),
            _ => condition ?? Tail,
        };
    }

    public bool IsVarying(Expr e)
    {
        if (!code.Current.Varying.TryGetValue(e, out bool varying))
        {
            varying = e switch
            {
                Expr.Var v => v.Name == laneVariable,
                Expr.Temp t => temps[t.Id].Varying,
                _ => e.Operands.Any(IsVarying),
            };
            code.Current.Varying[e] = varying;
        }

        return varying;
    }

    public DimExpr? Stride(Expr index) => laneVariable is null ? DimExpr.Zero : Affine.Stride(index, laneVariable, IsVarying);

    public LLVMValueRef Address(int buffer, DType type, LLVMValueRef index) =>
        code.B.BuildGEP2(code.Unit.Stored(type), frame.Buffer(call.Buffers[buffer]), [index]);

    /// <summary>The i64 numbers 0, step, 2*step...</summary>
    public LLVMValueRef Iota(int lanes, long step = 1) =>
        lanes == 1 ? code.I64(0) : LLVMValueRef.CreateConstVector([.. Enumerable.Range(0, lanes).Select(i => code.I64(i * step))]);

    private Scope Home(Expr e)
    {
        if (!code.Current.Homes.TryGetValue(e, out Scope? home))
        {
            home = e switch
            {
                Expr.Var v => vars[v.Name].Scope,
                Expr.Temp t => temps[t.Id].Scope,
                _ => e.Operands.Select(Home).Aggregate(code.Entry, Scope.Inner),
            };
            if (e is Expr.Load load)
            {
                home = Scope.Inner(home, written.Contains(load.Buffer) ? code.Innermost : Floor);
            }

            code.Current.Homes[e] = home;
        }

        return home;
    }

    private LLVMValueRef Find(Expr e, int shape)
    {
        bool varying = IsVarying(e);
        shape = shape == 1 || (!varying && shape == AtBase) ? AtBase : shape;
        Scope home = Home(e);
        if (home.Known.TryGetValue((e, shape), out LLVMValueRef value))
        {
            return value;
        }

        value = code.At(home, () => varying || shape == AtBase ? Make(e, shape) : code.B.BuildSplat(Find(e, AtBase), (uint)shape));
        home.Known[(e, shape)] = value;
        return value;
    }

    private LLVMValueRef Make(Expr e, int shape)
    {
        switch (e)
        {
            case Expr.Const c:
                LLVMTypeRef type = code.Unit.Computed(c.Type);
                return c.Type.IsFloat() ? Conversion.Round(code, c.Type, type.ConstReal(c.Float)) : type.ConstInt(c.Type == DType.Bool ? c.Integer != 0 ? 1 : 0 : c.Integer);
            case Expr.Dim d:
                return Dim(d.Value);
            case Expr.Scalar s:
                return frame.Scalar(s.Index, s.Type);
            case Expr.Var v when shape == AtBase:
                return vars[v.Name].Value;
            case Expr.Var v:
                return code.B.BuildAdd(code.B.BuildSplat(vars[v.Name].Value, (uint)shape), Iota(shape));
            case Expr.Temp t:
                return temps[t.Id].Value;
            case Expr.Load load:
                return shape == AtBase ? LoadOne(load) : LoadLanes(load, shape);
            case Expr.Op op:
                return IndexDivision(op, shape) ?? LaneCode.Emit(code, op, [.. op.Operands.Select(o => Find(o, shape))], IsExact);
            default:
                throw new InvalidOperationException($"expression {e} has no emission");
        }
    }

    // Index arithmetic divides sizes and positions: both known not to be negative, most often by a constant.
    private LLVMValueRef? IndexDivision(Expr.Op op, int shape)
    {
        if (op is not { Code: ScalarOp.FloorDiv or ScalarOp.Rem, Type: DType.I64 })
        {
            return null;
        }

        (Expr a, Expr b) = (op.Operands[0], op.Operands[1]);
        LLVMValueRef x = Find(a, shape), y = Find(b, shape);
        long? constant = Affine.AsDim(b)?.Constant;
        bool isPowerOfTwo = constant is long n and > 0 && (n & (n - 1)) == 0;
        if (shape == AtBase || isPowerOfTwo || !Affine.IsNonNegative(a) || !Affine.IsNonNegative(b))
        {
            return op.Code == ScalarOp.FloorDiv ? IntegerCode.FloorDivide(code.B, x, y, true, constant) : IntegerCode.FloorRemainder(code.B, x, y, true, constant);
        }

        LLVMValueRef quotient = IntegerCode.DivideSmall(code.B, x, y);
        return op.Code == ScalarOp.FloorDiv ? quotient : code.B.BuildSub(x, code.B.BuildMul(quotient, y));
    }

    private LLVMValueRef LoadOne(Expr.Load load)
    {
        LLVMTypeRef type = code.Unit.Stored(load.Type);
        LLVMValueRef address = Address(load.Buffer, load.Type, Find(load.Index, AtBase));
        if (load.Predicate is not null)
        {
            address = code.B.BuildSelect(Find(load.Predicate, AtBase), address, code.Unit.Zeros);
        }

        return Conversion.FromMemory(code, load.Type, Aligned(code.B.BuildLoad2(type, address), load.Type));
    }

    private LLVMValueRef LoadLanes(Expr.Load load, int lanes)
    {
        LLVMTypeRef type = LevelModule.Lanes(code.Unit.Stored(load.Type), lanes);
        LLVMValueRef? predicate = load.Predicate is null ? null : Find(load.Predicate, lanes);
        LLVMValueRef? mask = predicate is { } p && Tail is { } t ? code.B.BuildAnd(p, t) : predicate ?? Tail;
        DimExpr? stride = Stride(load.Index);
        uint alignment = (uint)load.Type.Size();
        LLVMValueRef value;
        if (stride is { IsOne: true } && (mask is null || HasMaskedAccess(load.Type)))
        {
            LLVMValueRef address = Address(load.Buffer, load.Type, Find(load.Index, AtBase));
            value = mask is { } m
                ? code.B.BuildMaskedLoad(address, alignment, m, LLVMValueRef.CreateConstNull(type))
                : Aligned(code.B.BuildLoad2(type, address), load.Type);
        }
        else if (mask is null && stride is not null)
        {
            LLVMValueRef first = Find(load.Index, AtBase), step = Dim(stride);
            value = type.Poison;
            for (int lane = 0; lane < lanes; lane++)
            {
                LLVMValueRef at = Address(load.Buffer, load.Type, code.B.BuildAdd(first, code.B.BuildMul(step, code.I64(lane))));
                value = code.B.BuildInsertElement(value, Aligned(code.B.BuildLoad2(type.ElementType, at), load.Type), code.I32(lane));
            }
        }
        else
        {
            value = Gather(load, type, mask, lanes);
        }

        return Conversion.FromMemory(code, load.Type, value);
    }

    private LLVMValueRef Gather(Expr.Load load, LLVMTypeRef type, LLVMValueRef? mask, int lanes)
    {
        LLVMValueRef addresses = Address(load.Buffer, load.Type, Find(load.Index, lanes));
        if (mask is { } m && HasMaskedAccess(load.Type))
        {
            return code.B.BuildMaskedGather(addresses, (uint)load.Type.Size(), m, LLVMValueRef.CreateConstNull(type));
        }

        if (mask is { } some)
        {
            addresses = code.B.BuildSelect(some, addresses, code.B.BuildSplat(code.Unit.Zeros, (uint)lanes));
        }

        LLVMValueRef value = type.Poison;
        for (int lane = 0; lane < lanes; lane++)
        {
            LLVMValueRef address = code.B.BuildExtractElement(addresses, code.I32(lane));
            value = code.B.BuildInsertElement(value, Aligned(code.B.BuildLoad2(type.ElementType, address), load.Type), code.I32(lane));
        }

        return value;
    }

    /// <summary>Masked access of this element size is an instruction, not a branch for each lane.</summary>
    public bool HasMaskedAccess(DType type) => code.Unit.Level.Math.Avx512 || (code.Unit.Level.Math.Fma && type.Size() >= 4);

    private static LLVMValueRef Aligned(LLVMValueRef access, DType type)
    {
        access.Alignment = (uint)type.Size();
        return access;
    }
}
