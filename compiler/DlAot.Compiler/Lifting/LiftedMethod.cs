using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>One compiled version of a method: a graph, how its inputs are reached, what must hold, and what is returned.</summary>
/// <param name="Inputs">For each graph input, in order, the access that yields the tensor or number.</param>
/// <param name="Guards">Conditions in the order in which accesses need them.</param>
/// <param name="Result">What the method returns.</param>
/// <param name="Externs">Calls that stay calls, by the key in the extern nodes' <c>callee</c>.</param>
/// <param name="Assumptions">What the version assumes about arguments, in words, for reports.</param>
public sealed record LiftedVersion(
    Graph Graph,
    ImmutableArray<Access> Inputs,
    ImmutableArray<Guard> Guards,
    OutputTree Result,
    ImmutableDictionary<string, ExternCall> Externs,
    ImmutableArray<string> Assumptions)
{
    /// <summary>What its places of unknown content are taken to hold.</summary>
    internal PlaceTypes Places { get; init; } = PlaceTypes.Initial(ImmutableDictionary<string, Instances.WrittenType>.Empty);

    /// <summary>Builds of other assemblies that it is made of, by name.</summary>
    public ImmutableArray<Tie> Ties { get; init; } = [];

    /// <summary>Sizes that differ from what constructors suggest.</summary>
    internal int Contradictions { get; init; }

    /// <summary>Which of the callers that are known passes such arguments.</summary>
    internal int Caller { get; init; } = Likelihood.NoCaller;

    /// <summary>The code would rather be written for other numbers of dimensions.</summary>
    internal bool DoubtsRank { get; init; }

    /// <summary>Graph inputs of which a contiguous copy does where they are not contiguous.</summary>
    public ImmutableHashSet<int> Copyable => FindCopyable.Value;

    /// <summary>Finds them when somebody asks: most versions are dropped before.</summary>
    internal Lazy<ImmutableHashSet<int>> FindCopyable { get; init; } = new([]);

    /// <summary>Calls that were followed and take tensors, with the types of those by parameter.</summary>
    public ImmutableArray<SeenCall> Calls { get; init; } = [];

    /// <summary>What the method's own local variables were given, by their names in the source, in that order; those without a name are left out.</summary>
    public ImmutableArray<SeenLocal> Locals { get; init; } = [];

    /// <summary>What is done outside at the end, in order.</summary>
    public ImmutableArray<Effect> Effects { get; init; } = [];

    /// <summary>Branches that leave or repeat a loop as values of tensors say, with the calls that led there, innermost first: other numbers of turns run the original.</summary>
    internal ImmutableArray<ImmutableArray<CodePlace>> LoopExits { get; init; } = [];

    /// <summary>The same for numbers and sizes that the caller gives.</summary>
    internal ImmutableArray<ImmutableArray<CodePlace>> CountExits { get; init; } = [];

    /// <summary>For each condition on values of tensors: the way to the version in which it has the other outcome.</summary>
    internal ImmutableArray<Turn> OtherOutcomes { get; init; } = [];

    /// <summary>The way to the version that calls layers whose settings are only guessed.</summary>
    internal Turn? WithOpenSettings { get; init; }

    /// <summary>Where it computes nothing: why the ways that may do were refused.</summary>
    internal LiftException? Otherwise { get; init; }

    /// <summary>An argument that is a number had a part in which way was followed.</summary>
    internal bool DependsOnNumber => Inputs.Any(i => i is Access.Argument { Index: > 0, Type.IsPrimitive: true });

    /// <summary>Places outside that the call writes, by <see cref="Access.Key"/>.</summary>
    public ImmutableDictionary<string, PlaceState> After { get; init; } = ImmutableDictionary<string, PlaceState>.Empty;
}

/// <summary>Outcome for one candidate method: versions in the order in which they are tried, or the reasons why there is none.</summary>
public sealed record LiftedMethod(MethodDefinition Method, ImmutableArray<LiftedVersion> Versions, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary><c>Namespace.Type.method</c>.</summary>
    public string Name => NameOf(Method);

    public static string NameOf(MethodDefinition method) => $"{method.DeclaringType.FullName.Replace('/', '.')}.{method.Name}";

    public bool IsWhole => !Versions.IsEmpty;

    /// <summary>What ended the attempt that got farthest, when there is no version, or only one for a number of turns that nobody asks for.</summary>
    internal LiftException? Refusal { get; init; }

    /// <summary>The likeliest hypothesis that got so far.</summary>
    internal PlaceTypes? Reached { get; init; }

    /// <summary>It was followed to its end, and nothing on that way is worth compiling.</summary>
    public bool IsTrivial { get; init; }
}

/// <summary>An instruction of a method.</summary>
internal readonly record struct CodePlace(MethodDefinition Method, Mono.Cecil.Cil.Instruction At);

