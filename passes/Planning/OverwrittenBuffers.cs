using System.Collections.Immutable;
using DlAot.Ir.Kernels;

namespace DlAot.Passes.Planning;

/// <summary>One kernel buffer in place of two: the one that is read is also the one that is written.</summary>
internal static class OverwrittenBuffers
{
    /// <summary>The kernel with buffer <paramref name="to"/> removed and its stores going to <paramref name="from"/>, or null where an element would be overwritten before its last read.</summary>
    public static Kernel? Merge(Kernel kernel, int from, int to)
    {
        if (kernel.Checks.Any(c => Loads(c, from).Any()))
        {
            return null;
        }

        // The one index, as text within loops of the same extents, at which everything happens.
        string? place = null;
        bool isStored = false;
        foreach (Phase phase in kernel.Phases)
        {
            (ImmutableArray<Store> stores, IEnumerable<Expr> roots, string loops) = phase switch
            {
                LoopPhase p => (p.Stores, p.Reductions.Select(r => r.Value), string.Join(",", p.Extents)),
                ContractPhase p => (p.Stores, [], ""),
                _ => throw new InvalidOperationException($"unknown phase {phase.GetType().Name}"),
            };
            if (phase is ContractPhase c && Loads(c.A, from).Concat(Loads(c.B, from)).Any())
            {
                return null;
            }

            Expr[] values = [.. roots, .. stores.SelectMany(s => new[] { s.Index, s.Value, s.Predicate }.OfType<Expr>())];
            string[] touched =
            [
                .. values.SelectMany(v => Loads(v, from)).Select(l => $"{loops}:{l.Index}").Concat(
                    stores.Where(s => s.Buffer == to).Select(s => $"{loops}:{s.Index}")),
            ];
            if (touched.Length == 0)
            {
                continue;
            }

            place ??= touched[0];
            bool isRead = values.Any(v => Loads(v, from).Any());
            if (touched.Any(t => t != place) || (isStored && isRead) || stores.Any(s => s.Buffer == to && s.Predicate is not null))
            {
                return null;
            }

            isStored |= stores.Any(s => s.Buffer == to);
        }

        int Without(int b) => b > to ? b - 1 : b;
        var rebuild = new RenumberBuffers(b => b == to ? Without(from) : Without(b));
        return rebuild.Apply(kernel) with
        {
            Buffers = [.. kernel.Buffers.Select((b, i) => i == from ? b with { IsWritten = true } : b).Where((_, i) => i != to)],
        };
    }

    private static IEnumerable<Expr.Load> Loads(Expr root, int buffer)
    {
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        var pending = new Stack<Expr>([root]);
        while (pending.TryPop(out Expr? e))
        {
            if (seen.Add(e))
            {
                if (e is Expr.Load load && load.Buffer == buffer)
                {
                    yield return load;
                }

                foreach (Expr operand in e.Operands)
                {
                    pending.Push(operand);
                }
            }
        }
    }
}
