using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>One activation of a method: arguments, locals, evaluation stack, generic context.</summary>
public sealed class Frame(MethodDefinition method, TypeReference declaring, IReadOnlyList<TypeReference>? methodArguments, AbstractValue[] arguments)
{
    private readonly Stack<AbstractValue> stack = new();

    public MethodDefinition Method { get; } = method;

    public TypeReference Declaring { get; } = declaring;

    public IReadOnlyList<TypeReference>? MethodArguments { get; } = methodArguments;

    public AbstractValue[] Arguments { get; } = arguments;

    /// <summary>The arguments that it was called with.</summary>
    public AbstractValue[] Called { get; } = [.. arguments];

    public AbstractValue?[] Locals { get; } = new AbstractValue?[method.Body.Variables.Count];

    public Instruction Current { get; set; } = method.Body.Instructions[0];

    public SourceLocation Location => Locate(Method, Current);

    /// <summary>Where a block with handlers was left last, and the <c>ret</c> that follows, if nothing else does: the user's <c>return</c> stands there.</summary>
    internal Instruction? Left { get; private set; }

    internal Instruction? LeftFor { get; private set; }

    internal void Leave(Instruction leave)
    {
        Left = leave;
        LeftFor = leave.Operand is Instruction { OpCode.Code: Code.Ldloc or Code.Ldloc_S or Code.Ldloc_0 or Code.Ldloc_1 or Code.Ldloc_2 or Code.Ldloc_3 } load ? load.Next : leave.Operand as Instruction;
    }

    public void Push(AbstractValue value) => stack.Push(value);

    public AbstractValue Pop() => stack.Count > 0 ? stack.Pop() : throw Unbalanced();

    private LiftException Unbalanced() => new(Rules.UnsupportedInstruction, Location, $"{Current.OpCode.Name} with an unbalanced stack");

    /// <summary>Bottom first.</summary>
    public AbstractValue[] OnStack => [.. stack.Reverse()];

    public AbstractValue Peek() => stack.Count > 0 ? stack.Peek() : throw Unbalanced();

    public AbstractValue[] Pop(int count)
    {
        var values = new AbstractValue[count];
        for (int i = count - 1; i >= 0; i--)
        {
            values[i] = Pop();
        }

        return values;
    }

    public void ClearStack() => stack.Clear();

    /// <summary>The type with the frame's generic arguments filled in.</summary>
    public TypeReference Fill(TypeReference type) => Reading.Generics.Fill(type, Declaring, MethodArguments);

    /// <summary>What the source calls the local variable that the current instruction stores; null where it has no name, or nothing is stored.</summary>
    internal string? StoredLocal
    {
        get
        {
            int at = Current.Offset, index = Current.OpCode.Code is >= Code.Stloc_0 and <= Code.Stloc_3 and var code ? code - Code.Stloc_0 : (Current.Operand as VariableDefinition)?.Index ?? -1;
            return Scopes(Method.DebugInformation.Scope).Where(s => s.Start.Offset <= at && (s.End.IsEndOfMethod || at < s.End.Offset))
                .SelectMany(s => s.Variables).LastOrDefault(v => v.Index == index && !v.IsDebuggerHidden)?.Name;
        }
    }

    // Outer ones first: one place may serve several variables.
    private static IEnumerable<ScopeDebugInformation> Scopes(ScopeDebugInformation? scope) => scope is null ? [] : scope.Scopes.SelectMany(Scopes).Prepend(scope);

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<MethodDefinition, SequencePoint[]> Points = [];

    /// <summary>Where the method begins.</summary>
    public static SourceLocation StartOf(MethodDefinition method) => method.HasCode() ? Locate(method, method.Body.Instructions[0]) : new SourceLocation(LiftedMethod.NameOf(method), 0);

    public static SourceLocation Locate(MethodDefinition method, Instruction at)
    {
        string name = LiftedMethod.NameOf(method);
        SequencePoint? point = Points.GetValue(method, m => m.DebugInformation.HasSequencePoints ? [.. m.DebugInformation.SequencePoints.Where(p => !p.IsHidden).OrderBy(p => p.Offset)] : [])
            .LastOrDefault(p => p.Offset <= at.Offset);
        return point is null
            ? new SourceLocation(name, at.Offset)
            : new SourceLocation(name, at.Offset, point.Document.Url, point.StartLine, point.StartColumn);
    }
}
