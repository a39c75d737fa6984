using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Indexers: integers, ranges, TensorIndex, one index tensor.</summary>
internal static class IndexModels
{
    public static void Register(ModelTable t)
    {
        t.Add(Get, "Tensor.get_TensorItems", "Tensor.index"); // the indexer's name in metadata
        t["TensorIndex.op_Implicit"] = s => s.Arguments[0];
        t["TensorIndex.Slice"] = s => s.Arguments is [ObjectRef range] && ModelTable.ShortName(range.Instance.Type) == "Range" ? range
            : BclModels.NewFacts(s.ReturnType, ("slice", AbstractValue.Null), ("start", s.Optional("start") ?? AbstractValue.Null), ("stop", s.Optional("stop") ?? AbstractValue.Null), ("step", s.Optional("step") ?? AbstractValue.Of(1L)));
        t["TensorIndex.Single"] = s => s.Arguments[0];
        t["TensorIndex.Tensor"] = s => s.Arguments[0];
        foreach (string name in new[] { "Colon", "Ellipsis", "None", "Null" })
        {
            t[$"TensorIndex.get_{name}"] = s => Marker(s.ReturnType, name);
            t.AddStatic($"TensorIndex.{name}", f => Marker(f.FieldType, name));
        }
    }

    private static ObjectRef Marker(Mono.Cecil.TypeReference type, string name) => BclModels.NewFacts(type, (name == "Null" ? "None" : name, AbstractValue.Null));

    private static AbstractValue Get(CallSite s)
    {
        TensorObject source = s.TensorObject("this");
        Value x = source.Value;
        AbstractValue[] indices = s.Arguments[1..];
        if (indices is [ObjectRef { Instance.Items: { } list }])
        {
            indices = [.. list];
        }

        if (indices.Count(i => Is(i, "Ellipsis")) > 1 || indices.Count(i => !Is(i, "Ellipsis") && !Is(i, "None")) > x.Rank)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{indices.Length} indices into a tensor of rank {x.Rank}");
        }

        int consumed = indices.Count(i => !Is(i, "Ellipsis") && !Is(i, "None"));
        int dim = 0;
        bool isView = true;
        foreach (AbstractValue raw in indices)
        {
            AbstractValue index = BclModels.Unwrapped(raw);
            if (Is(index, "None"))
            {
                x = ShapeOps.Unsqueeze(s, x, dim++);
            }
            else if (Is(index, "Ellipsis"))
            {
                dim += source.Value.Rank - consumed;
            }
            else if (Is(index, "Colon"))
            {
                dim++;
            }
            else if (index is ObjectRef { Instance: { } instance } && (ModelTable.ShortName(instance.Type) == "Range" || instance.Facts.ContainsKey("slice")))
            {
                x = Ranged(s, x, dim++, instance);
            }
            else if (index is ObjectRef { Instance.Facts: var facts } && facts.TryGetValue("fromEnd", out AbstractValue? fromEnd))
            {
                x = ShapeOps.Select(s, x, dim, s.Interpreter.Decide(fromEnd, false) ? Interpreter.Sized(DimExpr.Zero - (Interpreter.AsDim(facts["value"]) ?? throw s.Unsupported("this index"))) : facts["value"]);
            }
            else if (index is TensorRef t)
            {
                if (t.Object.IsDisposed || indices.Count(i => i is TensorRef) > 1 || t.Value.DType is not (DType.I64 or DType.I32))
                {
                    throw s.Unsupported("a mask or several index tensors");
                }

                if (indices.Any(i => Is(BclModels.Unwrapped(i), "None") || Interpreter.AsDim(BclModels.Unwrapped(i)) is not null))
                {
                    throw s.Unsupported("an index tensor beside numbers"); // the library moves the indexed dimensions then
                }

                x = s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)dim)), x, Wrapped(s, t.Value, s.Builder.TypeOf(x).Shape[dim]));
                dim += t.Value.Rank;
                isView = false;
            }
            else if (Interpreter.AsDim(index) is not null)
            {
                x = ShapeOps.Select(s, x, dim, index);
            }
            else
            {
                throw s.Unsupported($"the index {Interpreter.Name(index)}");
            }
        }

        return isView ? s.NewTensor(x, source) : s.NewTensor(x);
    }

    // Unlike index_select, an indexer counts negative indices from the end.
    public static Value Wrapped(CallSite s, Value index, DimExpr size)
    {
        Value wide = s.Interpreter.CastTo(index, DType.I64);
        Value fromEnd = s.Builder.Add(Op.Add, wide, s.Interpreter.AsGraphNumber(Interpreter.Sized(size), DType.I64));
        return s.Builder.Add(Op.Where, s.Builder.Add(Op.Lt, wide, s.Builder.Constant(0, DType.I64)), fromEnd, wide);
    }

    private static bool Is(AbstractValue v, string marker) => v is ObjectRef o && o.Instance.Facts.ContainsKey(marker);

    private static Value Ranged(CallSite s, Value x, int dim, Instance range)
    {
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        long step = range.Facts.GetValueOrDefault("step") switch
        {
            null or Constant { IsNull: true } => 1,
            Constant { Value: long n } => n,
            var other => throw s.Fail(Rules.UnknownBranch, $"the step {Interpreter.Name(other)}"),
        };
        DimExpr? start = Bound(s, range.Facts.GetValueOrDefault("start"), size), stop = Bound(s, range.Facts.GetValueOrDefault("stop") ?? range.Facts.GetValueOrDefault("end"), size);
        if (start is null && stop is null && step == 1)
        {
            return x;
        }

        return ShapeOps.Between(s, x, dim, start, stop, step);
    }

    // Bounds beyond the end would be clamped by the library; the slice's own condition (end <= size) sends those to the original.
    private static DimExpr? Bound(CallSite s, AbstractValue? bound, DimExpr size)
    {
        switch (bound)
        {
            case null or Constant { IsNull: true }:
                return null;
            case ObjectRef { Instance.Facts: var facts } when facts.TryGetValue("value", out AbstractValue? value) && Interpreter.AsDim(value) is { } at:
                return s.Interpreter.Decide(facts["fromEnd"], false) ? at.IsZero ? null : size - at : at;
        }

        return Interpreter.AsDim(bound) ?? throw s.Fail(Rules.UnknownBranch, $"the bound {Interpreter.Name(bound)}");
    }
}
