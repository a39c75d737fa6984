using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// The tensor objects of a call: inputs, and a local for each plan buffer that is a tensor, null while there is none. A tensor that
/// the caller passed or the library returned and that is not contiguous gets a contiguous copy for kernels, in a local of its own.
/// </summary>
internal sealed class TensorCode
{
    private readonly Il il;
    private readonly AccessCode access;
    private readonly LiftedVersion version;
    private readonly Plan plan;
    private readonly InputCode inputs;
    private readonly DimCode dims;
    private readonly TorchMembers torch;
    private readonly RuntimeMembers runtime;
    private readonly TypeImporter types;
    private readonly LibraryClass library;
    private readonly Dictionary<int, VariableDefinition> made = [], copies = [];
    private readonly HashSet<int> read, written;

    public TensorCode(Il il, AccessCode access, LiftedVersion version, Plan plan, InputCode inputs, DimCode dims, TorchMembers torch, RuntimeMembers runtime, TypeImporter types, LibraryClass library)
    {
        (this.il, this.access, this.version, this.plan, this.inputs, this.dims) = (il, access, version, plan, inputs, dims);
        (this.torch, this.runtime, this.types, this.library) = (torch, runtime, types, library);
        KernelCall[] calls = [.. plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels)];
        read = [.. calls.SelectMany(k => k.Buffers)];
        written = [.. calls.SelectMany(k => k.Buffers.Where((_, i) => k.Kernel.Buffers[i].IsWritten))];
        foreach (PlanBuffer b in plan.Buffers.Where(b => b.Kind == BufferKind.Input && read.Contains(b.Id) && version.Copyable.Contains(b.Input)))
        {
            copies[b.Id] = il.Local(torch.Tensor);
        }

