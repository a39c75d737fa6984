using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>Hypotheses about inputs that turn out wrong: the lift begins anew with what the code needs there.</summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<Value, int> sizesRead = []; // one bit for each dimension

    /// <summary>The method asks for one size of a tensor.</summary>
    internal void NoteSize(Value x, int dimension) => sizesRead[x] = sizesRead.GetValueOrDefault(x) | 1 << dimension;

    /// <summary>The method flattens one dimension alone, which changes nothing.</summary>
    internal bool FlattensNothing { get; set; }

    /// <summary>
    /// Some tensor may well have fewer dimensions, since the first three sizes or more were asked for one by one, and not the last; or more,
    /// since there is nothing to flatten.
    /// </summary>
    internal bool DoubtsRank => FlattensNothing || sizesRead.Any(s => s.Value >= 0b111 && (s.Value & (s.Value + 1)) == 0 && s.Value + 1 < 1 << s.Key.Rank);

    /// <summary>An input that the value comes from has at least so many dimensions.</summary>
    internal void RequireDimensions(Value x, long rank, LiftException missing)
    {
        if (IsConstructorPhase || rank is < 0 or > 6)
        {
            throw missing;
        }

        Correct(x, p => p is { IsNull: false, Count: null } && p.Rank < rank ? p with { Rank = (int)rank } : p, missing, isOfRank: true);
    }

    // Their results have as many dimensions as their first operand.
    private static readonly HashSet<OpDef> KeepRank = [Op.Linear, Op.Softmax, Op.LogSoftmax, Op.LayerNorm, Op.BatchNorm, Op.Permute, Op.Slice, Op.Flip, Op.Contiguous];

    /// <summary>A hypothesis about the input that a value comes from was wrong.</summary>
    /// <exception cref="HypothesisException">Always, unless the value was computed otherwise than element by element: then <paramref name="otherwise"/>.</exception>
    /// <param name="isOfRank">It is about the number of dimensions, which views change.</param>
    internal void Correct(Value value, Func<PlaceType, PlaceType> correct, LiftException otherwise, bool isOfRank)
    {
        while (value.Node is { } node && (node.Op.Family == OpFamily.Elementwise ? node.Operands.FirstOrDefault(o => o.Rank == value.Rank && (isOfRank || o.DType == value.DType))
            : (isOfRank ? KeepRank.Contains(node.Op) : node.Op.Family == OpFamily.View) ? node.Operands[0] : null) is { } operand)
        {
            value = operand;
        }

        throw value.Node is null ? new HypothesisException(inputs[value.Index].Key, correct, otherwise) : otherwise;
    }

    /// <summary>Two operands must have one dtype: the one whose dtype is only taken to be so is taken to have the other's.</summary>
    /// <exception cref="HypothesisException">They differ, and one is an input of unknown content, or follows from it.</exception>
    /// <exception cref="LiftException">They differ, and nothing can be done about it.</exception>
    internal void RequireSameDType(Value a, Value b, Func<LiftException> otherwise)
    {
        if (a.DType == b.DType)
        {
            return;
        }

        // What nobody has thought about is f32; a float is not taken for an integer.
        foreach ((Value value, DType other) in new[] { (a, b.DType), (b, a.DType) }.Where(p => p.Item2.IsFloat()).OrderBy(p => p.Item1.DType == DType.F32 ? 0 : 1))
        {
            if (!IsConstructorPhase && OriginsOf(value).Select(o => inputs[o.Index].Key).FirstOrDefault(k => Shared.Places?.TypeOf(k) is { IsTensor: true, IsIndex: false }) is { } place)
            {
                throw new HypothesisException(place, p => p with { DType = other }, otherwise());
            }
        }

        throw otherwise();
    }

    // Inputs from which its dtype follows.
    private static IEnumerable<Value> OriginsOf(Value value)
    {
        var seen = new HashSet<Value>();
        var open = new Stack<Value>([value]);
        while (open.TryPop(out Value? next))
        {
            if (next.Node is null)
            {
                yield return next;
            }
            else if (next.Node.Op != Op.Cast && next.Node.Op != Op.Extern)
            {
                foreach (Value operand in next.Node.Operands.Reverse().Where(o => o.DType == value.DType && o.Rank > 0 && seen.Add(o)))
                {
                    open.Push(operand);
                }
            }
        }
    }
}
