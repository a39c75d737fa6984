using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// A call as a model sees it: arguments by parameter name, converted to what the model needs. Names are those of the library's
/// own declaration, so that one row serves all overloads.
/// </summary>
public sealed record CallSite(Interpreter Interpreter, MethodReference Method, TypeReference Declaring, IReadOnlyList<TypeReference>? MethodArguments, AbstractValue[] Arguments)
{
    private string[]? names;

    public GraphBuilder Builder => Interpreter.Builder;

    public World World => Interpreter.World;

    /// <summary>The declared return type with generic arguments filled in.</summary>
    public TypeReference ReturnType => Generics.Fill(Method.ReturnType, Declaring, MethodArguments);

    /// <summary>Parameter names; a receiver is called <c>this</c>.</summary>
    public string[] Names => names ??=
    [
        .. Method.HasThis && Arguments.Length > Method.Parameters.Count ? ["this"] : Array.Empty<string>(),
        .. (World.Resolve(Method)?.Parameters ?? Method.Parameters).Select(p => p.Name),
    ];

    public LiftException Fail(DiagnosticRule rule, params object?[] details) => Interpreter.Fail(rule, details);

    /// <summary>The fallback for forms that a model does not handle.</summary>
    public LiftException Unsupported(string what) => Fail(Rules.UnknownCall, $"{Interpreter.Describe(Method)} with {what}");

    public bool Has(string name) => Array.IndexOf(Names, name) >= 0;

    /// <summary>The argument of one of the names (overloads differ), pointers followed; null when there is none.</summary>
    public AbstractValue? Find(params ReadOnlySpan<string> anyOf)
    {
        foreach (string name in anyOf)
        {
            int at = Array.IndexOf(Names, name);
            if (at >= 0)
            {
                return Arguments[at] is Pointer p ? p.Load() : Arguments[at];
            }
        }

        return null;
    }

    public AbstractValue Argument(params ReadOnlySpan<string> anyOf) =>
        Find(anyOf) ?? throw Unsupported("this overload");

    /// <summary>The content of an optional argument: Nullable unwrapped, null when absent or null.</summary>
    public AbstractValue? Optional(params ReadOnlySpan<string> anyOf) =>
        Find(anyOf) is { } v && BclModels.Unwrapped(v) is var content and not Constant { IsNull: true } ? content : null;

    public TensorObject TensorObject(params ReadOnlySpan<string> anyOf) => Argument(anyOf) switch
    {
        TensorRef { Object: var t } => t.IsDisposed ? throw Fail(Rules.DisposedResult, Interpreter.Describe(Method))
            : t.IsUncertain ? throw Fail(Rules.InPlaceOnShared, $"what {Interpreter.Describe(Method)} reads, or a copy of it,") : t,
        Constant { IsNull: true } => throw Fail(Rules.AlwaysThrows, "NullReferenceException"),
        var other => throw Fail(Rules.UnknownType, Interpreter.Name(other), other is Unknown u ? u.Reason : "not a tensor"),
    };

    // What may be done with a tensor that nobody may read.
    private static readonly HashSet<string> Handling = new(StringComparer.Ordinal)
    {
        "Dispose", "DisposeEverythingBut", "MoveToOuterDisposeScope", "MoveToOuter", "DetachFromDisposeScope", "Detach", "Attach", "Include", "Exclude", "get_IsInvalid",
    };

    /// <summary>The call reads no tensor that is disposed, and none of which nobody knows what it shows.</summary>
    /// <exception cref="LiftException">DLAOT2015, DLAOT2016.</exception>
    internal void RequireReadable()
    {
        if (Array.Exists(Arguments, a => a is TensorRef { Object: { IsDisposed: true } or { IsUncertain: true } }) && World.IsTorchSharp(Declaring) && !Handling.Contains(Method.Name) && !Interpreter.IsConstructorPhase)
        {
            throw Array.Exists(Arguments, a => a is TensorRef { Object.IsDisposed: true }) ? Fail(Rules.DisposedResult, Interpreter.Describe(Method))
                : Fail(Rules.InPlaceOnShared, $"what {Interpreter.Describe(Method)} reads, or a copy of it,");
        }
    }

