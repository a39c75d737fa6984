using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Constructors that cannot be followed in full: long loops that compute tables are left early, statements that nobody can follow are
/// left out, and what they would have written is unknown. Nothing that is known of the object is certain then.
/// </summary>
public sealed partial class Interpreter
{
    // Instructions of a loop that makes tables, and how many more for each module or parameter that it makes; of a loop that turned out to be one before.
    private const int LongLoop = 20_000, ForStructure = 5_000, KnownLoop = 2_000;

    private int made; // modules so far

    /// <summary>A statement of a constructor that cannot be followed is left out.</summary>
    public bool SkipsStatements { get; init; }

    // A loop as it is turning: what objects held when it had run for half of its time.
    private sealed class Turning(int start, int made)
    {
        public int Start { get; } = start;

        public int Made { get; } = made;

        public Dictionary<Instance, Instance>? Before { get; set; }

        public AbstractValue?[] Locals { get; set; } = [];
    }

    private readonly Dictionary<(Frame, Instruction), Turning> turning = [];

    // Whether the jump back that ends a turn is not taken, since the loop has been followed for long enough.
    private bool LeavesLoop(Frame frame, Instruction at)
    {
        if (!turning.TryGetValue((frame, at), out Turning? loop))
        {
            turning[(frame, at)] = loop = new Turning(instructions, made);
        }

        int limit = Shared.Budget.LongLoops.Contains(at) ? KnownLoop : LongLoop;
        int run = instructions - loop.Start - (ForStructure * (made - loop.Made));
        if (run < limit / 2)
        {
            return false;
        }

        if (loop.Before is null)
        {
            (loop.Before, loop.Locals) = (Reachable().ToDictionary(i => i, i => i.Copy()), [.. frame.Locals]);
            return false;
        }

        if (run < limit)
        {
            return false;
        }

        Shared.Budget.LongLoops.Add(at);
        turning.Remove((frame, at));
        Doubt();
        for (int i = 0; i < frame.Locals.Length; i++)
        {
            if (!Equals(frame.Locals[i], loop.Locals[i]))
            {
                frame.Locals[i] = Left(frame.Method.Body.Variables[i].VariableType);
            }
        }

        foreach (Instance instance in Reachable())
        {
            instance.Settled.Clear();
            if (loop.Before.TryGetValue(instance, out Instance? before))
            {
                Forget(instance, before);
            }
        }

        return true;
    }

    private static Unknown Left(TypeReference? type) => new(type, "a loop that is too long to follow");

    // What the turns have changed, more of them would change further.
    private static void Forget(Instance instance, Instance before)
    {
        foreach ((string key, AbstractValue value) in instance.Fields.ToArray())
        {
            if (!before.Fields.TryGetValue(key, out AbstractValue? old) || !Equals(old, value))
            {
                instance.Fields[key] = Left(null);
            }
        }

        if (instance.Items is not { } items || instance.Part is not null || before.Items is not { } had || items.SequenceEqual(had))
        {
            return;
        }

        instance.Items = items.Count == had.Count && instance.Type is ArrayType array ? [.. items.Select(_ => (AbstractValue)Left(array.ElementType))] : null;
        instance.Keys = null;
    }

    // All objects that the constructors that are running may change.
    private HashSet<Instance> Reachable()
    {
        var reached = new HashSet<Instance>();
        var open = new Stack<AbstractValue>(frames.SelectMany(f => f.Locals.Concat(f.Arguments)).OfType<AbstractValue>().Concat(statics.Values.SelectMany(s => s.Values)));
        while (open.TryPop(out AbstractValue? value))
        {
            Instance? instance = value switch
            {
                ObjectRef o => o.Instance,
                DelegateRef { Target: ObjectRef target } => target.Instance,
                Boxed { Content: ObjectRef content } => content.Instance,
                _ => null,
            };
            if (instance is null || !reached.Add(instance))
            {
                continue;
            }

            foreach (AbstractValue part in instance.Fields.Values.Concat(instance.Items ?? []).Concat(instance.Keys ?? []).Concat(instance.Facts.Values))
            {
                open.Push(part);
            }
        }

        return reached;
    }

    // Goes on with the next statement of a constructor, or of what it calls for its effect; false where the failure ends it.
    private bool Skips(Frame frame, LiftException failure)
    {
        if (!SkipsStatements || !frame.Method.IsVoid() || failure.Rule == Rules.UnboundedLoop)
        {
            return false;
        }

        Doubt();
        string reason = $"the constructor of {frame.Method.DeclaringType.Name} could not be followed: {failure.Message}";
        (IEnumerable<Instruction> skipped, Instruction? next) = Statements.Of(frame.Method).Around(frame.Current);
        Instance? self = frame.Method.HasThis && frame.Arguments[0] is ObjectRef { Access: null, Instance: var o } ? o : null;
        foreach (Instruction i in skipped)
        {
            switch (i.Operand)
            {
                case FieldReference field when i.OpCode.Code == Code.Stfld && self is not null:
                    self.Fields[Key(field)] = new Unknown(Generics.Fill(field.FieldType, frame.Fill(field.DeclaringType), frame.MethodArguments), reason);
                    self.Settled.Remove(Key(field));
                    break;
                case VariableDefinition or null when i.OpCode.Code is (>= Code.Stloc_0 and <= Code.Stloc_3) or Code.Stloc_S or Code.Stloc or Code.Ldloca or Code.Ldloca_S:
                    int local = LocalIndex(i);
                    frame.Locals[local] = new Unknown(frame.Fill(frame.Method.Body.Variables[local].VariableType), reason);
                    break;
            }
        }

        frame.ClearStack();
        frame.Current = next ?? frame.Method.Body.Instructions[^1];
        return next is not null;
    }
}
