using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Runs IL over abstract values. In the constructor phase it builds the abstract object that a constructor makes; in the method
/// phase it builds the graph, and every read of the outside world becomes an input or a guard.
/// </summary>
public sealed partial class Interpreter
{
    private const int InstructionBudget = 400_000, NodeBudget = 20_000;
    private const int DepthLimit = 100;

    private readonly Stack<Frame> frames = new();
    private readonly Dictionary<string, Dictionary<string, AbstractValue>> statics;
    private int instructions;
    private SourceLocation returned = SourceLocation.None;

    public Interpreter(World world, GraphBuilder builder, Decisions decisions, bool isConstructorPhase, SharedState? shared = null)
    {
        World = world;
        Builder = builder;
        Decisions = decisions;
        IsConstructorPhase = isConstructorPhase;
        Shared = shared ?? new SharedState();
        Layouts = new Layouts(builder, RequireDense);
        statics = Shared.Statics;
    }

    public World World { get; }

    public GraphBuilder Builder { get; }

    public Decisions Decisions { get; }

    /// <summary>True while objects are made by interpreting constructors: nothing is read from outside and failures give unknowns.</summary>
    public bool IsConstructorPhase { get; }

    /// <summary>Guesses and static fields, common to both phases.</summary>
    public SharedState Shared { get; }

    internal Layouts Layouts { get; }

    /// <summary>The dispose scope that new tensors go to; null is the caller's.</summary>
    public DisposeScope? Scope { get; set; }

    /// <summary>Where the user's program is now.</summary>
    public SourceLocation Location => frames.Count > 0 ? frames.Peek().Location : returned;

    public LiftException Fail(DiagnosticRule rule, params object?[] details) => new(rule, Location, details);

    /// <summary>Interprets a call of exactly this method.</summary>
    public AbstractValue? Invoke(MethodDefinition method, TypeReference declaring, IReadOnlyList<TypeReference>? methodArguments, AbstractValue[] arguments)
    {
        if (!method.HasCode())
        {
            throw new LiftException(Rules.UnknownCall, frames.Count > 0 ? Location : Frame.StartOf(method), Describe(method));
        }

        if (!IsConstructorPhase && frames.Count > 0 && Instances.Annotations.EagerPlace(method) is { } eager)
        {
            throw Fail(Rules.EagerCall, Describe(method), eager);
        }

        if (frames.Count >= DepthLimit || frames.Count(f => f.Method == method && IsSameCall(f.Called, arguments)) > 0)
        {
            throw Fail(Rules.Recursion, Describe(method));
        }

        if (frames.Count > 0)
        {
            Shared.Calling?.Invoke(method, arguments, Location);
        }

        var frame = new Frame(method, declaring, methodArguments, arguments);
        frames.Push(frame);
        try
        {
            return Run(frame);
        }
        catch (LiftException e) when (e.Pass(frame))
        {
            throw;
        }
        catch (HypothesisException e) when (e.Otherwise.Pass(frame))
        {
            throw;
        }
        catch (OverflowException)
        {
            throw Fail(Rules.UnsupportedInstruction, "size arithmetic beyond 64 bits");
        }
        finally
        {
            frames.Pop();
        }
    }

    /// <summary>Interprets a method from some instruction on, with locals that nobody knows.</summary>
    public void Follow(MethodDefinition method, Instruction start, AbstractValue[] arguments)
    {
        var frame = new Frame(method, method.DeclaringType, null, arguments) { Current = start };
        foreach (VariableDefinition local in method.Body.Variables)
        {
            frame.Locals[local.Index] = new Unknown(local.VariableType, "a local variable");
        }

        frames.Push(frame);
        try
        {
            Run(frame);
        }
        finally
        {
            frames.Pop();
        }
    }

    internal static string Describe(MethodReference m) => $"{m.DeclaringType.GetElementType().Name.Split('`')[0]}.{m.Name}";

    // The same method with other arguments is nesting (a Block inside a Block, one step less), with the same ones it is endless.
    private static bool IsSameCall(AbstractValue[] a, AbstractValue[] b) => a.Length == b.Length && a.Zip(b).All(p => (p.First, p.Second) switch
    {
        (ObjectRef x, ObjectRef y) => ReferenceEquals(x.Instance, y.Instance),
        (TensorRef x, TensorRef y) => ReferenceEquals(x.Object, y.Object),
        var (x, y) => Equals(x, y),
    });

    private AbstractValue? Run(Frame frame)
    {
        // Instructions to go on with after finally blocks entered by a leave.
        var pending = new Stack<Instruction>();
        while (true)
        {
            try
            {
                return Run(frame, pending);
            }
            catch (LiftException e) when (IsConstructorPhase && Skips(frame, e))
            {
                // The next statement may be easier.
            }
        }
    }

