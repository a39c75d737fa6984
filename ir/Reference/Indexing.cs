using System.Collections.Immutable;

namespace DlAot.Ir.Reference;

/// <summary>Row-major positions and multi-indices of concrete shapes.</summary>
internal static class Indexing
{
    /// <summary>All multi-indices, the last dimension fastest. The array is reused: copy it to keep it.</summary>
    public static IEnumerable<long[]> Indices(ImmutableArray<long> shape)
    {
        if (shape.Any(d => d <= 0))
        {
            yield break;
        }

        long[] index = new long[shape.Length];
        while (true)
        {
            yield return index;
            int axis = shape.Length - 1;
            while (axis >= 0 && ++index[axis] == shape[axis])
            {
                index[axis--] = 0;
            }

            if (axis < 0)
            {
                yield break;
            }
        }
    }

    /// <summary>Row-major position.</summary>
    public static long Flat(ImmutableArray<long> shape, ReadOnlySpan<long> index)
    {
        long flat = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            flat = (flat * shape[i]) + index[i];
        }

        return flat;
    }

    /// <summary>Position in an operand that broadcasts to the shape which <paramref name="index"/> indexes: aligned right, size 1 stretched.</summary>
    public static long BroadcastFlat(ImmutableArray<long> operand, ReadOnlySpan<long> index)
    {
        long flat = 0;
        int added = index.Length - operand.Length;
        for (int i = 0; i < operand.Length; i++)
        {
            flat = (flat * operand[i]) + (operand[i] == 1 ? 0 : index[added + i]);
        }

        return flat;
    }

    public static bool IsInside(ImmutableArray<long> shape, ReadOnlySpan<long> index)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            if (index[i] < 0 || index[i] >= shape[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The non-negative axis.</summary>
    public static int Axis(long dim, int rank) => (int)(dim < 0 ? dim + rank : dim);
}