/// <summary>A call that was followed.</summary>
/// <param name="Tensors">Types of the arguments that are tensors, by parameter.</param>
public sealed record SeenCall(MethodDefinition Method, ImmutableArray<(string Parameter, TensorType Type)> Tensors, SourceLocation Location)
{
    /// <summary>Null when it is given no tensor.</summary>
    internal static SeenCall? Of(MethodDefinition method, AbstractValue[] arguments, SourceLocation location)
    {
        int first = method.HasThis ? 1 : 0;
        ImmutableArray<(string, TensorType)> tensors = [.. method.Parameters.Where(p => p.Index + first < arguments.Length && arguments[p.Index + first] is TensorRef).Select(p => (p.Name, ((TensorRef)arguments[p.Index + first]).Value.Type))];
        return tensors.IsEmpty ? null : new SeenCall(method, tensors, location);
    }
}

/// <summary>A tensor that a local variable was given.</summary>
/// <param name="Op">What made it; null for what came in.</param>
/// <param name="Input">The graph input that it is, or -1.</param>
public sealed record SeenLocal(string Name, TensorType Type, OpDef? Op, int Input);

/// <summary>A place outside that a call writes.</summary>
/// <param name="Before">What it held, null when the call did not look.</param>
/// <param name="Value">What it holds after the call.</param>
public sealed record PlaceState(TypeReference Type, AbstractValue? Before, AbstractValue Value);

/// <summary>The shape of a returned or stored value.</summary>
public abstract record OutputTree
{
    /// <summary>The sizes that it is made with.</summary>
    public IEnumerable<DimExpr> Sizes => this switch
    {
        Size s => [s.Value],
        Made m => m.Items.SelectMany(i => i.Sizes),
        Shared s => s.Content.Sizes,
        List l => l.Items.SelectMany(i => i.Sizes),
        Dictionary d => d.Entries.SelectMany(e => e.Key.Sizes.Concat(e.Value.Sizes)),
        Array a => a.Items.SelectMany(i => i.Sizes),
        Object o => o.Fields.SelectMany(f => f.Value.Sizes),
        Boxed b => b.Content.Sizes,
        Text t => t.Parts.SelectMany(p => p.Sizes),
        View v => SizesOf(v.Path),
        _ => [],
    };

    /// <summary>Graph output <paramref name="Index"/> as a tensor object; the same index is the same object.</summary>
    /// <param name="Moves">How often it moves to the outer dispose scope, from the caller's on.</param>
    /// <param name="IsDetached">It belongs to no dispose scope.</param>
    public sealed record Tensor(int Index, int Moves = 0, bool IsDetached = false) : OutputTree;

    internal static IEnumerable<DimExpr> SizesOf(ImmutableArray<Node> path) => path.SelectMany(step => step.Op.Name switch
    {
        "slice" => [step.Attributes.Dim("start"), step.Attributes.Dim("length")],
        "reshape" => step.Attributes.Dims("shape"),
        _ => Enumerable.Empty<DimExpr>(),
    });

    /// <summary>A view of a tensor that came in and is written: the same storage.</summary>
    public sealed record View(Access Base, ImmutableArray<Node> Path) : OutputTree;

    /// <summary>The very object that came in.</summary>
    public sealed record Same(Access Access) : OutputTree;

    /// <summary>A tuple or similar made by a constructor from parts.</summary>
    public sealed record Made(MethodReference Constructor, ImmutableArray<OutputTree> Items) : OutputTree;

    /// <summary>An object that may be met in several places: the same number is the same object.</summary>
    public sealed record Shared(int Number, OutputTree Content, TypeReference Type) : OutputTree;

    /// <summary>A <c>List</c>.</summary>
    public sealed record List(GenericInstanceType Type, ImmutableArray<OutputTree> Items) : OutputTree;

    /// <summary>A <c>Dictionary</c>, filled in this order.</summary>
    public sealed record Dictionary(GenericInstanceType Type, ImmutableArray<(OutputTree Key, OutputTree Value)> Entries) : OutputTree;

    /// <summary>A class or struct of the user's, field by field; the others have their default.</summary>
    public sealed record Object(TypeReference Type, bool IsStruct, ImmutableArray<(FieldReference Field, TypeReference Type, OutputTree Value)> Fields) : OutputTree;

    /// <summary>An integer computed from sizes.</summary>
    public sealed record Size(DimExpr Value, TypeReference Type) : OutputTree;

    /// <summary>A string put together from constant strings and sizes.</summary>
    public sealed record Text(ImmutableArray<OutputTree> Parts) : OutputTree;

    /// <summary>A value type as an object.</summary>
    public sealed record Boxed(OutputTree Content, TypeReference Type) : OutputTree;

    /// <summary>An array.</summary>
    public sealed record Array(TypeReference ElementType, ImmutableArray<OutputTree> Items) : OutputTree;

    public sealed record Null : OutputTree;

    /// <summary>A constant number, bool or string.</summary>
    public sealed record Constant(object Value, TypeReference Type) : OutputTree;
}
