namespace DlAot.Ir;

/// <summary>Element types of tensors and scalars. The order is the order of type promotion inside a category.</summary>
public enum DType
{
    Bool,
    U8,
    I8,
    I16,
    I32,
    I64,
    F16,
    BF16,
    F32,
    F64,
}

/// <summary>What a <see cref="DType"/> is: size, category, text name, promotion.</summary>
public static class DTypes
{
    private static readonly (string Name, int Size, DTypeCategory Category)[] Rows =
    [
        ("bool", 1, DTypeCategory.Bool),
        ("u8", 1, DTypeCategory.Integer),
        ("i8", 1, DTypeCategory.Integer),
        ("i16", 2, DTypeCategory.Integer),
        ("i32", 4, DTypeCategory.Integer),
        ("i64", 8, DTypeCategory.Integer),
        ("f16", 2, DTypeCategory.Float),
        ("bf16", 2, DTypeCategory.Float),
        ("f32", 4, DTypeCategory.Float),
        ("f64", 8, DTypeCategory.Float),
    ];

    public static IEnumerable<DType> All => Enum.GetValues<DType>();

    /// <summary>The name in the text form, e.g. <c>f32</c>.</summary>
    public static string Name(this DType type) => Rows[(int)type].Name;

    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => Rows[(int)type].Size;

    public static DTypeCategory Category(this DType type) => Rows[(int)type].Category;

    public static bool IsFloat(this DType type) => type.Category() == DTypeCategory.Float;

    public static bool IsInteger(this DType type) => type.Category() == DTypeCategory.Integer;

    public static DType? TryParse(string name)
    {
        int index = Array.FindIndex(Rows, row => row.Name == name);
        return index < 0 ? null : (DType)index;
    }

    /// <summary>The dtype of an operation on two tensors with dimensions, as libtorch promotes (c10/core/ScalarType.h).</summary>
    public static DType Promote(DType a, DType b)
    {
        if (a == b)
        {
            return a;
        }

        if (a.Category() != b.Category())
        {
            return a.Category() > b.Category() ? a : b;
        }

        // Two different halves meet in f32; u8 with a signed type needs the next wider signed one.
        return (a, b) switch
        {
            (DType.F16, DType.BF16) or (DType.BF16, DType.F16) => DType.F32,
            (DType.U8, DType.I8) or (DType.I8, DType.U8) => DType.I16,
            _ => a > b ? a : b,
        };
    }

    /// <summary>The dtype of tensor (op) scalar: the scalar counts only when its category is higher (libtorch's rule for wrapped numbers).</summary>
    public static DType PromoteScalar(DType tensor, DTypeCategory scalar) =>
        scalar <= tensor.Category() ? tensor : scalar == DTypeCategory.Float ? DType.F32 : DType.I64;
}

/// <summary>Promotion categories, lowest first.</summary>
public enum DTypeCategory
{
    Bool,
    Integer,
    Float,
}
