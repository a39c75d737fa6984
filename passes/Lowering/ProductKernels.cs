using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Passes.Fusion;
using DlAot.Passes.Indexing;

namespace DlAot.Passes.Lowering;

/// <summary>A matrix product with its epilogue as a kernel of one contraction phase; batch dimensions are the grid.</summary>
internal sealed class ProductKernels(PassState state, Group group, KernelBuffers buffers)
{
    private readonly PullLanes pull = new(state, group);

    public Kernel Build(string name, Schedule schedule, ImmutableArray<SourceLocation> origins)
    {
        Node core = group.Core!;
        Affine summed = group.Product.K is { } k ? Affine.Of(k) : Affine.Zero;
        Lane[] operands = [.. OperandIndices.Product(core, group.MemberIndex[core.Result], summed).Select(o => pull.Pull(core.Operands[o.Operand], o.Index))];
        List<StoreDraft> stores = [.. group.Roots.Select(r => new StoreDraft(
            new Place(r.Value, IndexMaps.Linear(r.Index, r.Value.Shape)), pull.Pull(r.Value, r.Index), []))];
        (LoopVar? m, LoopVar? n, _) = group.Product;
        var merge = new MergeLoops(group.Space, MergeLoops.IndicesOf(operands.Concat(stores.Select(s => s.Lane)), stores.Select(s => s.Place.Index)));

        // Batches of rows that lie one after another, with one right operand, are one batch of more rows.
        ImmutableArray<LoopVar> grid = merge.Merge(m is null ? group.Domain : [.. group.Domain, m]);
        HashSet<LoopVar> ofRight = [.. operands[1].Vars];
        if (m is not null || (grid.Length > 0 && !ofRight.Contains(grid[^1]) && !group.Domain.Any(v => ofRight.Contains(v) && merge.Replaced.ContainsKey(v))))
        {
            (m, grid) = (grid[^1], grid[..^1]);
        }

        var render = new RenderLanes(group.Space, pull.Pool, buffers, merge.Replaced);
        render.Name(grid, "g");
        NameIf(m, "m");
        NameIf(n, "n");
        NameIf(group.Product.K, "k");
        var phase = new ContractPhase(
            m?.Extent ?? DimExpr.One, n?.Extent ?? DimExpr.One, Summed(core),
            render.Lane(operands[0]), render.Lane(operands[1]),
            render.Pool.Temp(0, pull.Pool.Temp(core.Result.DType is DType.F64 ? DType.F64 : DType.F32, null).Type),
            [.. stores.Select(s => (s, Value: render.Lane(s.Lane))).ToArray().Select(s => new Store(buffers.Written(s.s.Place.Value), render.Index(s.s.Place.Index), s.Value))]);
        return new Kernel(name, buffers.ToKernel(), [.. grid.Select(v => v.Extent)], [phase], [], schedule, origins);

        void NameIf(LoopVar? v, string text)
        {
            if (v is not null)
            {
                render.Name(v, text);
            }
        }
    }

    // Both operands have it, equal by a condition if not by form: the one with a number is the better known.
    private static DimExpr Summed(Node core) => core.Operands[1].Shape[^2] is { Constant: not null } known ? known : core.Operands[0].Shape[^1];
}
