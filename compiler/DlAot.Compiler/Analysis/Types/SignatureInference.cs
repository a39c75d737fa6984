using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>Reads signatures off lifted versions: what the graph takes, what it gives, and what must hold between sizes.</summary>
public static class SignatureInference
{
    private static readonly HashSet<string> Factories = new(StringComparer.Ordinal) { "full", "iota", "constant" };

    /// <summary>What a version demands of its arguments and gives back.</summary>
    public static MethodSignature Of(MethodDefinition method, LiftedVersion version)
    {
        Graph graph = version.Graph;
        var parameters = new List<ParameterFact>();
        foreach (ParameterDefinition p in method.Parameters)
        {
            ParameterFact[] inside = [.. Enumerable.Range(0, version.Inputs.Length).Where(i => graph.Inputs[i].Kind == InputKind.Tensor && IsIn(version.Inputs[i], p.Index + 1)).Select(i => new ParameterFact(version.Inputs[i].ToString()!, Demanded(version, i))).OrderBy(f => f.Name, StringComparer.Ordinal)];
            bool isNull = version.Guards.OfType<Guard.Null>().Any(g => g.IsNull && g.Subject is Access.Argument a && a.Index == p.Index + 1);
            parameters.AddRange(inside.Length > 0 ? inside : [new ParameterFact(p.Name, TensorFact.Bottom, isNull, World.IsTensor(p.ParameterType) ? null : Host(p.ParameterType))]);
        }

        IEnumerable<TensorFact> results = Returned(version.Result).Select(t => Given(version, t));
        return SignatureNames.Apply(new(LiftedMethod.NameOf(method), [.. parameters], [.. results], [.. Conditions.Of(graph)]) { Fields = [.. Fields(version)], Locals = [.. Locals(version)] });
    }

    private static IEnumerable<ParameterFact> Fields(LiftedVersion version) => Enumerable.Range(0, version.Inputs.Length)
        .Where(i => version.Graph.Inputs[i].Kind == InputKind.Tensor && !PlaceTypes.IsPassed(version.Inputs[i])).Select(i => new ParameterFact(version.Inputs[i].ToString()!, Demanded(version, i))).DistinctBy(f => f.Name);

    private static IEnumerable<ParameterFact> Locals(LiftedVersion version) => version.Locals.GroupBy(l => l.Name, StringComparer.Ordinal)
        .Select(g => new ParameterFact(g.Key, g.Select(l => l.Op is { } op ? Computed(l.Type, op) : Demanded(version, l.Input)).Aggregate((a, b) => Either(g.Key, a, b))));

    // Of one version, where equal symbols are equal sizes.
    private static TensorFact Either(string name, TensorFact a, TensorFact b) => new(
        a.DType.Join(b.DType),
        a.Shape.Dims is { } x && b.Shape.Dims is { } y && x.Length == y.Length ? ShapeFact.Of([.. x.Select((d, i) => d == y[i] ? d : DimExpr.Symbol($"{name}/{i}"))]) : ShapeFact.Top,
        a.Device.Join(b.Device), a.Layout.Join(b.Layout), a.RequiresGrad.Join(b.RequiresGrad), a.Origin | b.Origin);

    /// <summary>The C# name of a type that is no tensor.</summary>
    public static string Host(TypeReference type) => type.FullName switch
    {
        "System.Int32" => "int",
        "System.Int64" => "long",
        "System.Boolean" => "bool",
        "System.Double" => "double",
        "System.Single" => "float",
        "System.String" => "string",
        _ when World.IsNullable(type) => $"{Host(World.Content(type))}?",
        _ when type is GenericInstanceType g => $"{type.Name[..Math.Max(0, type.Name.IndexOf('`'))]}<{string.Join(", ", g.GenericArguments.Select(Host))}>",
        _ when type is ArrayType a => $"{Host(a.ElementType)}[]",
        _ => type.Name,
    };

    private static bool IsIn(Access place, int argument) => place switch
    {
        Access.Argument a => a.Index == argument,
        Access.Field f => IsIn(f.Of, argument),
        Access.Property p => IsIn(p.Of, argument),
        Access.Element e => IsIn(e.Of, argument),
        Access.Keyed k => IsIn(k.Of, argument),
        Access.Cast c => IsIn(c.Of, argument),
        Access.Named n => IsIn(n.Of, argument),
        _ => false,
    };

    // Compiled code runs on the CPU, without gradients, and on contiguous tensors where a copy does not do.
    private static TensorFact Demanded(LiftedVersion version, int input) => TensorFact.Of(version.Graph.Inputs[input].Value.Type) with
    {
        Device = Flat<DeviceKind>.Of(DeviceKind.Cpu),
        Layout = version.Copyable.Contains(input) ? Flat<LayoutKind>.Top : Flat<LayoutKind>.Of(LayoutKind.Contiguous),
        RequiresGrad = Flat<bool>.Of(false),
        Origin = PlaceTypes.IsPassed(version.Inputs[input]) ? Origins.Argument : version.Inputs[input].Type.FullName == World.ParameterName || version.Inputs[input] is Access.Property ? Origins.Parameter : Origins.Buffer,
    };

    private static IEnumerable<OutputTree> Returned(OutputTree tree) => tree switch
    {
        OutputTree.Tensor or OutputTree.Same or OutputTree.View => [tree],
        OutputTree.Made m => m.Items.SelectMany(Returned),
        OutputTree.Shared s => Returned(s.Content),
        OutputTree.List l => l.Items.SelectMany(Returned),
        OutputTree.Array a => a.Items.SelectMany(Returned),
        OutputTree.Dictionary d => d.Entries.SelectMany(e => Returned(e.Value)),
        OutputTree.Object o => o.Fields.SelectMany(f => Returned(f.Value)),
        OutputTree.Boxed b => Returned(b.Content),
        _ => [],
    };

    private static TensorFact Given(LiftedVersion version, OutputTree tree)
    {
        int input = tree is OutputTree.Same same ? version.Inputs.IndexOf(same.Access) : -1;
        return tree is OutputTree.Tensor { Index: var index } && index < version.Graph.Outputs.Length ? Computed(version.Graph.Outputs[index].Type, version.Graph.Outputs[index].Op)
            : input >= 0 ? Demanded(version, input)
            : new TensorFact(Flat<DType>.Top, ShapeFact.Top);
    }

    private static TensorFact Computed(TensorType type, OpDef? op) => TensorFact.Of(type) with
    {
        Device = Flat<DeviceKind>.Of(DeviceKind.Cpu),
        Layout = op?.Family == OpFamily.View ? Flat<LayoutKind>.Of(LayoutKind.Strided) : Flat<LayoutKind>.Of(LayoutKind.Contiguous),
        RequiresGrad = Flat<bool>.Of(false),
        Origin = op is not null && (op.Family == OpFamily.Creation || Factories.Contains(op.Name)) ? Origins.Factory : Origins.Op,
    };
}