    private AbstractValue? Run(Frame frame, Stack<Instruction> pending)
    {
        while (true)
        {
            if (++instructions > InstructionBudget || --Shared.Budget.Instructions < 0 || Builder.Mark().Nodes > NodeBudget)
            {
                throw Fail(Rules.UnboundedLoop, InstructionBudget);
            }

            Instruction at = frame.Current;
            Builder.Location = frame.Location;
            switch (at.OpCode.Code)
            {
                case Code.Ret:
                    returned = frame.LeftFor == at ? Frame.Locate(frame.Method, frame.Left!) : frame.Location;
                    return frame.Method.IsVoid() ? null : Copied(frame.Pop());
                case Code.Leave or Code.Leave_S:
                    frame.ClearStack();
                    frame.Leave(at);
                    EnterFinally(frame, at, Target(at.Operand as Instruction), pending);
                    continue;
                case Code.Endfinally:
                    frame.Current = pending.Count > 0 ? pending.Pop() : Target(at.Next);
                    continue;
                case Code.Throw:
                    throw Fail(Rules.AlwaysThrows, frame.Pop() is ObjectRef { Instance.Type: var type } ? type.Name : "exception");
                case Code.Switch:
                    frame.Current = SwitchTarget(frame, at);
                    continue;
            }

            if (at.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch)
            {
                frame.Current = BranchTaken(frame, at) && !IsLeft(frame, at) ? Target(at.Operand as Instruction) : Target(at.Next);
                continue;
            }

            Step(frame, at);
            frame.Current = Target(at.Next);
        }
    }

    // A loop of a constructor that has been followed for long enough: its condition stands at its end.
    private bool IsLeft(Frame frame, Instruction at) =>
        IsConstructorPhase && at.OpCode.FlowControl == FlowControl.Cond_Branch && at.Operand is Instruction target && target.Offset <= at.Offset && LeavesLoop(frame, at);

    // Finally blocks between here and the target run innermost first, then control goes on at the target.
    private static void EnterFinally(Frame frame, Instruction from, Instruction target, Stack<Instruction> pending)
    {
        var handlers = frame.Method.Body.ExceptionHandlers
            .Where(h => h.HandlerType == ExceptionHandlerType.Finally && Contains(h.TryStart, h.TryEnd, from) && !Contains(h.TryStart, h.TryEnd, target))
            .OrderBy(h => h.TryEnd.Offset - h.TryStart.Offset)
            .Select(h => h.HandlerStart)
            .Append(target)
            .ToList();
        for (int i = handlers.Count - 1; i > 0; i--)
        {
            pending.Push(handlers[i]);
        }

        frame.Current = handlers[0];
    }

    private static bool Contains(Instruction start, Instruction end, Instruction at) => at.Offset >= start.Offset && at.Offset < end.Offset;

    private Instruction SwitchTarget(Frame frame, Instruction at)
    {
        var targets = (Instruction[])at.Operand;
        long index = frame.Pop() switch
        {
            Constant { Value: long value, Assumed: var assumed } => Switched(value, assumed),
            Size s when Guess(s.Value) is long guess => PinTo(s, guess),
            Unknown when IsConstructorPhase => ChooseTarget(targets.Length),
            var other => throw Fail(Rules.UnknownBranch, Name(other)),
        };
        return Target(index >= 0 && index < targets.Length ? targets[index] : at.Next);
    }

    private Instruction Target(Instruction? next) => next ?? throw Fail(Rules.UnsupportedInstruction, "past the end of the method");

    private long Switched(long value, bool assumed)
    {
        if (assumed)
        {
            Doubt();
        }

        return value;
    }

    internal long PinTo(Size size, long value)
    {
        Doubt();
        return IsConstructorPhase || !IsVarying(size.Value) && Builder.Facts.TryEqual(size.Value, value) ? value : throw Fail(Rules.UnknownBranch, size.Value);
    }

