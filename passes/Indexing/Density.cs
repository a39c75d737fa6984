using DlAot.Ir;

namespace DlAot.Passes.Indexing;

/// <summary>Whether an index visits each element of a buffer exactly once.</summary>
internal static class Density
{
    /// <summary>True when the linear index is a mixed-radix number of its loop variables that counts to the number of elements.</summary>
    public static bool IsDense(Affine linear, DimExpr elements)
    {
        if (!linear.Offset.IsZero || !linear.IsPlain)
        {
            return false;
        }

        var left = linear.Terms.ToList();
        DimExpr radix = DimExpr.One;
        while (left.Count > 0)
        {
            int at = left.FindIndex(t => t.Coefficient == radix);
            if (at < 0)
            {
                return false;
            }

            radix *= left[at].Atom.Extent;
            left.RemoveAt(at);
        }

        return radix == elements;
    }
}
