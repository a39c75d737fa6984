using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace DlAot.Runtime;

/// <summary>What a guard found to differ.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public enum GuardProperty
{
    /// <summary>No tensor (null), or a disposed one.</summary>
    Missing = 1,
    /// <summary>Element type.</summary>
    ElementType,
    /// <summary>Number of dimensions.</summary>
    Rank,
    /// <summary>Not on the CPU.</summary>
    Device,
    /// <summary>Sparse, or without plain memory behind it.</summary>
    Storage,
    /// <summary>Not dense in row-major order.</summary>
    Contiguity,
    /// <summary>A size.</summary>
    Size,
    /// <summary>A gradient is needed.</summary>
    Gradient,
    /// <summary>libtorch chooses dtypes itself (autocast on the CPU); no matter which tensor.</summary>
    Autocast,
}

/// <summary>Checks that tensors are what a region was compiled for, and fetches what it needs of them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class TensorGuards
{
    /// <summary>Flag: the tensor must be dense in row-major order.</summary>
    public const int Contiguous = 1;

    /// <summary>Flag: fetch the data pointer.</summary>
    public const int FetchData = 2;

    /// <summary>Flag: a tensor that needs a gradient is a miss.</summary>
    public const int GradientMatters = 4;

    /// <summary>Flag: the data pointer of a tensor that is not dense in row-major order is null; it is no miss.</summary>
    public const int NoDataUnlessContiguous = 8;

    /// <summary>Size kind: anything.</summary>
    public const int AnySize = 0;

    /// <summary>Size kind: equal to the value.</summary>
    public const int SizeIs = 1;

    /// <summary>Size kind: becomes symbol [value].</summary>
    public const int BindSymbol = 2;

    /// <summary>Size kind: equal to symbol [value], which an earlier pair has bound.</summary>
    public const int SizeIsSymbol = 3;

    /// <summary>Whether tensors that are written have memory in common with each other or with those that are only read, or that cannot be told.</summary>
    /// <param name="tensors">Native tensors (at::Tensor*), those that are written first; 0 cannot be told, nor one that is written and not dense.</param>
    /// <param name="written">How many are written.</param>
    public static bool MayOverlap(nint[] tensors, int written)
    {
        var places = new (nuint Start, nuint End, bool IsWritten)[tensors.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            var tensor = tensors[i];
            if (tensor == 0)
                return true;
            var isDense = TorchNative.IsContiguous(tensor) != 0;
            if (!isDense && (i < written || TorchNative.Stride == null))
                return true;
            var start = (nuint)TorchNative.Data(tensor);
            places[i] = (start, start + Bytes(tensor, isDense), i < written);
        }

        Array.Sort(places);
        nuint end = 0, endOfWritten = 0;
        foreach (var place in places)
        {
            if (place.End == place.Start)
                continue;
            if (place.Start < (place.IsWritten ? end : endOfWritten))
                return true;
            end = Math.Max(end, place.End);
            endOfWritten = place.IsWritten ? Math.Max(endOfWritten, place.End) : endOfWritten;
        }

        return false;
    }

    // From the first element to the last, which steps are not negative.
    private static nuint Bytes(nint tensor, bool isDense)
    {
        nuint element = TorchNative.Type(tensor) switch { 0 or 1 or 11 => 1, 2 or 5 or 15 => 2, 3 or 6 => 4, 9 or 10 => 16, _ => 8 };
        var (all, last) = ((nuint)1, (nuint)0);
        for (var (i, rank) = (0L, TorchNative.Rank(tensor)); i < rank; i++)
        {
            var size = (nuint)TorchNative.Size(tensor, i);
            all *= size;
            last += isDense || size == 0 ? 0 : (size - 1) * (nuint)TorchNative.Stride(tensor, i);
        }

        return element * (isDense || all == 0 ? all : last + 1);
    }

    /// <summary>Checks all tensors in order and stops at the first that fails.</summary>
    /// <param name="handles">One native tensor (at::Tensor*) each; 0 is a miss. The caller keeps the tensors alive.</param>
    /// <param name="count">How many.</param>
    /// <param name="spec">
    /// Per tensor: ScalarType (-1: any), rank (-1: any, no pairs follow), flags, then rank pairs (kind, value).
    /// </param>
    /// <param name="symbols">Receives the sizes bound. Partly written on a miss.</param>
    /// <param name="data">Receives, per tensor, the data pointer where asked for. Partly written on a miss.</param>
    /// <returns>
    /// 0 when all hold. Otherwise, to be read by <see cref="TensorOf"/>, <see cref="PropertyOf"/> and
    /// <see cref="DimensionOf"/>: 1 + tensor in bits 0-15, the property in bits 16-23, the dimension in bits 24-30.
    /// </returns>
    public static int Check(nint* handles, int count, int* spec, long* symbols, void** data)
    {
        if (TorchNative.IsAutocastEnabled)
            return Miss(0, GuardProperty.Autocast);
        // 0: not yet asked, 1: off, 2: on.
        var gradMode = 0;
        for (var i = 0; i < count; i++)
        {
            var tensor = handles[i];
            int elementType = spec[0], rank = spec[1], flags = spec[2];
            spec += 3;
            if (tensor == 0)
                return Miss(i, GuardProperty.Missing);
            var actualType = TorchNative.Type(tensor);
            if (actualType != elementType && elementType >= 0)
                return Miss(i, GuardProperty.ElementType);
            if (rank >= 0 && TorchNative.Rank(tensor) != rank)
                return Miss(i, GuardProperty.Rank);
            if (TorchNative.DeviceType(tensor) != 0)
                return Miss(i, GuardProperty.Device);
            if (TorchNative.IsSparse(tensor) != 0)
                return Miss(i, GuardProperty.Storage);
            var hasData = (flags & FetchData) != 0;
            if ((flags & (Contiguous | NoDataUnlessContiguous)) != 0 && TorchNative.IsContiguous(tensor) == 0)
            {
                if ((flags & Contiguous) != 0)
                    return MissAfterError(i, GuardProperty.Contiguity);
                if (TorchNative.TakeError != null)
                    TorchNative.TakeError();
                hasData = false;
                data[i] = null;
            }
            if ((flags & GradientMatters) != 0)
            {
                if (gradMode == 0)
                    gradMode = TorchNative.IsGradEnabled() != 0 ? 2 : 1;
                if (gradMode == 2 && TorchNative.RequiresGrad(tensor) != 0)
                    return Miss(i, GuardProperty.Gradient);
            }
            for (var dim = 0; dim < rank; dim++, spec += 2)
            {
                int kind = spec[0], value = spec[1];
                if (kind == AnySize)
                    continue;
                var size = TorchNative.Size(tensor, dim);
                if (kind == BindSymbol)
                    symbols[value] = size;
                else if (size != (kind == SizeIs ? value : symbols[value]))
                    return Miss(i, GuardProperty.Size, dim);
            }
            if (hasData)
            {
                // Lazily negated or conjugated memory does not hold the values. Only floating types can be either.
                if (actualType is >= FirstFloating and <= LastFloating && IsLazilyTransformed(tensor))
                    return Miss(i, GuardProperty.Storage);
                // Null: no elements (cheaper to leave to the original), or no plain memory (an error is then pending).
                var pointer = TorchNative.Data(tensor);
                if (pointer == null)
                    return MissAfterError(i, GuardProperty.Storage);
                data[i] = pointer;
            }
        }
        return 0;
    }

    /// <summary>The tensor that failed, counted from 0.</summary>
    public static int TensorOf(int miss) => (miss & 0xffff) - 1;

    /// <summary>What differed.</summary>
    public static GuardProperty PropertyOf(int miss) => (GuardProperty)((miss >> 16) & 0xff);

    /// <summary>The dimension that differed, for <see cref="GuardProperty.Size"/>.</summary>
    public static int DimensionOf(int miss) => miss >> 24;

    /// <summary>A miss in words.</summary>
    public static string Describe(int miss)
    {
        var tensor = $"tensor {TensorOf(miss)}";
        return PropertyOf(miss) switch
        {
            GuardProperty.Missing => $"{tensor} is null or disposed",
            GuardProperty.ElementType => $"{tensor} has another dtype",
            GuardProperty.Rank => $"{tensor} has another number of dimensions",
            GuardProperty.Device => $"{tensor} is not on the CPU",
            GuardProperty.Storage => $"{tensor} is empty, sparse, lazily negated, or has no plain memory",
            GuardProperty.Contiguity => $"{tensor} is not contiguous",
            GuardProperty.Size => $"{tensor} has another size in dimension {DimensionOf(miss)}",
            GuardProperty.Autocast => "autocast is enabled",
            GuardProperty.Gradient => $"{tensor} requires a gradient and gradients are enabled",
            _ => $"guard {miss}",
        };
    }

    // ScalarType Float16 .. ComplexFloat64.
    private const int FirstFloating = 5, LastFloating = 10, FirstComplex = 8;

    private static bool IsLazilyTransformed(nint tensor) =>
        TorchNative.IsNegated != null && TorchNative.IsNegated(tensor) != 0
        || TorchNative.Type(tensor) >= FirstComplex && TorchNative.IsConjugated != null && TorchNative.IsConjugated(tensor) != 0;

    private static int Miss(int tensor, GuardProperty property, int dimension = 0) =>
        (tensor + 1) | ((int)property << 16) | (dimension << 24);

    // A libtorch error left behind would be raised by an unrelated TorchSharp call later.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int MissAfterError(int tensor, GuardProperty property)
    {
        if (TorchNative.TakeError != null)
            TorchNative.TakeError();
        return Miss(tensor, property);
    }
}
