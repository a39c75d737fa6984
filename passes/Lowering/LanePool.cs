using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>Makes lanes so that equal ones are the same object.</summary>
internal sealed class LanePool
{
    private readonly Dictionary<string, Lane> lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<Value, int> sources = [];
    private readonly Dictionary<ElementAtom, Lane> elements = [];
    private int next;

    public Lane Const(DType type, double value) => Intern($"c{type}:{BitConverter.DoubleToInt64Bits(value):x}", id => new ConstLane(id, type, value));

    public Lane Size(DimExpr value) => Intern($"d{value}", id => new SizeLane(id, value));

    public Lane Scalar(DType type, int position) => Intern($"s{position}", id => new ScalarLane(id, type, position));

    public Lane Index(Affine index) => Intern($"i{index.Key}", id => new IndexLane(id, index, ElementsOf(index)));

    public Lane Temp(DType type, ReductionItem? reduction) => Intern($"t{reduction?.Id ?? -1}", id => new TempLane(id, type, reduction));

    public Lane Load(Value source, Affine index, Lane? predicate)
    {
        if (!sources.TryGetValue(source, out int number))
        {
            sources[source] = number = sources.Count;
        }

        return Intern(
            $"l{number}:{index.Key}:{predicate?.Id ?? -1}",
            id => new LoadLane(id, source, index, predicate is null ? ElementsOf(index) : [.. ElementsOf(index), predicate], predicate));
    }

    public Lane Op(ScalarOp code, DType type, params ImmutableArray<Lane> operands) =>
        Intern($"o{code}:{type}:{string.Join(",", operands.Select(o => o.Id))}", id => new OpLane(id, code, type, operands));

    public Lane Cast(Lane lane, DType type) => lane.Type == type ? lane : Op(ScalarOp.Cast, type, lane);

    public Lane And(Lane? a, Lane b) => a is null || a == b ? b : Op(ScalarOp.And, DType.Bool, a, b);

    /// <summary>Says what an element in an index is.</summary>
    public void Define(ElementAtom element, Lane value) => elements[element] = value;

    public Lane ValueOf(ElementAtom element) => elements[element];

    private ImmutableArray<Lane> ElementsOf(Affine index) => [.. index.Elements().Select(e => elements[e])];

    private Lane Intern(string key, Func<int, Lane> make)
    {
        if (!lanes.TryGetValue(key, out Lane? lane))
        {
            lanes[key] = lane = make(next++);
        }

        return lane;
    }
}
