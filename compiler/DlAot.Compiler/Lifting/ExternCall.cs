using System.Collections.Immutable;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// A call of the user's that stays a call: the method and what it is given, the receiver first. What it returns is a tensor, or a tuple
/// or list of them, whose dtypes and sizes are checked before they are used.
/// </summary>
/// <param name="Results">
/// For each tensor that it returns, tuples and lists gone through in order: whether it is the graph node's next result; otherwise it is
/// null or dropped.
/// </param>
/// <param name="Dense">For each result of the graph node: whether something relies on its being contiguous.</param>
public sealed record ExternCall(MethodReference Method, ImmutableArray<ExternArgument> Arguments, ImmutableArray<bool> Results, ImmutableArray<bool> Dense);

/// <summary>An argument of a call that stays a call.</summary>
public abstract record ExternArgument
{
    /// <summary>Operand <paramref name="Index"/> of the graph's node.</summary>
    public sealed record Operand(int Index) : ExternArgument;

    /// <summary>An object or number that is read from outside.</summary>
    public sealed record Outside(Access Access) : ExternArgument;

    /// <summary>Null, or the default of a value type.</summary>
    public sealed record Null : ExternArgument;

    /// <summary>A long (integers, bools, enums), double or string.</summary>
    /// <param name="IsSingle">It is a C# float.</param>
    public sealed record Constant(object Value, bool IsSingle = false) : ExternArgument;

    /// <summary>Element <paramref name="Index"/> of the node's attribute <c>sizes</c>.</summary>
    public sealed record Size(int Index) : ExternArgument;

    /// <summary>The tensor that another such call returns, which nobody else sees.</summary>
    public sealed record Nested(MethodReference Method, ImmutableArray<ExternArgument> Arguments) : ExternArgument;

    /// <summary>An array, list, span or tuple made of these.</summary>
    public sealed record List(ImmutableArray<ExternArgument> Items) : ExternArgument;
}
