using DlAot.CodeGen.Llvm;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>One of the loops that together cover a range: its lanes, and whether its last round is masked.</summary>
internal readonly record struct LanePiece(int Lanes, bool IsMasked);

/// <summary>
/// How a range is cut into vectors. A wide piece is several registers long: LLVM splits it into independent instructions, which is
/// the unrolling.
/// </summary>
internal static class LaneWidth
{
    public static readonly IReadOnlyList<LanePiece> OneByOne = [new(1, false)];

    /// <summary>Lanes of one register for the widest type that most of the values have.</summary>
    public static int Register(IsaLevel level, IEnumerable<Expr> roots)
    {
        IReadOnlyList<Expr> values = ExprWalk.ValuesOnly(roots);
        int bytes = values.Any(e => e.Type == DType.F64) ? 8
            : values.Any(e => e.Type is DType.F32 or DType.F16 or DType.BF16 or DType.I32) ? 4
            : values.Any(e => e.Type == DType.I64 && e is Expr.Load or Expr.Op) ? 8
            : values.Any(e => e.Type == DType.I16) ? 2 : 1;
        return level.Lanes(bytes);
    }

    /// <summary>The pieces for a loop over these values; <paramref name="extent"/> is the trip count when it is known.</summary>
    public static IReadOnlyList<LanePiece> Pieces(IsaLevel level, IReadOnlyList<Expr> roots, Schedule schedule, long? extent, int? maximum = null)
    {
        int register = Register(level, roots);
        int weight = Cost.PerVector(roots);
        int unroll = schedule.UnrollVectors > 0 ? PowerOfTwo(schedule.UnrollVectors) : weight <= 14 ? 4 : weight <= 40 ? 2 : 1;
        int wide = register * Math.Min(unroll, maximum ?? unroll);
        while (extent is long known && wide > register && known < wide)
        {
            wide /= 2;
        }

        bool masks = level.Math.Avx512;
        List<LanePiece> pieces = [];
        if (extent is not long n || n >= wide)
        {
            pieces.Add(new(wide, false));
        }

        if (extent is long k && k % wide == 0)
        {
            return pieces.Count > 0 ? pieces : OneByOne;
        }

        if (masks)
        {
            pieces.Add(new(register, true));
            return pieces;
        }

        if (wide > register && (extent is not long m || m % wide >= register))
        {
            pieces.Add(new(register, false));
        }

        if (extent is not long r || r % register != 0)
        {
            pieces.Add(new(1, false));
        }

        return pieces;
    }

    private static int PowerOfTwo(int n) => 1 << Math.Min(3, System.Numerics.BitOperations.Log2((uint)n));
}
