using DlAot.CodeGen.Llvm;
using LLVMSharp.Interop;

namespace DlAot.CodeGen.Cpu.Emission;

/// <summary>One function while it is written: its builder, loops and scopes.</summary>
internal sealed class Code : IDisposable
{
    private readonly LLVMBasicBlockRef locals;
    private readonly LLVMValueRef localsEnd;

    public Code(LevelModule unit, string name, LLVMTypeRef type, bool isInternal = true)
    {
        Unit = unit;
        LLVMValueRef function = unit.Module.AddFunction(name, type);
        function.Linkage = isInternal ? LLVMLinkage.LLVMInternalLinkage : LLVMLinkage.LLVMExternalLinkage;
        function.Visibility = isInternal ? LLVMVisibility.LLVMDefaultVisibility : LLVMVisibility.LLVMHiddenVisibility;
        unit.Level.ApplyTo(function);
        Function = function;
        B = unit.Context.CreateBuilder();
        locals = Function.AppendBasicBlock("locals");
        LLVMBasicBlockRef start = Function.AppendBasicBlock("start");
        B.PositionAtEnd(locals);
        localsEnd = B.BuildBr(start);
        Entry = Current = Innermost = new Scope(null, start);
        Place();
    }

    public LevelModule Unit { get; }

    public LLVMValueRef Function { get; }

    public LLVMBuilderRef B { get; }

    /// <summary>Code before any loop.</summary>
    public Scope Entry { get; }

    /// <summary>Where code goes now.</summary>
    public Scope Current { get; private set; }

    /// <summary>The deepest open scope, also while something is emitted further out.</summary>
    public Scope Innermost { get; private set; }

    public LLVMValueRef I64(long value) => Unit.I64.ConstInt(value);

    public LLVMValueRef I32(long value) => Unit.I32.ConstInt(value);

    /// <summary>Memory of the function's frame, allocated once at its entry.</summary>
    public LLVMValueRef Local(LLVMTypeRef type, uint alignment = 0)
    {
        B.PositionBefore(localsEnd);
        LLVMValueRef slot = B.BuildAlloca(type);
        if (alignment > 0)
        {
            slot.Alignment = alignment;
        }

        Place();
        return slot;
    }

    /// <summary>A block of scratch memory in the frame, aligned to cache lines; at most a few hundred KB.</summary>
    public LLVMValueRef Scratch(LLVMTypeRef element, int count, int elementBytes)
    {
        LLVMValueRef block = Local(LLVMTypeRef.CreateArray2(element, (ulong)count), 64);
        if (Unit.Platform.Format == ObjectFormat.Coff)
        {
            // Windows grows a stack by one guard page at a time: touch the pages from the top down.
            At(Entry, () =>
            {
                for (long offset = ((long)count * elementBytes) - 1; offset >= 0; offset -= 4096)
                {
                    LLVMValueRef touch = B.BuildAlignedStore(Unit.I8.ConstInt(0), B.BuildGEP2(Unit.I8, block, [I64(offset)]), 1);
                    touch.Volatile = true;
                }

                return block;
            });
        }

        return block;
    }

    /// <summary>Emits in an outer scope; only straight-line code may be emitted there.</summary>
    public T At<T>(Scope scope, Func<T> emit)
    {
        Scope previous = Current;
        if (scope == previous)
        {
            return emit();
        }

        Current = scope;
        Place();
        T result = emit();
        Current = previous;
        Place();
        return result;
    }

