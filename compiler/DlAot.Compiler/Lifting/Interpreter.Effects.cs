using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Writes to the outside world: seen at once by the reads that follow, done at the end of the compiled call. And what the values of
/// tensors must be for that: checked when they are known.
/// </summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<(Instance, string), AbstractValue> written = [];
    private readonly Dictionary<string, AbstractValue> writtenStatics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Access>> writers = new(StringComparer.Ordinal); // by field
    private readonly List<Func<OutputBuilder, Effect>> effects = [];
    private readonly Dictionary<string, PlaceState> state = new(StringComparer.Ordinal);

    /// <summary>Places outside that the call writes, by <see cref="Access.Key"/>.</summary>
    internal IReadOnlyDictionary<string, PlaceState> State => state;

    /// <summary>The effects in order; their values become outputs.</summary>
    internal IEnumerable<Effect> BuildEffects(OutputBuilder builder)
    {
        RequireRestored();
        return effects.Select(e => e(builder));
    }

    private void StoreOutside(ObjectRef owner, FieldReference field, TypeReference type, AbstractValue value)
    {
        Access at = owner.Access!;
        if (owner.Instance.IsStruct)
        {
            throw Fail(Rules.SideEffect, new Access.Field(at, field, type));
        }

        RequireOneWriter(at, field);
        writers.TryAdd(Key(field), []);
        writers[Key(field)].Add(at);
        written[(owner.Instance, Key(field))] = value;
        Remember(new Access.Field(at, field, type), value);
        effects.Add(b => new Effect.StoreField(at, field, type, b.Build(value, type)));
    }

    // Another path to the field may lead to the same object.
    private void RequireOneWriter(Access at, FieldReference field)
    {
        foreach (Access other in writers.GetValueOrDefault(Key(field)) ?? [])
        {
            if (other.Key != at.Key)
            {
                AddGuard(new Guard.NotSame(at, other, Location));
            }
        }
    }

    private readonly HashSet<Access> writtenTensors = [];

    /// <summary>Elements of a tensor from outside are replaced.</summary>
    internal void WriteOutside(Access place, ImmutableArray<Node> path, Value written)
    {
        writtenTensors.Add(place);
        effects.Add(b => new Effect.WriteTensor(place, b.Known(path), b.Hidden(written)));
    }

    /// <summary>What is written to one tensor must not be seen through another that was read before.</summary>
    internal void RequireDisjoint()
    {
        Access[] written = [.. writtenTensors.DistinctBy(p => p.Key)], others = [.. inputs.Where(i => Reading.World.IsTensor(i.Type) && written.All(w => w.Key != i.Key))];
        if (written.Length > 0 && written.Length + others.Length > 1)
        {
            AddGuard(new Guard.Disjoint(written[0], [.. written], [.. others], Location));
        }
    }

    private void Remember(Access place, AbstractValue value) =>
        state[place.Key] = new PlaceState(place.Type, reads.GetValueOrDefault($"{place.Key}:{place.Type.FullName}"), value);

    private void StoreStaticOutside(FieldReference field, TypeReference type, AbstractValue value)
    {
        writtenStatics[field.FullName] = value;
        Remember(new Access.Static(field, type), value);
        effects.Add(b => new Effect.StoreStatic(field, type, b.Build(value, type)));
    }

    /// <summary>A call without a result that the method needs, done at the end in its turn.</summary>
    internal void CallLater(MethodReference method, Access? receiver, params (AbstractValue Value, TypeReference Type)[] arguments) =>
        effects.Add(b => new Effect.Call(method, receiver, [.. arguments.Select(a => b.Build(a.Value, a.Type))]));

    private readonly List<Value> requirements = [];
    private readonly List<int> valueDecisions = [];

    /// <summary>Which decisions were about values of tensors.</summary>
    internal IReadOnlyList<int> ValueDecisions => valueDecisions;

    private readonly List<ImmutableArray<CodePlace>> loopExits = [], countExits = [];

    /// <summary>Where values of tensors decided how often a loop runs.</summary>
    internal IEnumerable<ImmutableArray<CodePlace>> LoopExits => loopExits;

    /// <summary>Where numbers and sizes that the caller gives decided how often a loop runs.</summary>
    internal IEnumerable<ImmutableArray<CodePlace>> CountExits => countExits;

    private void NoteLoopExit(List<ImmutableArray<CodePlace>> exits)
    {
        if (frames.TryPeek(out Frame? frame) && IsLoopExit(frame.Method, frame.Current))
        {
            exits.Add([.. frames.Select(f => new CodePlace(f.Method, f.Current))]);
        }
    }

    // A branch within the reach of a jump back, to outside of it or the jump itself.
    private static bool IsLoopExit(MethodDefinition method, Instruction branch) => branch.Operand is Instruction goal && method.Body.Instructions.Any(back =>
        back.Operand is Instruction start && start.Offset <= branch.Offset && back.Offset >= branch.Offset && (back == branch || goal.Offset > back.Offset || goal.Offset < start.Offset));

    /// <summary>The graph's conditions on values as one output that cannot be computed when one fails; null when there are none.</summary>
    internal Value? Requirement()
    {
        if (requirements.Count == 0)
        {
            return null;
        }

        // An index beyond the end is checked by every kernel, and makes the original body run.
        Value all = requirements.Aggregate((a, b) => Builder.Add(Op.And, a, b));
        Value index = Builder.Add(Op.Where, all, Builder.Constant(0, DType.I64), Builder.Constant(1, DType.I64));
        Value one = Builder.Add(Op.Full, Attributes.Of(("shape", ImmutableArray.Create<DimExpr>(1)), ("value", 1.0), ("dtype", DType.Bool)));
        return Builder.Add(Op.Take, Attributes.Of(("dim", 0L)), one, index);
    }

    private void Require(Value condition, bool outcome) => requirements.Add(outcome ? condition : Builder.Add(Op.Not, condition));

    private Value ConditionOf(Comparison c)
    {
        DType type = IsInteger(c.Left) && IsInteger(c.Right) ? DType.I64 : DType.F64;
        OpDef op = c.Kind switch
        {
            ComparisonKind.Equal => Op.Eq,
            ComparisonKind.NotEqual => Op.Ne,
            ComparisonKind.Less => Op.Lt,
            ComparisonKind.LessOrEqual => Op.Le,
            ComparisonKind.Greater => Op.Gt,
            _ => Op.Ge,
        };
        return Builder.Add(op, AsGraphNumber(c.Left, type), AsGraphNumber(c.Right, type));
    }
}