    /// <summary>The tensor that the call works on: its receiver or first argument.</summary>
    public TensorObject OperandObject => Arguments.Length > 0 ? TensorObject(Names[0]) : throw Unsupported("this overload");

    public Value Operand => OperandObject.Value;

    /// <summary>A new tensor, or what <c>out:</c> names, written in place.</summary>
    public TensorRef Result(Value value) => Optional("out", "output") is TensorRef ? Replace(TensorObject("out", "output"), value) : NewTensor(value);

    /// <summary>The graph value of a tensor argument.</summary>
    public Value Tensor(params ReadOnlySpan<string> anyOf) => TensorObject(anyOf).Value;

    public Value? OptionalTensor(params ReadOnlySpan<string> anyOf) => Optional(anyOf) is null ? null : Tensor(anyOf);

    /// <summary>An integer known at compile time.</summary>
    public long Int(params ReadOnlySpan<string> anyOf) => AsLong(Argument(anyOf), anyOf[0]);

    /// <summary>How many elements there shall be.</summary>
    public int Count(string name)
    {
        long count = Int(name);
        if (count is < 0 or > Budget.MostElements)
        {
            throw Fail(Rules.UnboundedLoop, count);
        }

        Interpreter.Charge((int)count / Budget.ElementsPerInstruction);
        return (int)count;
    }

    public long Int(string name, long missing) => Optional(name) is { } v ? AsLong(v, name) : missing;

    public DimExpr Dim(params ReadOnlySpan<string> anyOf) =>
        Interpreter.AsDim(BclModels.Unwrapped(Argument(anyOf))) ?? throw Fail(Rules.UnknownBranch, $"the argument {anyOf[0]} of {Interpreter.Describe(Method)}");

    public bool Bool(string name, bool missing = false) => Optional(name) is { } v ? Interpreter.Decide(v, missing) : missing;

    /// <summary>A floating-point (or integer) number known at compile time.</summary>
    public double Float(string name, double missing) => Optional(name) switch
    {
        null => missing,
        Constant { Value: double d } => d,
        Constant { Value: long n } => n,
        HostNumber h when Interpreter.PinScalar(h) is double pinned => pinned,
        var other => throw Fail(Rules.UnknownBranch, $"the argument {name} ({Interpreter.Name(other)})"),
    };

    /// <summary>A list of sizes: an array, a span, or one number.</summary>
    public ImmutableArray<DimExpr> Dims(params ReadOnlySpan<string> anyOf)
    {
        AbstractValue list = Argument(anyOf);
        string name = anyOf[0];
        return [.. Items(list, name).Select(v => Interpreter.AsDim(BclModels.Unwrapped(v)) ?? throw Fail(Rules.UnknownBranch, $"an element of {name}"))];
    }

    public ImmutableArray<long> Ints(params ReadOnlySpan<string> anyOf)
    {
        string name = anyOf[0];
        return [.. Dims(anyOf).Select(d => AsLong(Interpreter.Sized(d), name))];
    }

    /// <summary>Elements of a list argument.</summary>
    public IReadOnlyList<AbstractValue> Items(AbstractValue list, string name)
    {
        list = BclModels.Unwrapped(list);
        if (list is ObjectRef { Access: null, Instance: { Items: { } items, Keys: null } })
        {
            Interpreter.Charge(items.Count / Budget.ElementsPerInstruction);
            return items;
        }

        // A collection expression for an interface: the C# compiler's own list around an array.
        if (list is ObjectRef { Access: null, Instance: var wrapper } && wrapper.Type.Name.StartsWith("<>z__ReadOnly", StringComparison.Ordinal) && wrapper.Fields.Count == 1)
        {
            return wrapper.Fields.Single() is var (key, held) && key.EndsWith("_item", StringComparison.Ordinal) ? [held] : Items(wrapper.Fields.Values.Single(), name);
        }

        // A tuple where sizes are allowed, or one number.
        if (list is ObjectRef { Access: null, Instance: { IsStruct: true } tuple } && ModelTable.ShortName(tuple.Type) == "ValueTuple")
        {
            return [.. tuple.Fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Value)];
        }

