using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Indexers, read and assigned: integers, ranges, TensorIndex of every kind, index tensors, masks. Everything but tensors makes a
/// view first; tensors pick from it.
/// </summary>
internal static class IndexModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => Get(s, Indices(s, s.Arguments[1..])), "Tensor.get_TensorItems", "Tensor.index"); // the indexer's name in metadata
        t["Tensor.set_TensorItems"] = s =>
        {
            Set(s, Indices(s, s.Arguments[1..^1]), s.Arguments[^1]);
            return null;
        };
        t["Tensor.index_put_"] = s =>
        {
            if (s.Bool("accumulate"))
            {
                throw s.Unsupported("accumulate");
            }

            Set(s, Indices(s, [s.Argument("indices")]), s.Argument("value"));
            return s.Arguments[0];
        };
        t["TensorIndex.op_Implicit"] = s => IsTuple(s.Arguments[0]) ? Sliced(s, s.Arguments[0]) : s.Arguments[0];
        t["TensorIndex.Slice"] = s => s.Arguments is [ObjectRef range] && ModelTable.ShortName(range.Instance.Type) == "Range" ? range
            : s.Arguments is [{ } tuple] && IsTuple(tuple) ? Sliced(s, tuple)
            : BclModels.NewFacts(s.ReturnType, ("slice", AbstractValue.Null), ("start", s.Optional("start") ?? AbstractValue.Null), ("stop", s.Optional("stop") ?? AbstractValue.Null), ("step", s.Optional("step") ?? AbstractValue.Of(1L)));
        t["TensorIndex.Single"] = s => BclModels.Unwrapped(s.Arguments[0]);
        t["TensorIndex.Tensor"] = s => s.Arguments[0];
        foreach (string name in new[] { "Colon", "Ellipsis", "None", "Null" })
        {
            t[$"TensorIndex.get_{name}"] = s => Marker(s.ReturnType, name);
            t.AddStatic($"TensorIndex.{name}", f => Marker(f.FieldType, name));
        }
    }

    private static ObjectRef Marker(Mono.Cecil.TypeReference type, string name) => BclModels.NewFacts(type, (name == "Null" ? "None" : name, AbstractValue.Null));

    private static bool IsTuple(AbstractValue v) => v is ObjectRef { Access: null, Instance: var tuple } && ModelTable.ShortName(tuple.Type) == "ValueTuple";

    // (start, end), either of which may be null.
    private static ObjectRef Sliced(CallSite s, AbstractValue tuple)
    {
        AbstractValue[] bounds = [.. s.Items(tuple, "range").Select(BclModels.Unwrapped)];
        return BclModels.NewFacts(s.ReturnType, ("slice", AbstractValue.Null), ("start", bounds[0]), ("stop", bounds[1]), ("step", AbstractValue.Of(1L)));
    }

    public static AbstractValue[] Indices(CallSite s, AbstractValue[] given)
    {
        AbstractValue[] indices = [.. given is [ObjectRef { Instance.Items: { } list }] ? list.ToArray() : given];
        return [.. indices.Select(BclModels.Unwrapped)];
    }

    public static bool Is(AbstractValue v, string marker) => v is ObjectRef o && o.Instance.Facts.ContainsKey(marker);

    private static TensorRef Get(CallSite s, AbstractValue[] indices)
    {
        TensorObject source = s.OperandObject;
        (Value view, List<(int Dim, Value Index)> tensors, bool isView) = Viewed(s, source.Value, indices);
        if (tensors.Count > 0)
        {
            return s.NewTensor(AdvancedIndex.Picked(s, view, tensors));
        }

        if (isView)
        {
            return s.NewTensor(view, source);
        }

        TensorRef made = s.NewTensor(view);
        made.Object.TryBecome(source.Sharing(view));
        return made;
    }

    private static void Set(CallSite s, AbstractValue[] indices, AbstractValue value)
    {
        TensorObject source = s.OperandObject;
        (Value view, List<(int Dim, Value Index)> tensors, bool isView) = Viewed(s, source.Value, indices);
        if (!isView)
        {
            throw s.Unsupported("an index computed at run time");
        }

        TensorRef place = s.NewTensor(view, source);
        if (tensors.Count == 0)
        {
            Value stored = value is TensorRef { Value: var v } ? s.Interpreter.CastTo(v, view.DType) : SelectionModels.Stored(s, value, view.DType);
            s.Replace(place.Object, InPlaceModels.Spread(s, view, stored));
            return;
        }

        Value given = value is TensorRef { Value: var content } ? content : SelectionModels.Stored(s, value, view.DType);
        bool isFill = tensors.All(t => t.Index.DType == DType.Bool) && s.Builder.TypeOf(given).Numel.IsOne && given.DType.Category() <= view.DType.Category();
        given = isFill ? s.Interpreter.CastTo(given, view.DType) : given;
        if (given.DType != view.DType)
        {
            throw s.Fail(Rules.AlwaysThrows, $"{given.DType.Name()} put into {view.DType.Name()}");
        }

        s.Replace(place.Object, AdvancedIndex.Replaced(s, view, tensors, given));
    }

    // The view that all but tensors make, and the dimensions of it that tensors index.
    private static (Value View, List<(int Dim, Value Index)> Tensors, bool IsView) Viewed(CallSite s, Value x, AbstractValue[] indices)
    {
        int Consumed(AbstractValue i) => i is TensorRef t ? t.Value.DType is DType.Bool or DType.U8 ? t.Value.Rank : 1 : Is(i, "Ellipsis") || Is(i, "None") ? 0 : 1;
        int rank = x.Rank, consumed = indices.Sum(Consumed), dim = 0;
        if (indices.Count(i => Is(i, "Ellipsis")) > 1 || consumed > rank)
        {
            LiftException tooMany = s.Fail(Rules.AlwaysThrows, $"{indices.Length} indices into a tensor of rank {rank}");
            if (BclModels.Unwrapped(s.Arguments[0]) is TensorRef { Value: var indexed } && indexed.Rank == rank)
            {
                s.RequireDimensions(indexed, consumed, tooMany);
            }

            throw tooMany;
        }

        var tensors = new List<(int, Value)>();
        bool isView = true;
        foreach (AbstractValue index in indices)
        {
            switch (index)
            {
                case var _ when Is(index, "None"):
                    x = ShapeOps.Unsqueeze(s, x, dim++);
                    break;
                case var _ when Is(index, "Ellipsis"):
                    dim += rank - consumed;
                    break;
                case var _ when Is(index, "Colon"):
                    dim++;
                    break;
                case ObjectRef { Instance: { } instance } when ModelTable.ShortName(instance.Type) == "Range" || instance.Facts.ContainsKey("slice"):
                    x = Ranged(s, x, dim++, instance);
                    break;
                case ObjectRef { Instance.Facts: var facts } when facts.TryGetValue("fromEnd", out AbstractValue? fromEnd):
                    x = ShapeOps.Select(s, x, dim, s.Interpreter.Decide(fromEnd, false) ? Interpreter.Sized(DimExpr.Zero - (Interpreter.AsDim(facts["value"]) ?? throw s.Unsupported("this index"))) : facts["value"]);
                    break;
                case TensorRef t:
                    Value at = t.Object.IsDisposed || t.Object.IsUncertain ? throw s.Fail(Rules.DisposedResult, "an index") : t.Value;
                    if (at.DType is not (DType.I64 or DType.I32 or DType.Bool))
                    {
                        s.RequireInteger(at);
                        throw s.Unsupported($"an index of {at.DType.Name()}");
                    }

                    tensors.Add((dim, at));
                    dim += Consumed(index);
                    break;
                case HostNumber { Value.DType: DType.I64 } number:
                    x = s.Builder.Add(Op.Take, Attributes.Of(("dim", (long)dim)), x, Wrapped(s, number.Value, s.Builder.TypeOf(x).Shape[dim]));
                    isView = false;
                    break;
                case var _ when Interpreter.AsDim(index) is not null:
                    x = ShapeOps.Select(s, x, dim, index);
                    break;
                default:
                    throw s.Unsupported($"the index {Interpreter.Name(index)}");
            }
        }

        return (x, tensors, isView);
    }

    /// <summary>Unlike index_select, an indexer counts negative indices from the end.</summary>
    public static Value Wrapped(CallSite s, Value index, DimExpr size)
    {
        Value wide = s.Interpreter.CastTo(index, DType.I64);
        Value fromEnd = s.Builder.Add(Op.Add, wide, s.Interpreter.AsGraphNumber(Interpreter.Sized(size), DType.I64));
        return s.Builder.Add(Op.Where, s.Builder.Add(Op.Lt, wide, s.Builder.Constant(0, DType.I64)), fromEnd, wide);
    }

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
        return start is null && stop is null && step == 1 ? x : ShapeOps.Between(s, x, dim, start, stop, step);
    }

    // Bounds beyond the end would be clamped by the library; the slice's own condition (end <= size) sends those to the original.
    public static DimExpr? Bound(CallSite s, AbstractValue? bound, DimExpr size)
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