    /// <summary><c>for (i = begin; i &lt; end; i += step) body(i)</c>; the body is a scope.</summary>
    public void Loop(LLVMValueRef begin, LLVMValueRef end, LLVMValueRef step, Action<LLVMValueRef> body)
    {
        Scope pre = Current;
        LLVMBasicBlockRef before = pre.Block;
        LLVMBasicBlockRef header = Function.AppendBasicBlock("loop"), inside = Function.AppendBasicBlock("body"), after = Function.AppendBasicBlock("after");
        pre.Exit = B.BuildBr(header);
        B.PositionAtEnd(header);
        LLVMValueRef i = B.BuildPhi(Unit.I64);
        B.BuildCondBr(B.BuildICmp(LLVMIntPredicate.LLVMIntSLT, i, end), inside, after);
        Scope inner = Open(pre, inside);
        body(i);
        LLVMValueRef next = B.BuildNSWAdd(i, step);
        B.BuildBr(header);
        i.AddIncoming([begin, next], [before, inner.Block], 2);
        Close(pre, after);
    }

    /// <summary>As above for code that is not of a loop nest: step 1 or more.</summary>
    public void Loop(LLVMValueRef begin, LLVMValueRef end, long step, Action<LLVMValueRef> body) => Loop(begin, end, I64(step), body);

    /// <summary>Runs the body while a condition holds; both are scopes.</summary>
    public void While(Func<LLVMValueRef> condition, Action body)
    {
        Scope pre = Current;
        LLVMBasicBlockRef header = Function.AppendBasicBlock("while"), inside = Function.AppendBasicBlock("do"), after = Function.AppendBasicBlock("after");
        pre.Exit = B.BuildBr(header);
        Open(pre, header);
        B.BuildCondBr(condition(), inside, after);
        Open(pre, inside);
        body();
        B.BuildBr(header);
        Close(pre, after);
    }

    /// <summary>Runs <paramref name="then"/> in a scope of its own when the condition holds; no condition means always.</summary>
    public void If(LLVMValueRef? condition, Action then, Action? otherwise = null)
    {
        Scope pre = Current;
        LLVMBasicBlockRef inside = Function.AppendBasicBlock("then"), after = Function.AppendBasicBlock("after");
        LLVMBasicBlockRef other = otherwise is null ? after : Function.AppendBasicBlock("else");
        pre.Exit = condition is { } c ? B.BuildCondBr(c, inside, other) : B.BuildBr(inside);
        Open(pre, inside);
        then();
        B.BuildBr(after);
        if (otherwise is not null)
        {
            Open(pre, other);
            otherwise();
            B.BuildBr(after);
        }

        Close(pre, after);
    }

    /// <summary>Returns a status at once when the condition holds.</summary>
    public void ReturnIf(LLVMValueRef condition, LLVMValueRef result)
    {
        LLVMBasicBlockRef leave = Function.AppendBasicBlock("leave"), after = Function.AppendBasicBlock("after");
        B.BuildCondBr(condition, leave, after);
        B.PositionAtEnd(leave);
        B.BuildRet(result);
        Current.Block = after;
        Place();
    }

    public LLVMValueRef Min(LLVMValueRef a, LLVMValueRef b) => B.BuildIntrinsic("llvm.smin", a, b);

    public LLVMValueRef Max(LLVMValueRef a, LLVMValueRef b) => B.BuildIntrinsic("llvm.smax", a, b);

    /// <summary>a / b rounded up, for a &gt;= 0 and b &gt; 0.</summary>
    public LLVMValueRef CeilDiv(LLVMValueRef a, LLVMValueRef b) => B.BuildUDiv(B.BuildAdd(a, B.BuildSub(b, I64(1))), b);

    public LLVMValueRef Call(LLVMValueRef function, params ReadOnlySpan<LLVMValueRef> arguments) => B.BuildCall2(function.GlobalValueType, function, arguments);

    public void Dispose() => B.Dispose();

    private Scope Open(Scope outer, LLVMBasicBlockRef block)
    {
        Current = Innermost = new Scope(outer, block);
        Place();
        return Current;
    }

    private void Close(Scope pre, LLVMBasicBlockRef after)
    {
        pre.Exit = default;
        pre.Block = after;
        Current = Innermost = pre;
        Place();
    }

    private void Place()
    {
        if (Current.Exit.Handle == 0)
        {
            B.PositionAtEnd(Current.Block);
        }
        else
        {
            B.PositionBefore(Current.Exit);
        }
    }
}
