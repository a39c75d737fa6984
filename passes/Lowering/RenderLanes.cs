using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>Writes lanes as kernel expressions, after loops are merged and named.</summary>
internal sealed class RenderLanes(IndexSpace space, LanePool lanes, KernelBuffers buffers, IReadOnlyDictionary<LoopVar, Affine> replaced)
{
    private readonly Dictionary<LoopVar, string> names = [];
    private Dictionary<Lane, Expr> cache = [];

    public ExprPool Pool { get; } = new();

    public void Name(LoopVar variable, string name) => names[variable] = name;

    public void Name(ImmutableArray<LoopVar> variables, string prefix)
    {
        for (int i = 0; i < variables.Length; i++)
        {
            Name(variables[i], $"{prefix}{i}");
        }
    }

    /// <summary>From here on these lanes are read from where they have been stored.</summary>
    public void StartPhase(IEnumerable<StoredLane> stored)
    {
        cache = [];
        foreach (StoredLane s in stored)
        {
            cache[s.Lane] = Pool.Load(buffers.Number(s.Place.Value), s.Lane.Type, Index(s.Place.Index));
        }
    }

    public Expr Lane(Lane lane)
    {
        if (!cache.TryGetValue(lane, out Expr? e))
        {
            cache[lane] = e = lane switch
            {
                ConstLane c => Pool.Const(c.Type, c.Value),
                SizeLane s => Pool.Dim(s.Value),
                ScalarLane s => Pool.Scalar(s.Position, s.Type),
                IndexLane i => Index(i.Index!),
                TempLane t => Pool.Temp(t.Reduction?.Id ?? 0, t.Type),
                LoadLane l => Pool.Load(buffers.Number(l.Source), l.Type, Index(l.Index!), l.Predicate is null ? null : Lane(l.Predicate)),
                OpLane o => Pool.Op(o.Code, o.Type, [.. o.Operands.Select(Lane)]),
                _ => throw new InvalidOperationException($"unknown lane {lane.GetType().Name}"),
            };
        }

        return e;
    }

    public Expr Index(Affine index) => Sum(space.Substitute(index, replaced));

    private Expr Sum(Affine index)
    {
        Expr? sum = null;
        foreach ((IndexAtom atom, DimExpr coefficient) in index.Terms.OrderBy(t => t.Atom is LoopVar v ? names[v] : "", StringComparer.Ordinal).ThenBy(t => t.Atom.Id))
        {
            Expr term = Pool.Mul(Atom(atom), Pool.Dim(coefficient));
            sum = sum is null ? term : Pool.Add(sum, term);
        }

        return sum is null ? Pool.Dim(index.Offset) : Pool.Add(sum, Pool.Dim(index.Offset));
    }

    private Expr Atom(IndexAtom atom) => atom switch
    {
        LoopVar v => Pool.Var(names[v]),
        QuotientAtom q => Pool.Op(ScalarOp.FloorDiv, DType.I64, Sum(q.Of), Divisor(q.By)),
        RemainderAtom r => Pool.Op(ScalarOp.Rem, DType.I64, Sum(r.Of), Divisor(r.By)),
        ElementAtom e => Lane(lanes.ValueOf(e)),
        _ => throw new InvalidOperationException($"unknown index atom {atom.GetType().Name}"),
    };

    // A size may be 0 where the element is not read, in the border of a pad for instance; the division happens all the same.
    private Expr Divisor(DimExpr by) => Pool.Dim(DimExpr.Max(by, 1));
}

/// <summary>Where a root is stored: its buffer and the element.</summary>
internal sealed record Place(Value Value, Affine Index);

/// <summary>A lane that an earlier phase has stored.</summary>
internal sealed record StoredLane(Lane Lane, Place Place);
