using System.Collections.Immutable;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>What the abstract interpreter knows of a value on the IL stack, in a local or in a field.</summary>
public abstract record AbstractValue
{
    public static Constant Null { get; } = new((object?)null);

    public static Constant Of(long value) => new(value);

    public static Constant Of(double value) => new(value);

    public static Constant Of(bool value) => new(value ? 1L : 0L);
}

/// <summary>
/// A known value: long (every IL integer, bool, char and enum), double, string or null. <paramref name="Assumed"/> means that it
/// follows from a guess about constructor arguments, so that it must be guarded when read from outside. <paramref name="IsSingle"/>
/// means that it is a C# float: arithmetic on floats rounds to float.
/// </summary>
public sealed record Constant(object? Value, bool Assumed = false, bool IsSingle = false) : AbstractValue
{
    public bool IsNull => Value is null;
}

/// <summary>An integer known as an expression over sizes.</summary>
public sealed record Size(DimExpr Value) : AbstractValue;

/// <summary>A host number that is only known at run time: a rank-0 value of the graph (f64 or i64).</summary>
/// <param name="IsSingle">It is a C# float.</param>
public sealed record HostNumber(Value Value, bool IsSingle = false) : AbstractValue
{
    /// <summary>What it is exactly, where it was computed of sizes.</summary>
    internal Func<Ratio?>? Ratio { get; init; }
}

/// <summary>A number or struct in an object of its own.</summary>
public sealed record Boxed(AbstractValue Content, TypeReference Type) : AbstractValue;

/// <summary>The outcome of a comparison between host numbers that has not been decided: decided where it is branched on.</summary>
public sealed record Comparison(ComparisonKind Kind, AbstractValue Left, AbstractValue Right) : AbstractValue;

/// <summary>How two numbers are compared.</summary>
public enum ComparisonKind
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A tensor object.</summary>
public sealed record TensorRef(TensorObject Object) : AbstractValue
{
    public Value Value => Object.Value;
}

/// <summary>A dispose scope opened by the method.</summary>
public sealed class DisposeScope(DisposeScope? outer)
{
    public DisposeScope? Outer { get; } = outer;

    public HashSet<TensorObject> Tensors { get; } = [];

    public bool IsDisposed { get; set; }
}

/// <summary>A reference to an object (or the content of a struct) whose exact type and fields are known.</summary>
public sealed record ObjectRef(Instance Instance, Access? Access = null) : AbstractValue;

/// <summary>An abstract heap object.</summary>
public sealed class Instance(TypeReference type)
{
    public TypeReference Type { get; } = type;

    public bool IsStruct { get; init; }

    /// <summary>Fields by <c>DeclaringType::Name</c>; a missing one of an object made here is its type's default.</summary>
    public Dictionary<string, AbstractValue> Fields { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Fields that were stored before any guess decided what the constructor did.</summary>
    public HashSet<string> Settled { get; } = new(StringComparer.Ordinal);

    /// <summary>Elements of an array, list or module container; a copy of them where this is a span of a part.</summary>
    public List<AbstractValue>? Items
    {
        get => Part is var (whole, start, count) ? [.. whole.Items!.Skip(start).Take(count)] : items;
        set => items = value;
    }

    private List<AbstractValue>? items;

    /// <summary>The elements of another array or span that a span shows.</summary>
    public (Instance Whole, int Start, int Count)? Part { get; init; }

    /// <summary>Replaces an element, where it is seen through spans too.</summary>
    public void Store(int at, AbstractValue value)
    {
        if (Part is var (whole, start, _))
        {
            whole.Store(start + at, value);
        }
        else
        {
            items![at] = value;
        }
    }

    /// <summary>Keys of the elements where they have any (ModuleDict, Dictionary).</summary>
    public List<AbstractValue>? Keys { get; set; }

    /// <summary>The elements of a query, made anew by each enumeration.</summary>
    public Func<IEnumerable<AbstractValue>>? Sequence { get; init; }

    /// <summary>Where an enumerator stands.</summary>
    public IEnumerator<AbstractValue>? Cursor { get; init; }

    /// <summary>What is known of a library object, by the name of the factory's parameter.</summary>
    public Dictionary<string, AbstractValue> Facts { get; init; } = new(StringComparer.Ordinal);

    /// <summary>True when nothing is known but the type: reads give unknowns.</summary>
    public bool IsOpaque { get; set; }

    /// <summary>It stands for an argument that nobody knows: that it is there, its type and its size are guesses.</summary>
    public bool IsAssumed { get; set; }

    /// <summary>Fields that hold an assumed object: what it does not tell itself is never certain.</summary>
    public HashSet<string> Doubtful { get; } = new(StringComparer.Ordinal);

    /// <summary>A copy of what a span of something outside shows: writes would have to show there.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>Why what is not in <see cref="Fields"/> is unknown.</summary>
    public string? Reason { get; set; }

    public Instance Copy() => new(Type)
    {
        IsStruct = IsStruct,
        IsOpaque = IsOpaque,
        IsAssumed = IsAssumed,
        Reason = Reason,
        Part = Part,
        IsFrozen = IsFrozen,
        Fields = new Dictionary<string, AbstractValue>(Fields, StringComparer.Ordinal),
        Items = items is null ? null : [.. items],
        Keys = Keys is null ? null : [.. Keys],
        Sequence = Sequence,
        Cursor = Cursor,
        Facts = new Dictionary<string, AbstractValue>(Facts, StringComparer.Ordinal),
    };
}

/// <summary>A string put together at run time from constants and sizes.</summary>
public sealed record BuiltText(ImmutableArray<AbstractValue> Parts) : AbstractValue;

/// <summary>A managed pointer: how to read and write what it points to.</summary>
public sealed record Pointer(Func<AbstractValue> Load, Action<AbstractValue> Save) : AbstractValue
{
    /// <summary>The span whose first element it points to, where that is known.</summary>
    internal ObjectRef? Span { get; init; }
}

/// <summary>A tensor of complex numbers, as the call that makes it: it is made where something real is computed of it.</summary>
/// <param name="Site">The call; null for one that lies outside.</param>
/// <param name="Parts">Its shape, and the dtype of its real part.</param>
public sealed record ComplexTensor(Models.CallSite? Site, TensorType Parts, Access? Access = null) : AbstractValue
{
    /// <summary>It may show elements of a tensor outside.</summary>
    internal bool IsOutside => Access is not null || Site!.Arguments.OfType<ComplexTensor>().Any(c => c.IsOutside);
}

/// <summary>A delegate to a known method; <paramref name="Access"/> is set when it was read from outside.</summary>
public sealed record DelegateRef(TypeReference Type, MethodReference Method, AbstractValue? Target, Access? Access = null) : AbstractValue;

/// <summary>A loaded function pointer, as <c>ldftn</c> gives it.</summary>
public sealed record FunctionPointer(MethodReference Method) : AbstractValue;

/// <summary>A type, field or method token.</summary>
public sealed record Token(MemberReference Member) : AbstractValue;

/// <summary>Nothing is known but the static type and the reason.</summary>
public sealed record Unknown(TypeReference? Type, string Reason, Access? Access = null) : AbstractValue
{
    /// <summary>Null is its default.</summary>
    public bool MayBeNull { get; init; }

    /// <summary>The number or bool that it often is: the default of a parameter.</summary>
    public long? Likely { get; init; }
}