        foreach (PlanBuffer b in plan.Buffers.Where(b => b.Kind is BufferKind.Tensor or BufferKind.Extern))
        {
            made[b.Id] = il.Local(torch.Tensor);
            if (b.Kind == BufferKind.Extern && read.Contains(b.Id) && !written.Contains(b.Id))
            {
                copies[b.Id] = il.Local(torch.Tensor);
            }
        }
    }

    /// <summary>Sets every tensor of the call to null.</summary>
    public void Clear()
    {
        foreach (VariableDefinition local in made.Values.Concat(copies.Values))
        {
            il.Null();
            il.Store(local);
        }
    }

    /// <summary>Gives the data pointers of inputs to the regions.</summary>
    public void ShowInputs()
    {
        foreach (PlanBuffer b in plan.Buffers.Where(b => b.Kind == BufferKind.Input && b.Input < version.Inputs.Length && read.Contains(b.Id)))
        {
            Instruction done = Il.Label();
            if (copies.TryGetValue(b.Id, out VariableDefinition? copy))
            {
                Instruction isContiguous = Il.Label();
                inputs.Frame.PushDataOf(il, inputs.Tensors.IndexOf(b.Input));
                il.Op(OpCodes.Ldind_I);
                il.Jump(OpCodes.Brtrue, isContiguous);
                access.Load(version.Inputs[b.Input]);
                il.CallVirtual(torch.OfTensor("contiguous"));
                il.Store(copy);
                Show(b.Id, copy);
                il.Jump(done);
                il.Mark(isContiguous);
            }

            inputs.Frame.PushBuffer(il, b.Id);
            inputs.Frame.PushDataOf(il, inputs.Tensors.IndexOf(b.Input));
            il.Op(OpCodes.Ldind_I);
            il.Op(OpCodes.Stind_I);
            il.Mark(done);
        }
    }

    /// <summary>Gives a place in a kept block to the regions.</summary>
    public void ShowKept(int buffer, VariableDefinition block, DimExpr offset)
    {
        inputs.Frame.PushBuffer(il, buffer);
        il.Load(block);
        il.CallVirtual(runtime.KeptResults);
        dims.Push(offset);
        il.Op(OpCodes.Conv_I);
        il.Op(OpCodes.Add);
        il.Op(OpCodes.Stind_I);
    }

    /// <summary>Pushes the tensor object.</summary>
    public void Push(int buffer)
    {
        PlanBuffer b = plan.Buffers[buffer];
        if (b.Kind == BufferKind.Input)
        {
            access.Load(version.Inputs[b.Input]);
        }
        else
        {
            il.Load(made[buffer]);
        }
    }

    /// <summary>Makes a tensor buffer and gives its data pointer to the regions.</summary>
    public void Allocate(int buffer)
    {
        PlanBuffer b = plan.Buffers[buffer];
        bool isStrided = !b.Strides.IsDefaultOrEmpty;
        if (isStrided)
        {
            PushArray(b.Type.Shape);
            PushArray(b.Strides);
        }
        else
        {
            PushSpan(b.Type.Shape, torch.Function("empty", "ReadOnlySpan<long>", "ScalarType?", "Device", "bool", "string[]").Parameters[0].ParameterType);
        }

        PushOptionalType(b.Type.DType);
        il.Field(OpCodes.Ldsfld, torch.Cpu);
        il.Bool(false);
        il.Null();
        il.Call(isStrided
            ? torch.Function("empty_strided", "long[]", "long[]", "ScalarType?", "Device", "bool", "string[]")
            : torch.Function("empty", "ReadOnlySpan<long>", "ScalarType?", "Device", "bool", "string[]"));
        il.Store(made[buffer]);
        if (read.Contains(buffer))
        {
            Show(buffer, made[buffer]);
        }
    }

    /// <summary>Takes the tensor on the stack as the result of a library call.</summary>
    public void Take(int buffer)
    {
        Keep(buffer);
        Settle(buffer);
    }

    /// <summary>Keeps the tensor on the stack as what a library call returned; <see cref="Settle"/> follows once it has been checked.</summary>
    public void Keep(int buffer) => il.Store(made[buffer]);

    /// <summary>Disposes a tensor that nobody needs, if there is one.</summary>
    public void Drop(VariableDefinition tensor) => FreeIfAny(tensor);

    /// <summary>Makes what a library call returned readable for kernels: contiguous, its data pointer given to the regions.</summary>
    public void Settle(int buffer)
    {
        if (!read.Contains(buffer))
        {
            return;
        }

        Instruction isDense = Il.Label(), done = Il.Label();
        il.Load(made[buffer]);
        il.CallVirtual(torch.OfTensor("is_contiguous"));
        il.Jump(OpCodes.Brtrue, isDense);
        if (copies.TryGetValue(buffer, out VariableDefinition? copy))
        {
            // The tensor itself stays: it may be a view that the caller gets.
            il.Load(made[buffer]);
            il.CallVirtual(torch.OfTensor("contiguous"));
            il.Store(copy);
            Show(buffer, copy);
            il.Jump(done);
        }
        else
        {
            VariableDefinition old = il.Local(torch.Tensor);
            il.Load(made[buffer]);
            il.Store(old);
            il.Load(old);
            il.CallVirtual(torch.OfTensor("contiguous"));
            il.Store(made[buffer]);
            il.Load(old);
            il.CallVirtual(torch.OfTensor("Dispose"));
        }

        il.Mark(isDense);
        Show(buffer, made[buffer]);
        il.Mark(done);
    }

    /// <summary>Frees a tensor whose last use has passed.</summary>
    public void Free(int buffer)
    {
        il.Load(made[buffer]);
        il.CallVirtual(torch.OfTensor("Dispose"));
        il.Null();
        il.Store(made[buffer]);
        FreeCopy(buffer);
    }

    /// <summary>Frees what only kernels needed, once all is done.</summary>
    public void FreeCopies()
    {
        HashSet<int> freed = [.. plan.Steps.OfType<FreeStep>().Select(f => f.Buffer)];
        foreach (int buffer in copies.Keys.Where(b => !freed.Contains(b)))
        {
            FreeCopy(buffer);
        }
    }

    /// <summary>Frees whatever there is.</summary>
    public void FreeAll()
    {
        foreach (VariableDefinition local in made.Values.Concat(copies.Values))
        {
            FreeIfAny(local);
        }
    }

    /// <summary>Pushes sizes as a span over the frame.</summary>
    public void PushSpan(ImmutableArray<DimExpr> shape, TypeReference span)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            inputs.Frame.PushShape(il, i);
            dims.Push(shape[i]);
            il.Op(OpCodes.Stind_I8);
        }

        inputs.Frame.PushShape(il);
        il.Int(shape.Length);
        il.New(CoreMembers.Instance(span, ".ctor", types.Module.TypeSystem.Void, new PointerType(types.Module.TypeSystem.Void), types.Module.TypeSystem.Int32));
    }

    /// <summary>Pushes sizes as an array: a shared one when they are known.</summary>
    public void PushArray(ImmutableArray<DimExpr> sizes)
    {
        if (sizes.All(d => d.Constant is not null))
        {
            il.Field(OpCodes.Ldsfld, library.Longs([.. sizes.Select(d => d.Constant!.Value)]));
            return;
        }

        il.NewArray(types.Module.TypeSystem.Int64, sizes.Length, i => dims.Push(sizes[i]));
    }

    /// <summary>Pushes a <c>ScalarType?</c>.</summary>
    public void PushOptionalType(DType type)
    {
        var optional = (GenericInstanceType)torch.Function("empty", "ReadOnlySpan<long>", "ScalarType?", "Device", "bool", "string[]").Parameters[1].ParameterType;
        il.Int(TorchMembers.NumberOf(type));
        il.New(Nullable(optional));
    }

    /// <summary>The constructor of a <c>T?</c>.</summary>
    public MethodReference Nullable(GenericInstanceType optional) => CoreMembers.Instance(optional, ".ctor", types.Module.TypeSystem.Void, types.TypeParameter(0));

    private void Show(int buffer, VariableDefinition tensor)
    {
        inputs.Frame.PushBuffer(il, buffer);
        il.Load(tensor);
        il.CallVirtual(torch.OfTensor("get_Handle"));
        il.Call(runtime.DataOf);
        il.Op(OpCodes.Stind_I);
    }

    private void FreeCopy(int buffer)
    {
        if (copies.TryGetValue(buffer, out VariableDefinition? copy))
        {
            FreeIfAny(copy);
            il.Null();
            il.Store(copy);
        }
    }

    private void FreeIfAny(VariableDefinition local)
    {
        Instruction none = Il.Label();
        il.Load(local);
        il.Jump(OpCodes.Brfalse, none);
        il.Load(local);
        il.CallVirtual(torch.OfTensor("Dispose"));
        il.Mark(none);
    }
}
