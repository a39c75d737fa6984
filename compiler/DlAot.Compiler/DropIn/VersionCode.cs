using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Freezing;
using DlAot.Compiler.Lifting;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>What a version's method says when it did not run: in bits 48 and up a stage, below that what the runtime said.</summary>
/// <param name="Reasons">In words, by stage - 1; null where the runtime has the words.</param>
/// <param name="TensorStage">The stage whose low bits are a verdict of TensorGuards.</param>
/// <param name="RegionStage">The stage whose low bits are a region's status.</param>
/// <param name="Ties">What must hold before the method is touched: it may name members that another build does not have.</param>
internal sealed record VersionOutcome(MethodDefinition Method, ImmutableArray<string?> Reasons, int TensorStage, int RegionStage, ImmutableArray<Tie> Ties);

/// <summary>
/// Writes a compiled version as a private method <c>long version(arguments, out result)</c>: 0 when it ran; otherwise nothing
/// observable has happened and the result is the reason, the larger the farther it got.
/// </summary>
internal sealed class VersionCode
{
    private const int StageShift = 48;

    private readonly DropInContext context;
    private readonly LiftedMethod lifted;
    private readonly LiftedVersion version;
    private readonly Plan plan;
    private readonly MethodDefinition method;
    private readonly Il il;
    private readonly AccessCode access;
    private readonly InputCode inputs;
    private readonly DimCode dims;
    private readonly TensorCode tensors;
    private readonly List<(Instruction Label, string? Reason)> misses = [];

    private readonly FrozenPart? part;
    private readonly MethodDefinition? frozen;

    /// <param name="frozen">The method that gives what the version keeps.</param>
    public VersionCode(DropInContext context, LiftedMethod lifted, CompiledVersion compiled, string name, MethodDefinition? frozen = null)
    {
        (part, this.frozen) = (compiled.Frozen, frozen);
        (this.context, this.lifted, version, plan) = (context, lifted, compiled.Lifted, compiled.Plan);
        TypeSystem basic = context.Types.Module.TypeSystem;
        MethodDefinition original = lifted.Method;
        method = new MethodDefinition(name, MethodAttributes.Private | MethodAttributes.HideBySig | (original.Attributes & MethodAttributes.Static), basic.Int64) { HasThis = original.HasThis };
        foreach (ParameterDefinition p in original.Parameters)
        {
            method.Parameters.Add(new ParameterDefinition(p.Name, ParameterAttributes.None, p.ParameterType));
        }

        method.Parameters.Add(new ParameterDefinition("result", ParameterAttributes.Out, new ByReferenceType(original.ReturnType)));
        context.MarkGenerated(method);
        method.Body.InitLocals = false;
        il = new Il(method.Body);
        access = new AccessCode(il, method, context.World, context.Types, context.Runtime);
        inputs = new InputCode(il, access, context.World, version, plan);
        inputs.Frame.Declare(il, basic.Int64);
        dims = new DimCode(il, inputs.Frame, context.Library, context.Core);
        tensors = new TensorCode(il, access, version, plan, inputs, dims, context.Torch, context.Runtime, context.Types, context.Library);
    }

    private ParameterDefinition Result => method.Parameters[^1];

    /// <exception cref="StubException">Something in it has no counterpart in IL.</exception>
    public VersionOutcome Write()
    {
        RequireRepeatable();
        HashSet<ModuleDefinition> used = context.World.Used = [];
        var guards = new GuardCode(il, access, context.World, context.Types, context.Core, context.Library, context.Runtime, context.Torch);
        foreach (Guard guard in version.Guards.Where(g => !g.Proved))
        {
            guards.Check(guard, Miss($"'{guard}' does not hold"));
        }

        inputs.ReadScalars(Miss("an integer is too large for a size"));
        Instruction tensorMiss = Miss(null), regionMiss;
        int tensorStage = misses.Count;
        VariableDefinition verdict = il.Local(context.Types.Module.TypeSystem.Int32);
        inputs.CheckTensors(context.Library, context.Runtime);
        il.Store(verdict);
        il.Load(verdict);
        il.Jump(OpCodes.Brtrue, tensorMiss);
        string[] conditions = [.. inputs.Conditions];
        Instruction[] conditionMisses = [.. conditions.Select(c => Miss($"'{c}' does not hold"))];
        inputs.CheckConditions(dims, i => conditionMisses[i]);
        regionMiss = Miss(null);
        int regionStage = misses.Count;
        new BodyCode(context, il, version, plan, access, inputs, dims, tensors) { Kept = FindKept() }.Write(Result, verdict, regionMiss, Miss);
        inputs.Frame.Finish(context.Library);
        WriteMisses(verdict, tensorStage, regionStage);
        return new VersionOutcome(method, [.. misses.Select(m => m.Reason)], tensorStage, regionStage, [.. version.Ties.Union(Tie.To(used))]);
    }

    // A local with what is kept, and where each of the plan's further inputs lies in it.
    private (VariableDefinition Block, FrozenPart Part)? FindKept()
    {
        if (part is null)
        {
            return null;
        }

        VariableDefinition block = il.Local(context.Runtime.KeptBlock);
        il.LoadThis();
        il.Call(frozen!);
        il.Store(block);
        il.Load(block);
        il.Jump(OpCodes.Brfalse, Miss("what depends on parameters alone could not be computed"));
        return (block, part);
    }

    /// <summary>The stage in a version's answer.</summary>
    public static void PushStage(Il il)
    {
        il.Int(StageShift);
        il.Op(OpCodes.Shr);
        il.Op(OpCodes.Conv_I4);
    }

    // A check in a region hands over to the original body, which would repeat what the library did before.
    private void RequireRepeatable()
    {
        bool hasEffect = false;
        foreach (PlanStep step in plan.Steps)
        {
            bool isChecked = step is RegionStep region && region.Kernels.Any(k => !k.Kernel.Checks.IsEmpty) || step is ExternStep { Node.Op: var op } && op == Op.Extern;
            if (hasEffect && isChecked)
            {
                throw new StubException(Rules.StubNotWritten, lifted.Name, "a check would come after a side effect");
            }

            hasEffect |= step is ExternStep { Node: var node } && node.Op.Effect != EffectClass.Pure && !node.Attributes.Bool("pure");
        }
    }

    private Instruction Miss(string? reason)
    {
        Instruction label = Il.Label();
        misses.Add((label, reason));
        return label;
    }

    private void WriteMisses(VariableDefinition verdict, int tensorStage, int regionStage)
    {
        for (int stage = 1; stage <= misses.Count; stage++)
        {
            il.Mark(misses[stage - 1].Label);
            il.Long((long)stage << StageShift);
            if (stage == tensorStage)
            {
                // The tensor's position counts before what is wrong with it.
                il.Load(verdict);
                il.Int(0xffff);
                il.Op(OpCodes.And);
                il.Op(OpCodes.Conv_I8);
                il.Int(32);
                il.Op(OpCodes.Shl);
                il.Op(OpCodes.Or);
            }

            if (stage == tensorStage || stage == regionStage)
            {
                il.Load(verdict);
                il.Op(OpCodes.Conv_U8);
                il.Op(OpCodes.Or);
            }

            il.Return();
        }
    }
}
