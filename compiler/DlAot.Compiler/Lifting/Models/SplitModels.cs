using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using static DlAot.Compiler.Lifting.Models.TensorModels;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Parts of a tensor along a dimension, as views.</summary>
internal static class SplitModels
{
    public static void Register(ModelTable t)
    {
        Both(t, "chunk", s => Chunk(s, s.OperandObject, s.Int("chunks"), s.Int("dim", 0)));
        Both(t, "split", Split);
        Both(t, "tensor_split", s => Divided(s, s.Int("dim", 0)));
        Both(t, "vsplit", s => Divided(s, 0));
        Both(t, "hsplit", s => Divided(s, s.Operand.Rank == 1 ? 0 : 1));
        Both(t, "dsplit", s => Divided(s, 2));
    }

    private static DimExpr Total(CallSite s, TensorObject x, long dim) => s.Builder.TypeOf(x.Value).Shape[ShapeOps.Axis(s, dim, x.Value.Rank)];

    private static AbstractValue Parts(CallSite s, TensorObject x, long dim, IEnumerable<DimExpr> sizes)
    {
        DimExpr start = 0;
        var parts = new List<AbstractValue>();
        foreach (DimExpr size in sizes)
        {
            parts.Add(s.NewTensor(ShapeOps.Slice(s, x.Value, dim, start, size), x));
            start += size;
        }

        return Interpreter.NewList(s.ReturnType, parts);
    }

    private static AbstractValue Chunk(CallSite s, TensorObject x, long chunks, long dim)
    {
        DimExpr total = Total(s, x, dim);
        if (chunks is < 1 or > 1000)
        {
            throw s.Unsupported($"{chunks} chunks");
        }

        if (total.Constant is long known)
        {
            long size = Math.Max(1, (known + chunks - 1) / chunks);
            return Parts(s, x, dim, Pieces(known, size));
        }

        if (DimExpr.TryDivide(total, chunks) is null)
        {
            // Chunks of equal size: the last one would be shorter otherwise, and there might be fewer.
            s.Builder.Facts.RequireDivisible(total, chunks);
            s.Builder.Facts.RequireAtLeast(total, chunks);
        }

        return Parts(s, x, dim, Enumerable.Repeat(DimExpr.FloorDiv(total, chunks), (int)chunks));
    }

    private static IEnumerable<DimExpr> Pieces(long total, long size)
    {
        for (long at = 0; at == 0 || at < total; at += size)
        {
            yield return Math.Min(size, total - at);
        }
    }

    private static AbstractValue Split(CallSite s)
    {
        TensorObject x = s.OperandObject;
        long dim = s.Int("dim", 0);
        DimExpr total = Total(s, x, dim);
        AbstractValue sizes = s.Argument("sizes", "split_size_or_sections", "size");
        if (Interpreter.AsDim(sizes) is not { } size)
        {
            ImmutableArray<DimExpr> parts = s.Dims("sizes", "split_size_or_sections", "size");
            if (!s.Builder.Facts.TryEqual(total, parts.Aggregate(DimExpr.Zero, (a, b) => a + b)))
            {
                throw s.Fail(Rules.AlwaysThrows, "split: the sizes do not add up");
            }

            return Parts(s, x, dim, parts);
        }

        if (total.Constant is long known && size.Constant is > 0 and long each)
        {
            return known / each > 1000 ? throw s.Unsupported($"{known / each} parts") : Parts(s, x, dim, Pieces(known, each));
        }

        long count = DimExpr.CeilDiv(total, size).Constant ?? AssumedCount(s, total, size);
        return count is < 1 or > 1000 ? throw s.Unsupported($"{count} parts")
            : Parts(s, x, dim, Enumerable.Range(0, (int)count).Select(i => i < count - 1 ? size : total - (size * (count - 1))));
    }

    // As many parts as the sizes are guessed to give, or as few as the program can do with: it takes the parts apart.
    private static long AssumedCount(CallSite s, DimExpr total, DimExpr size)
    {
        if (s.Interpreter.IsConstructorPhase)
        {
            throw s.Fail(Rules.UnknownBranch, "the number of parts");
        }

        long? guess = s.Interpreter.Guess(DimExpr.CeilDiv(total, size));
        long count = s.Interpreter.ChooseCount(guess);
        bool isWhole = guess is null || s.Interpreter.Guess(DimExpr.Mod(total, size)) == 0;
        if (!isWhole || !s.Builder.Facts.TryEqual(total, size * count))
        {
            s.Builder.Facts.RequireAtLeast(total, (size * (count - 1)) + 1);
            s.Builder.Facts.RequireAtLeast(size * count, total);
        }

        return count;
    }

    // A number of parts whose sizes differ by one at most, or the positions where parts begin.
    private static AbstractValue Divided(CallSite s, long dim)
    {
        TensorObject x = s.OperandObject;
        DimExpr total = Total(s, x, dim);
        AbstractValue given = s.Arguments[1];
        if (given is TensorRef)
        {
            throw s.Unsupported("positions in a tensor");
        }

        if (Interpreter.AsDim(given) is { Constant: long sections })
        {
            if (sections is < 1 or > 1000)
            {
                throw s.Unsupported($"{sections} parts");
            }

            if (total.Constant is long known)
            {
                if (known % sections != 0 && !s.Method.Name.StartsWith("tensor", StringComparison.Ordinal))
                {
                    throw s.Fail(Rules.AlwaysThrows, $"{s.Method.Name} of {known} into {sections}");
                }

                return Parts(s, x, dim, Enumerable.Range(0, (int)sections).Select(i => (DimExpr)((known / sections) + (i < known % sections ? 1 : 0))));
            }

            s.Builder.Facts.RequireDivisible(total, sections);
            return Parts(s, x, dim, Enumerable.Repeat(DimExpr.FloorDiv(total, sections), (int)sections));
        }

        ImmutableArray<DimExpr> at = [0, .. s.Dims(s.Names[1]).Select(p => p.Constant is < 0 ? total + p : p), total];
        return Parts(s, x, dim, Enumerable.Range(0, at.Length - 1).Select(i => at[i + 1] - at[i]));
    }
}