    private bool BranchTaken(Frame frame, Instruction at)
    {
        switch (at.OpCode.Code)
        {
            case Code.Br or Code.Br_S:
                return true;
            case Code.Brtrue or Code.Brtrue_S:
                likely = OutcomeOf(frame, at);
                return Decide(frame.Pop(), Prefers(at), PrefersTaken(at));
            case Code.Brfalse or Code.Brfalse_S:
                likely = OutcomeOf(frame, at)?.Opposite;
                return !Decide(frame.Pop(), likely?.IsTaken ?? !PrefersTaken(at), PrefersTaken(at));
        }

        AbstractValue[] x = frame.Pop(2);
        ComparisonKind kind = at.OpCode.Code switch
        {
            Code.Beq or Code.Beq_S => ComparisonKind.Equal,
            Code.Bne_Un or Code.Bne_Un_S => ComparisonKind.NotEqual,
            Code.Blt or Code.Blt_S or Code.Blt_Un or Code.Blt_Un_S => ComparisonKind.Less,
            Code.Ble or Code.Ble_S or Code.Ble_Un or Code.Ble_Un_S => ComparisonKind.LessOrEqual,
            Code.Bgt or Code.Bgt_S or Code.Bgt_Un or Code.Bgt_Un_S => ComparisonKind.Greater,
            Code.Bge or Code.Bge_S or Code.Bge_Un or Code.Bge_Un_S => ComparisonKind.GreaterOrEqual,
            _ => throw Fail(Rules.UnsupportedInstruction, at.OpCode.Name),
        };
        AbstractValue condition = at.OpCode.Name.Contains(".un", StringComparison.Ordinal) && kind is not (ComparisonKind.Equal or ComparisonKind.NotEqual)
            ? CompareUnsigned(kind, x[0], x[1])
            : Compare(kind, x[0], x[1]);
        likely = OutcomeOf(frame, at);
        return Decide(condition, Prefers(at), PrefersTaken(at));
    }

    private BranchOutcome? likely; // recorded of the condition that is being decided

    private BranchOutcome? OutcomeOf(Frame frame, Instruction branch) => Shared.Outcomes?.Invoke(frame.Method, branch);

    private bool Prefers(Instruction branch) => likely?.IsTaken ?? PrefersTaken(branch);

    // A path that goes straight to a throw is the unlikely one.
    private static bool PrefersTaken(Instruction branch) => LeadsToThrow(branch.Next);

    private static bool LeadsToThrow(Instruction? at)
    {
        for (int i = 0; at is not null && i < 40; i++, at = at.Next)
        {
            if (at.OpCode.Code == Code.Throw)
            {
                return true;
            }

            if (at.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return)
            {
                return false;
            }
        }

        return false;
    }
}

/// <summary>What constructor phase and method phase share.</summary>
public sealed class SharedState
{
    /// <summary>Values that symbols probably have, from default arguments or construction sites.</summary>
    public Dictionary<string, long> Guesses { get; } = new(StringComparer.Ordinal);

    /// <summary>Symbols whose value is only what such numbers mostly are: equality with one of them may well be otherwise.</summary>
    public HashSet<string> Improbable { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Dictionary<string, AbstractValue>> Statics { get; } = new(StringComparer.Ordinal);

    /// <summary>What places of unknown content are taken to hold; null while objects are made.</summary>
    internal PlaceTypes? Places { get; init; }

    /// <summary>What places outside hold before the call, by <see cref="Access.Key"/>, where that is not what the constructor put there.</summary>
    public IReadOnlyDictionary<string, AbstractValue> Before { get; init; } = new Dictionary<string, AbstractValue>();

    /// <summary>No guess decided what the constructor did: what is not <see cref="Constant.Assumed"/> is so in every object of the class.</summary>
    public bool IsCertain { get; set; } = true;

    /// <summary>Makes a module as those of its class, or of one that inherits from it, are most likely made.</summary>
    public Func<TypeDefinition, Instance?>? MakeModule { get; set; }

    /// <summary>Parameters that are another number at each call.</summary>
    public IReadOnlySet<string> Varying { get; init; } = System.Collections.Immutable.ImmutableHashSet<string>.Empty;

    /// <summary>Instructions that may still be interpreted for this method, over all attempts.</summary>
    public Budget Budget { get; init; } = new();

    /// <summary>Told the key of every row of the model table that is used.</summary>
    public Action<string>? ModelUsed { get; init; }

    /// <summary>Told of every <c>newobj</c> with its arguments, before the constructor runs.</summary>
    public Action<Frame, MethodReference, AbstractValue[]>? Constructing { get; init; }

    /// <summary>The object whose method is lifted, as its constructor made it; null for a static method.</summary>
    public Instance? Receiver { get; set; }

    /// <summary>Told of every call that is followed, with its arguments and its place, before it is.</summary>
    public Action<MethodDefinition, AbstractValue[], SourceLocation>? Calling { get; init; }

    /// <summary>Told of every tensor that a local variable of the method itself is given, when the frame is at that instruction.</summary>
    public Action<Frame, Value>? Storing { get; init; }

    /// <summary>Which way a branch went when it was recorded, null where nothing is known.</summary>
    public Func<MethodDefinition, Instruction, BranchOutcome?>? Outcomes { get; init; }
}
