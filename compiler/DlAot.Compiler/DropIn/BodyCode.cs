using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Freezing;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// Runs a plan's steps. With library calls among them everything is in a try block: an exception leaves no tensor and no
/// scratch memory behind, and the original body raises it again in its place. Without them nothing can throw.
/// </summary>
internal sealed class BodyCode(DropInContext context, Il il, LiftedVersion version, Plan plan, AccessCode access, InputCode inputs, DimCode dims, TensorCode tensors)
{
    // RegionRunner.NoArena
    private const int NoArena = -2, LibraryThrew = -3;

    /// <summary>What is kept of the parts that depend on parameters alone.</summary>
    public (VariableDefinition Block, FrozenPart Part)? Kept { get; init; }

    private readonly HashSet<int> allocated = [];
    private readonly List<Instruction> mismatches = [];
    private VariableDefinition? arena, mismatch;

    private bool IsGuarded => plan.Steps.OfType<ExternStep>().Any();

    // A single region rents its scratch memory itself.
    private bool RentsHere => !plan.ArenaBytes.IsZero && plan.Steps.OfType<RegionStep>().Count() > 1;

    /// <param name="result">Receives the method's result.</param>
    /// <param name="status">Receives the status of a region that fails.</param>
    /// <param name="failed">Where to go then.</param>
    /// <param name="missFor">Where to go for another reason, given in words.</param>
    public void Write(ParameterDefinition result, VariableDefinition status, Instruction failed, Func<string, Instruction> missFor)
    {
        TypeReference type = ((ByReferenceType)result.ParameterType).ElementType;
        VariableDefinition value = il.Local(type);
        if (RentsHere)
        {
            arena = il.Local(new PointerType(context.Types.Module.TypeSystem.Void));
            il.Int(0);
            il.Op(OpCodes.Conv_U);
            il.Store(arena);
        }

        tensors.Clear();
        tensors.ShowInputs();
        if (Kept is var (block, part))
        {
            foreach (PlanBuffer b in plan.Buffers.Where(b => b.Kind == BufferKind.Input && b.Input >= version.Inputs.Length))
            {
                tensors.ShowKept(b.Id, block, part.OffsetOf(b.Input - version.Inputs.Length));
            }
        }

        Instruction start = Il.Label(), handler = Il.Label(), end = Il.Label(), cleanUp = Il.Label(), cleanUpMismatch = Il.Label();
        mismatch = plan.Steps.OfType<ExternStep>().Any(s => s.Node.Op == Op.Extern) ? il.Local(context.Types.Module.TypeSystem.Int32) : null;
        il.Mark(start);
        WriteSteps(status, cleanUp, cleanUpMismatch, missFor);
        var results = new ResultCode(il, version, plan, access, tensors, dims, context);
        results.Push(version.Result, type);
        il.Store(value);
        var effects = new EffectCode(il, version.Effects, access, results, context);
        effects.Prepare();
        results.FreeUnused();
        inputs.KeepAlive(context.Core);
        if (Kept is var (used, _))
        {
            il.Load(used);
            il.Call(context.Core.KeepAlive);
        }

        if (IsGuarded)
        {
            il.Jump(OpCodes.Leave, end);
            il.Mark(handler);
            // The original raises it again, after what it does before.
            il.Op(OpCodes.Pop);
            FreeAll();
            il.Int(LibraryThrew);
            il.Store(status);
            il.Jump(OpCodes.Leave, failed);
            il.Mark(end);
            il.Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Catch)
            {
                TryStart = start,
                TryEnd = handler,
                HandlerStart = handler,
                HandlerEnd = end,
                CatchType = context.Types.Module.TypeSystem.Object,
            });
        }

        tensors.FreeCopies();
        GiveBack();
        effects.Commit();
        il.Load(result);
        il.Load(value);
        il.Type(OpCodes.Stobj, type);
        il.Call(context.Runtime.Hit);
        il.Long(0);
        il.Return();

        il.Mark(cleanUp);
        FreeAll();
        il.Jump(failed);
        if (mismatch is not null)
        {
            il.Mark(cleanUpMismatch);
            FreeAll();
            il.Load(mismatch);
            il.Switch([.. mismatches]);
            il.Jump(failed);
        }
    }

    private void WriteSteps(VariableDefinition status, Instruction cleanUp, Instruction cleanUpMismatch, Func<string, Instruction> missFor)
    {
        RequireBound(plan.ArenaBytes.Symbols);
        if (arena is not null)
        {
            Rent(status, cleanUp);
        }

        foreach (PlanStep step in plan.Steps)
        {
            RequireBound(PlanSizes.Of(plan, step).SelectMany(d => d.Symbols));
            switch (step)
            {
                case RegionStep region:
                    WriteRegion(region, status, cleanUp);
                    break;
                case ExternStep call:
                    foreach (int operand in call.Operands.Where(o => o >= 0))
                    {
                        Allocate(operand);
                    }

                    if (call.Node.Op == Op.Extern)
                    {
                        WriteKept(call, cleanUpMismatch, missFor);
                    }
                    else
                    {
                        new ExternCode(il, call, plan, tensors, dims, context.Torch).Write();
                    }

                    break;
                case FreeStep free:
                    tensors.Free(free.Buffer);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(status), step, "unknown step");
            }
        }
    }

    private void WriteKept(ExternStep call, Instruction cleanUpMismatch, Func<string, Instruction> missFor)
    {
        int number = mismatches.Count;
        mismatches.Add(missFor($"'{call.Node.Attributes.Get<string>("callee").Split('#')[0]}' ({call.Node.Location}) returned something else than was foreseen"));
        void Leave()
        {
            il.Int(number);
            il.Store(mismatch!);
            il.Jump(OpCodes.Leave, cleanUpMismatch);
        }

        new KeptCall(context, il, call, tensors, dims, Leave).Write(version, access);
        new ReturnedCode(context, il, version, plan, inputs, dims, tensors).Check(call, Leave);
        foreach (int result in call.Results)
        {
            tensors.Settle(result);
        }
    }

    // A size that a call returns must not be used before that call.
    private void RequireBound(IEnumerable<string> symbols)
    {
        if (symbols.FirstOrDefault(s => !inputs.IsBound(s)) is { } free)
        {
            throw new StubException(Rules.StubNotWritten, version.Graph.Name, $"the size {free} is used before it is known");
        }
    }

    private void WriteRegion(RegionStep region, VariableDefinition status, Instruction cleanUp)
    {
        foreach (int buffer in region.Kernels.SelectMany(k => k.Buffers).Distinct())
        {
            Allocate(buffer);
        }

        il.Field(OpCodes.Ldsfld, context.Library.Region(region.Region));
        inputs.Frame.PushBuffers(il);
        inputs.Frame.PushSymbols(il);
        if (arena is not null)
        {
            il.Load(arena);
            il.Call(context.Runtime.RunIn);
        }
        else
        {
            dims.Push(plan.ArenaBytes);
            il.Call(context.Runtime.Run);
        }

        il.Store(status);
        il.Load(status);
        JumpOut(OpCodes.Brtrue, cleanUp);
    }

    private void Allocate(int buffer)
    {
        if (plan.Buffers[buffer].Kind == BufferKind.Tensor && allocated.Add(buffer))
        {
            tensors.Allocate(buffer);
        }
    }

    private void Rent(VariableDefinition status, Instruction cleanUp)
    {
        Instruction done = Il.Label();
        VariableDefinition bytes = il.Local(context.Types.Module.TypeSystem.Int64);
        dims.Push(plan.ArenaBytes);
        il.Store(bytes);
        il.Load(bytes);
        il.Jump(OpCodes.Brfalse, done);
        il.Call(context.Runtime.CurrentArena);
        il.Load(bytes);
        il.CallVirtual(context.Runtime.Rent);
        il.Store(arena!);
        il.Int(NoArena);
        il.Store(status);
        il.Load(arena!);
        JumpOut(OpCodes.Brfalse, cleanUp);
        il.Mark(done);
    }

    // Out of a try block leads only "leave".
    private void JumpOut(OpCode condition, Instruction target)
    {
        if (!IsGuarded)
        {
            il.Jump(condition, target);
            return;
        }

        Instruction stay = Il.Label();
        il.Jump(condition == OpCodes.Brtrue ? OpCodes.Brfalse : OpCodes.Brtrue, stay);
        il.Jump(OpCodes.Leave, target);
        il.Mark(stay);
    }

    private void FreeAll()
    {
        tensors.FreeAll();
        GiveBack();
    }

    // Null is ignored.
    private void GiveBack()
    {
        if (arena is null)
        {
            return;
        }

        il.Call(context.Runtime.CurrentArena);
        il.Load(arena);
        il.CallVirtual(context.Runtime.GiveBack);
    }
}
