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
                x = ShapeOps.Select(s, x, dim, s.Interpreter.Decide(fromEnd, false) ? Interpreter.Sized(DimExpr.Zero - Interpreter.AsDim(facts["value"])!) : facts["value"]);
            }
            else if (index is TensorRef t)
            {
                if (indices.Count(i => i is TensorRef) > 1 || t.Value.DType == DType.Bool || !t.Value.DType.IsInteger())
                {
                    throw s.Unsupported("a mask or several index tensors");
                }

                x = s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)dim), ("wrap", true)), x, t.Value);
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

    private static bool Is(AbstractValue v, string marker) => v is ObjectRef o && o.Instance.Facts.ContainsKey(marker);

    private static Value Ranged(CallSite s, Value x, int dim, Instance range)
    {
        DimExpr size = s.Builder.TypeOf(x).Shape[dim];
        long step = range.Facts.GetValueOrDefault("step") is Constant { Value: long n } ? n : 1;
        DimExpr? start = Bound(s, range.Facts.GetValueOrDefault("start"), size), stop = Bound(s, range.Facts.GetValueOrDefault("stop") ?? range.Facts.GetValueOrDefault("end"), size);
        if (start is null && stop is null && step == 1)
        {
            return x;
        }

        DimExpr from = start ?? 0, to = stop ?? size;
        return ShapeOps.Slice(s, x, dim, from, DimExpr.CeilDiv(to - from, step), step);
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

        DimExpr plain = Interpreter.AsDim(bound) ?? throw s.Fail(Rules.UnknownBranch, $"the bound {Interpreter.Name(bound)}");
        return plain.Constant is < 0 ? size + plain : plain;
    }
}
