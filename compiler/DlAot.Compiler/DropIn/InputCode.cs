using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Reads the graph's inputs and checks tensors and sizes: one runtime call for all tensors, then conditions between sizes.</summary>
internal sealed class InputCode
{
    // TensorGuards of the runtime.
    public const int Contiguous = 1, GradientMatters = 4, NoDataUnlessContiguous = 8;

    private const int FetchData = 2, SizeIs = 1, BindSymbol = 2, SizeIsSymbol = 3;

    // Products of a few such numbers with sizes do not overflow.
    private const long MostHostNumber = int.MaxValue;

    private readonly Il il;
    private readonly AccessCode access;
    private readonly World world;
    private readonly LiftedVersion version;
    private readonly Plan plan;
    private readonly ImmutableArray<DimConstraint> constraints;
    private readonly List<DimConstraint> undecided; // conditions on sizes that calls return
    private readonly Dictionary<string, int> boundBy = new(StringComparer.Ordinal); // symbol: graph input, a scalar
    private readonly HashSet<string> bound = new(StringComparer.Ordinal);
    private readonly List<(DimExpr Dim, int Slot)> computed = [];

    public InputCode(Il il, AccessCode access, World world, LiftedVersion version, Plan plan)
    {
        (this.il, this.access, this.world, this.version, this.plan) = (il, access, world, version, plan);
        ImmutableArray<GraphInput> inputs = version.Graph.Inputs;
        Tensors = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Kind == InputKind.Tensor)];
        Scalars = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].Kind == InputKind.Scalar)];
        IEnumerable<DimExpr> sizes = inputs.SelectMany(i => i.Value.Shape).Concat(version.Graph.Constraints.SelectMany(c => new[] { c.Left, c.Right }))
            .Concat(version.Result.Sizes).Concat(version.Effects.SelectMany(e => e.Sizes));
        ImmutableArray<DimExpr> divisors = [.. sizes.Concat(PlanSizes.Of(plan)).SelectMany(DimCode.Divisors).Distinct()];

        // A division by 0 is a miss, and known to be none before any other condition is computed.
        ImmutableArray<DimConstraint> all = [.. divisors.Select(d => new DimConstraint(ConstraintKind.NotEqual, d, DimExpr.Zero, SourceLocation.None)), .. version.Graph.Constraints];
        HashSet<string> late = [.. version.Graph.LateSymbols.Keys];
        constraints = [.. all.Where(c => !SymbolsOf(c).Any(late.Contains))];
        undecided = [.. all.Where(c => SymbolsOf(c).Any(late.Contains))];
        Frame = new FrameLayout(plan, Tensors.Length, sizes.SelectMany(d => d.Symbols));
        foreach (int i in Scalars.Where(i => inputs[i].Value.DType == DType.I64))
        {
            foreach (string symbol in new[] { "$" + inputs[i].Name, inputs[i].Name }.Where(Frame.Symbols.Contains))
            {
                boundBy[symbol] = i;
            }
        }
    }

    public FrameLayout Frame { get; }

    /// <summary>Graph inputs that are tensors, in order: the tensors of the runtime's check.</summary>
    public ImmutableArray<int> Tensors { get; }

    public ImmutableArray<int> Scalars { get; }

    /// <summary>Conditions in words, in the order of <see cref="CheckConditions"/>.</summary>
    public IEnumerable<string> Conditions => constraints.Select(c => c.ToString()).Concat(computed.Select(c => $"a size is {c.Dim}"));

    /// <summary>Stores the numbers among the inputs; one that is too large for size arithmetic jumps away.</summary>
    public void ReadScalars(Instruction miss)
    {
        if (!plan.Scalars.SequenceEqual(Scalars.Select(i => version.Graph.Inputs[i].Value.DType)))
        {
            throw new StubException(Rules.StubNotWritten, "the plan's scalars", "they are not those of the graph");
        }

        for (int k = 0; k < Scalars.Length; k++)
        {
            GraphInput input = version.Graph.Inputs[Scalars[k]];
            Access path = version.Inputs[Scalars[k]];
            Frame.PushSlot(il, Frame.SlotOfScalar(k));
            access.Load(path);
            Numbers.Convert(il, world, path.Type, input.Value.DType.IsFloat(), path);
            il.Op(input.Value.DType.IsFloat() ? OpCodes.Stind_R8 : OpCodes.Stind_I8);
            foreach (string symbol in boundBy.Where(b => b.Value == Scalars[k]).Select(b => b.Key))
            {
                Frame.PushSlot(il, Frame.SlotOf(symbol));
                Frame.PushSlot(il, Frame.SlotOfScalar(k));
                il.Op(OpCodes.Ldind_I8);
                il.Op(OpCodes.Stind_I8);
                foreach ((OpCode beyond, long limit) in new[] { (OpCodes.Bgt, MostHostNumber), (OpCodes.Blt, DimExpr.IsHostNumber(symbol) ? -MostHostNumber : 0) })
                {
                    Frame.PushSlot(il, Frame.SlotOf(symbol));
                    il.Op(OpCodes.Ldind_I8);
                    il.Long(limit);
                    il.Jump(beyond, miss);
                }
            }
        }
    }

    /// <summary>Pushes the runtime's verdict on all tensors, 0 when they are right; symbols are bound then and data pointers fetched.</summary>
    public void CheckTensors(LibraryClass library, RuntimeMembers runtime)
    {
        int[] specification = Specification();
        for (int t = 0; t < Tensors.Length; t++)
        {
            Frame.PushHandle(il, t);
            access.Load(version.Inputs[Tensors[t]]);
            il.Call(library.HandleOf);
            il.Op(OpCodes.Stind_I);
        }

        Frame.PushHandles(il);
        il.Int(Tensors.Length);
        il.Field(OpCodes.Ldsflda, library.Specification(specification));
        il.Op(OpCodes.Conv_U);
        Frame.PushSymbols(il);
        Frame.PushData(il);
        il.Call(runtime.Check);
    }

    /// <summary>Whether an input, or a call written so far, has given the symbol its value.</summary>
    public bool IsBound(string symbol) => bound.Contains(symbol);

    /// <summary>Conditions on sizes that calls have returned, once all of a condition's sizes are there; each is given once.</summary>
    public ImmutableArray<DimConstraint> TakeDecidable()
    {
        ImmutableArray<DimConstraint> decidable = [.. undecided.Where(c => SymbolsOf(c).All(bound.Contains))];
        undecided.RemoveAll(decidable.Contains);
        return decidable;
    }

    /// <summary>Checks conditions between sizes of inputs; the one that does not hold jumps to its own label.</summary>
    public void CheckConditions(DimCode dims, Func<int, Instruction> missOf) => CheckConditions(dims, constraints, computed, missOf);

    /// <summary>Checks conditions, and then sizes against what they must be.</summary>
    public void CheckConditions(DimCode dims, ImmutableArray<DimConstraint> conditions, List<(DimExpr Dim, int Slot)> sizes, Func<int, Instruction> missOf)
    {
        for (int i = 0; i < conditions.Length; i++)
        {
            DimConstraint c = conditions[i];
            if (c.Kind == ConstraintKind.Divisible && c.Right.Constant is null or 0)
            {
                dims.Push(c.Right);
                il.Jump(OpCodes.Brfalse, missOf(i));
            }

            dims.Push(c.Left);
            dims.Push(c.Right);
            if (c.Kind == ConstraintKind.Divisible)
            {
                il.Op(OpCodes.Rem);
                il.Jump(OpCodes.Brtrue, missOf(i));
                continue;
            }

            il.Jump(
                c.Kind switch
                {
                    ConstraintKind.Equal => OpCodes.Bne_Un,
                    ConstraintKind.NotEqual => OpCodes.Beq,
                    ConstraintKind.AtLeast => OpCodes.Blt,
                    _ => throw new StubException(Rules.StubNotWritten, c.Location, c, "this condition is not known"),
                },
                missOf(i));
        }

        for (int i = 0; i < sizes.Count; i++)
        {
            dims.Push(sizes[i].Dim);
            Frame.PushSlot(il, sizes[i].Slot);
            il.Op(OpCodes.Ldind_I8);
            il.Jump(OpCodes.Bne_Un, missOf(conditions.Length + i));
        }
    }

    /// <summary>Keeps the tensors alive up to here: the runtime saw only their handles.</summary>
    public void KeepAlive(CoreMembers core)
    {
        foreach (int i in Tensors)
        {
            access.Load(version.Inputs[i]);
            il.Call(core.KeepAlive);
        }
    }

    private int[] Specification()
    {
        HashSet<int> read = [.. plan.Steps.OfType<RegionStep>().SelectMany(r => r.Kernels).SelectMany(k => k.Buffers)];
        ILookup<int, PlanBuffer> buffers = plan.Buffers.Where(b => b.Kind == BufferKind.Input).ToLookup(b => b.Input);
        bound.UnionWith(boundBy.Keys);
        var stream = new List<int>();
        foreach (int i in Tensors)
        {
            TensorType type = version.Graph.Inputs[i].Value.Type;
            int order = !buffers[i].Any() ? 0 : version.Copyable.Contains(i) ? NoDataUnlessContiguous : Contiguous;
            Describe(stream, computed, type, order | (buffers[i].Any(b => read.Contains(b.Id)) ? FetchData : 0) | (type.DType.IsFloat() ? GradientMatters : 0));
        }

        string? free = Frame.Symbols.FirstOrDefault(s => !bound.Contains(s) && !version.Graph.LateSymbols.ContainsKey(s));
        return free is null ? [.. stream] : throw new StubException(Rules.StubNotWritten, free, "no input has this size");
    }

    /// <summary>Appends what a tensor must be, in the form of the runtime's check; symbols met for the first time get their values from it.</summary>
    /// <param name="sizes">Receives sizes to compare after the check.</param>
    public void Describe(List<int> stream, List<(DimExpr Dim, int Slot)> sizes, TensorType type, int flags)
    {
        stream.AddRange([TorchMembers.NumberOf(type.DType), type.Rank, flags]);
        foreach (DimExpr dim in type.Shape)
        {
            (int kind, int value) = Pair(dim, sizes);
            stream.AddRange([kind, value]);
        }
    }

    private static IEnumerable<string> SymbolsOf(DimConstraint c) => c.Left.Symbols.Concat(c.Right.Symbols);

    private (int Kind, int Value) Pair(DimExpr dim, List<(DimExpr Dim, int Slot)> sizes)
    {
        if (dim.Constant is >= 0 and <= int.MaxValue and long size)
        {
            return (SizeIs, (int)size);
        }

        if (dim.SymbolName is { } symbol)
        {
            return (bound.Add(symbol) ? BindSymbol : SizeIsSymbol, Frame.SlotOf(symbol));
        }

        int slot = Frame.AddSlot();
        sizes.Add((dim, slot));
        return (BindSymbol, slot);
    }
}
