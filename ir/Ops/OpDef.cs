using System.Collections.Immutable;

namespace DlAot.Ir;

/// <summary>What an op does besides computing its results.</summary>
public enum EffectClass
{
    /// <summary>Nothing: may be duplicated, reordered, removed.</summary>
    Pure,

    /// <summary>Consumes random numbers: keeps its order among its like and is never removed.</summary>
    Random,

    /// <summary>Runs code that we do not see: keeps its order, never removed.</summary>
    Opaque,
}

/// <summary>How passes and code generation treat an op.</summary>
public enum OpFamily
{
    /// <summary>Lane by lane; <see cref="OpDef.Scalar"/> says what a lane does. Operands broadcast.</summary>
    Elementwise,

    /// <summary>No arithmetic, only another index.</summary>
    View,

    /// <summary>Makes values from nothing.</summary>
    Creation,

    /// <summary>Moves elements by computed index: concat, pad, gather, scatter.</summary>
    Movement,

    Reduction,

    /// <summary>Matrix products and convolutions.</summary>
    Contraction,

    /// <summary>Defined by its decomposition.</summary>
    Composite,

    /// <summary>Known only by its types: run by the user's tensor library.</summary>
    Extern,
}

/// <summary>An attribute of an op: its name and the CLR type of its value.</summary>
public sealed record AttributeDef(string Name, Type Type, bool Optional = false);

/// <summary>Computes result types from operand types; throws <see cref="TypeRuleException"/> when they do not fit.</summary>
public delegate ImmutableArray<TensorType> TypeRule(TypeRuleContext context);

/// <summary>Rewrites one node into simpler ones.</summary>
public delegate ImmutableArray<Value> Decomposition(GraphBuilder builder, Node node, ImmutableArray<Value> operands);

/// <summary>One row of the op table.</summary>
/// <param name="MinOperands">Fewest operands.</param>
/// <param name="MaxOperands">Most operands; int.MaxValue for a list.</param>
/// <param name="Scalar">What a lane computes, for elementwise ops.</param>
/// <param name="Decompose">Null for a primitive.</param>
/// <param name="Summary">One line of prose.</param>
public sealed record OpDef(
    string Name,
    OpFamily Family,
    int MinOperands,
    int MaxOperands,
    ImmutableArray<AttributeDef> Attributes,
    TypeRule InferTypes,
    EffectClass Effect,
    ScalarOp? Scalar,
    Decomposition? Decompose,
    string Summary)
{
    public bool IsPrimitive => Decompose is null;

    public override string ToString() => Name;
}

/// <summary>Operands and attributes that a type rule looks at, and the facts that it may add to.</summary>
public sealed record TypeRuleContext(OpDef Op, ImmutableArray<TensorType> Operands, Attributes Attributes, DimFacts Facts)
{
    public TensorType this[int operand] => Operands[operand];

    public TypeRuleException Error(string message) => new($"{Op.Name}: {message}");

    /// <summary>Requires equal sizes.</summary>
    public void SameDim(DimExpr a, DimExpr b, string what)
    {
        if (!Facts.TryEqual(a, b))
        {
            throw Error($"{what}: sizes {a} and {b} differ");
        }
    }

    /// <summary>The dimension number with negative ones counted from the end.</summary>
    public int Axis(long dim, int rank) =>
        dim >= -rank && dim < rank ? (int)(dim < 0 ? dim + rank : dim) : throw Error($"dimension {dim} is out of range for rank {rank}");

    /// <summary>
    /// The broadcast of two sizes. Size 1 stretches; two unequal expressions are taken to be equal (a fact), since a symbol is
    /// not taken to be 1.
    /// </summary>
    public DimExpr Broadcast(DimExpr a, DimExpr b)
    {
        (a, b) = (Facts.Normalize(a), Facts.Normalize(b));
        if (a.IsOne || b.IsOne)
        {
            return a.IsOne ? b : a;
        }

        SameDim(a, b, "broadcast");
        return Facts.Normalize(a);
    }

    /// <summary>The broadcast shape of shapes of any ranks.</summary>
    public ImmutableArray<DimExpr> Broadcast(IEnumerable<ImmutableArray<DimExpr>> shapes) => shapes.Aggregate((a, b) =>
    {
        int rank = Math.Max(a.Length, b.Length);
        DimExpr At(ImmutableArray<DimExpr> s, int i) => i - (rank - s.Length) is >= 0 and var at ? s[at] : 1;
        return [.. Enumerable.Range(0, rank).Select(i => Broadcast(At(a, i), At(b, i)))];
    });
}

/// <summary>Operands do not fit an op: the message names the op and the sizes.</summary>
public sealed class TypeRuleException(string message) : Exception(message);
