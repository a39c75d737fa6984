using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// <c>(int)Math.Sqrt(x.shape[1])</c>: the side of a square image whose pixels are one dimension. The number of pixels is taken to be a
/// square, which is checked.
/// </summary>
public sealed partial class Interpreter
{
    /// <summary>The square root of a size as a size; null where it is not known to be one.</summary>
    internal DimExpr? SquareRoot(DimExpr size)
    {
        size = Builder.Facts.Normalize(size);
        if (size.Constant is long n)
        {
            return n >= 0 ? (long)Math.Sqrt(n) : null;
        }

        if (IsConstructorPhase || size.Terms.Any(t => t.Atoms.Length > 1 || t.Atoms is [not DimExpr.Atom.Symbol]))
        {
            return size.Terms is [var product] ? OfProduct(product) : null;
        }

        // N + c => r, where N := r*r - c
        (DimExpr.Term[] symbols, long more) = ([.. size.Terms.Where(t => !t.Atoms.IsEmpty)], size.Terms.Where(t => t.Atoms.IsEmpty).Sum(t => t.Coefficient));
        if (symbols is not [{ Coefficient: 1, Atoms: [DimExpr.Atom.Symbol { Name: var name }] }] || PlaceOf(name) is not { } place)
        {
            return null;
        }

        DimExpr root = SizeInput(new Access.Root(place, more, World.Module.TypeSystem.Int64), null).Value;
        return Builder.Facts.TryEqual(DimExpr.Symbol(name), (root * root) - more) ? root : null;
    }

    // k*k*a*a*b*c => k*a*b, where b == c
    private DimExpr? OfProduct(DimExpr.Term product)
    {
        long side = (long)Math.Sqrt(product.Coefficient);
        if (side * side != product.Coefficient)
        {
            return null;
        }

        DimExpr root = side;
        var single = new List<DimExpr>();
        foreach (IGrouping<string, DimExpr.Atom> alike in product.Atoms.GroupBy(a => a.ToString()!))
        {
            DimExpr atom = new DimExpr.Term(1, [alike.First()]).Value;
            root *= DimExpr.Product(Enumerable.Repeat(atom, alike.Count() / 2));
            single.AddRange(Enumerable.Repeat(atom, alike.Count() % 2));
        }

        return single.Count == 0 ? root : single is [var a, var b] && !IsConstructorPhase && Builder.Facts.TryEqual(a, b) ? root * Builder.Facts.Normalize(a) : null;
    }

    // Where a symbol of a size, or of a number, can be read before anything runs.
    private Access? PlaceOf(string symbol)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            GraphInput input = Builder.Inputs[i];
            if (input.Kind == InputKind.Scalar && input.Name == symbol)
            {
                return inputs[i];
            }

            int dim = input.Kind == InputKind.Scalar ? -1 : Array.FindIndex([.. input.Value.Shape], d => d.SymbolName == symbol);
            if (dim >= 0 && World.Resolve(inputs[i].Type) is { } tensor && tensor.Methods.FirstOrDefault(m => m.Name == "size" && m.Parameters is [{ ParameterType.MetadataType: MetadataType.Int32 }]) is { } size
                && tensor.Methods.FirstOrDefault(m => m.Name == "dim" && m.Parameters.Count == 0) is { } rank)
            {
                AddGuard(new Guard.Equal(new Access.Property(inputs[i], rank, rank.ReturnType), (long)input.Value.Rank, Location));
                return new Access.Element(inputs[i], dim, size, size.ReturnType);
            }
        }

        return null;
    }
}
