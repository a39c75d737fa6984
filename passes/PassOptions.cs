using System.Collections.Frozen;
using DlAot.Ir;

namespace DlAot.Passes;

/// <summary>Who computes matrix products.</summary>
public enum MatMulChoice
{
    /// <summary>Our kernels, with fused operands and epilogue.</summary>
    Kernel,

    /// <summary>The user's tensor library.</summary>
    Extern,

    /// <summary>The user's tensor library where the sizes are known and large, our kernels otherwise.</summary>
    Auto,
}

/// <summary>What the passes may do.</summary>
/// <param name="Exact">Keep eager's order of operations: no rewrite that rounds differently.</param>
/// <param name="MatMul">Who computes matrix products.</param>
public sealed record PassOptions(bool Exact = false, MatMulChoice MatMul = MatMulChoice.Kernel)
{
    /// <summary>Multiplications from which <see cref="MatMulChoice.Auto"/> leaves a product to the tensor library.</summary>
    public const long LargeProduct = 1L << 24;

    private static readonly FrozenDictionary<string, Func<Node, PassOptions, bool>> DefaultExterns =
        new Dictionary<string, Func<Node, PassOptions, bool>>(StringComparer.Ordinal)
        {
            ["conv"] = (_, _) => true,
            ["max_pool"] = (_, _) => true,
            ["avg_pool"] = (_, _) => true,
            ["cumsum"] = (_, _) => true,
            ["extern"] = (_, _) => true,
            ["matmul"] = (n, o) => !n.Result.DType.IsFloat() || o.LeavesProduct(n),
            ["linear"] = (n, o) => !n.Result.DType.IsFloat() || o.LeavesProduct(n),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Ops that stay calls of the user's tensor library, by name, and when; an op without a row becomes kernels.</summary>
    public FrozenDictionary<string, Func<Node, PassOptions, bool>> Externs { get; init; } = DefaultExterns;

    /// <summary>True when the node stays a call of the user's tensor library.</summary>
    public bool IsExtern(Node node) => Externs.TryGetValue(node.Op.Name, out Func<Node, PassOptions, bool>? when) && when(node, this);

    private bool LeavesProduct(Node node) => MatMul switch
    {
        MatMulChoice.Extern => true,
        MatMulChoice.Auto => (node.Result.Type.Numel * node.Operands[0].Shape[^1]).Constant >= LargeProduct,
        _ => false,
    };
}
