using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Rules about values that nobody knows when compiling, or of which it is known that they do not fit.</summary>
internal static class ValueRules
{
    private static readonly ImmutableHashSet<string> Sequences = ["parameters", "buffers", "named_parameters", "named_buffers", "children", "named_children", "modules", "named_modules"];

    /// <summary><c>*p</c> of a parameter, and typed references.</summary>
    public static IEnumerable<Finding> References(TensorMethod m) => m.Operations
        .Where(o => o.Syntax is MakeRefExpressionSyntax || (o.Syntax is PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PointerIndirectionExpression } && o.ChildOperations.FirstOrDefault() is IParameterReferenceOperation))
        .Select(o => new Finding(o.Syntax.GetLocation(), o.Syntax is MakeRefExpressionSyntax ? "mkrefany" : "ldind"));

    /// <summary>A field that holds a <c>Scalar</c>, whose dtype only the object tells.</summary>
    public static IEnumerable<Finding> UnknownTypes(TensorMethod m) => m.Of<IFieldReferenceOperation>()
        .Where(f => f.Field is { IsConst: false, IsStatic: false, Type: { Name: "Scalar" } type } && m.Torch.IsLibrary(type) && !m.Torch.IsLibrary(f.Field) && f.Parent is not ISimpleAssignmentOperation)
        .Select(f => Finding.At(f, f.Syntax.ToString(), $"a {f.Field.Type.Name} made elsewhere"));

    /// <summary>Input features of a <c>Linear</c> that are not the last size that stands right before it.</summary>
    public static IEnumerable<Finding> ShapeMismatches(TensorMethod m)
    {
        foreach (IInvocationOperation c in m.Of<IInvocationOperation>())
        {
            if (c is { TargetMethod.Name: "call" or "forward", Instance: IFieldReferenceOperation { Field: { Type.Name: "Linear" } layer }, Arguments: { Length: > 0 } given } && FeaturesOf(layer) is long features
                && m.Seen(given[0].Value) is IInvocationOperation { TargetMethod.Name: "view" or "reshape", Arguments: { Length: 1 } sizes } shaped && m.Torch.IsTensor(shaped.Instance?.Type)
                && LastOf(sizes[0].Value) is long last && last > 0 && last != features)
            {
                yield return Finding.At(c, $"linear: input features: sizes {last} and {features} differ");
            }
        }
    }

    /// <summary>What <c>parameters()</c> gave when the object was made, enumerated now.</summary>
    public static IEnumerable<Finding> StaleSequences(TensorMethod m) => m.Of<IFieldReferenceOperation>()
        .Where(f => f.Field is { IsStatic: false, Type.OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IEnumerable_T } && SymbolEqualityComparer.Default.Equals(f.Field.ContainingType, m.Method.ContainingType)
            && SetTo(f.Field).OfType<InvocationExpressionSyntax>().Any(c => Sequences.Contains(c.Expression is MemberAccessExpressionSyntax member ? member.Name.Identifier.ValueText : c.Expression.ToString())))
        .Select(f => Finding.At(f, f.Syntax.ToString()));

    // Linear(4, 2), by name: what the field is set to stands in other methods, of which there is only syntax here.
    private static long? FeaturesOf(IFieldSymbol layer)
    {
        ExpressionSyntax[] set = [.. SetTo(layer)];
        return set.Length == 1 && set[0] is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } given } made && made.Expression.ToString().Split('.').Last() == "Linear"
            && given[0] is { NameColon: null, Expression: LiteralExpressionSyntax { Token.Value: int features } } ? features : null;
    }

    private static IEnumerable<ExpressionSyntax> SetTo(IFieldSymbol field) => field.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).OfType<VariableDeclaratorSyntax>()
        .SelectMany(d => d.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } type
            ? type.DescendantNodes().OfType<AssignmentExpressionSyntax>().Where(a => NameOf(a.Left) == field.Name).Select(a => a.Right).Concat(d.Initializer is { Value: var value } ? [value] : [])
            : []);

    private static string? NameOf(ExpressionSyntax assigned) => assigned switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name.Identifier.ValueText: var name } => name,
        _ => null,
    };

    // view(-1, 3): the last element of the array that the compiler makes of the sizes.
    private static long? LastOf(IOperation sizes) =>
        TensorMethod.Unwrapped(sizes) is IArrayCreationOperation { Initializer.ElementValues: { IsEmpty: false } values } && values[values.Length - 1].ConstantValue is { HasValue: true, Value: long or int } last
            ? System.Convert.ToInt64(last.Value, System.Globalization.CultureInfo.InvariantCulture) : null;
}