        return Interpreter.AsDim(list) is not null ? [list] : [.. Interpreter.Enumerate(list, name)];
    }

    /// <summary>Several tensors given as a list.</summary>
    public Value[] Tensors(params ReadOnlySpan<string> anyOf)
    {
        string name = anyOf[0];
        return [.. Items(Argument(anyOf), name).Select(v => v is TensorRef t ? t.Object.IsDisposed ? throw Fail(Rules.DisposedResult, name) : t.Object.IsUncertain ? throw Fail(Rules.InPlaceOnShared, name) : t.Value : throw Fail(Rules.UnknownType, name, "an element is not a known tensor"))];
    }

    /// <summary>A scalar type argument, null when it is absent or null.</summary>
    public DType? ScalarType(string name) => Optional(name) switch
    {
        null => null,
        Constant { Value: long code } => TorchTypes.FromCode(code) ?? throw Unsupported($"the scalar type {code}"),
        Size size when Interpreter.Guess(size.Value) is long guess => TorchTypes.FromCode(Interpreter.PinTo(size, guess)) ?? throw Unsupported($"the scalar type {guess}"),
        var other => throw Fail(Rules.UnknownBranch, Interpreter.Name(other)),
    };

    /// <summary>A new tensor object in the current dispose scope. A view shares its storage with the operand.</summary>
    public TensorRef NewTensor(Value value, TensorObject? viewOf = null)
    {
        return NewTensor(viewOf is null ? new TensorObject(value, null) : viewOf.View(value, Interpreter.Layouts));
    }

    /// <summary>A tensor object that the method made, now in the current dispose scope.</summary>
    public TensorRef NewTensor(TensorObject t)
    {
        t.Scope = Interpreter.Scope;
        Interpreter.Scope?.Tensors.Add(t);
        return new TensorRef(t);
    }

    /// <summary>What an in-place operation does: the receiver's elements are replaced, as seen through every tensor on its storage.</summary>
    public TensorRef Replace(TensorObject target, Value value)
    {
        if (Interpreter.IsConstructorPhase)
        {
            return new TensorRef(target); // only types matter
        }

        TensorType own = Builder.TypeOf(target.Value), result = Builder.TypeOf(value);
        if (!own.Shape.SequenceEqual(result.Shape) || result.DType.Category() > own.DType.Category())
        {
            throw Fail(Rules.ShapeMismatch, $"{Interpreter.Describe(Method)} in place would change {own} to {result}");
        }

        if (!target.TryWrite(Interpreter, Interpreter.CastTo(value, own.DType)))
        {
            throw Fail(Rules.InPlaceOnShared, Interpreter.Describe(Method));
        }

        return new TensorRef(target);
    }

    /// <summary>An integer, pinned to its guess when it is only known as a symbol.</summary>
    public long Known(AbstractValue v, string name) => AsLong(v, name);

    private long AsLong(AbstractValue v, string name) => BclModels.Unwrapped(v) switch
    {
        Constant { Value: long n } => n,
        Size s when Builder.Facts.Normalize(s.Value).Constant is long n => n,
        Size s when Interpreter.Guess(s.Value) is long guess => Interpreter.PinTo(s, guess),
        Size s when Interpreter.IsHostSize(s.Value) => Interpreter.PinTo(s, Instances.ProbableValues.Integer(name)),
        var other => throw Fail(Rules.UnknownBranch, $"the argument {name} of {Interpreter.Describe(Method)} ({Interpreter.Name(other)})"),
    };
}
