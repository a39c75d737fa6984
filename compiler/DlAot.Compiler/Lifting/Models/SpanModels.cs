using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Spans over arrays that the method made or read. A span of a whole array is the array itself, so that writes show in it; a part
/// of one is a copy, which is right only for reading: writing through it is refused.
/// </summary>
internal static class SpanModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => s.Arguments[0] is Constant { IsNull: true } ? Interpreter.NewList(s.ReturnType, []) : s.Arguments[0], "ReadOnlySpan.op_Implicit", "Span.op_Implicit", "ReadOnlyMemory.op_Implicit", "Memory.op_Implicit");
        t.Add(s => s.Arguments.Length == 1 ? s.Arguments[0] : Part(s, s.Argument("start"), s.Find("length")), "MemoryExtensions.AsSpan", "MemoryExtensions.AsMemory");
        t.Add(New, "ReadOnlySpan..ctor", "Span..ctor");
        t.Add(s => new Pointer(() => s.Interpreter.LoadElement(s.Find("this")!, s.Arguments[1]), _ => throw s.Unsupported("a write")), "ReadOnlySpan.get_Item");
        t["Span.get_Item"] = s => Element(s);
        t.Add(CollectionModels.Count, "ReadOnlySpan.get_Length", "Span.get_Length", "ReadOnlyMemory.get_Length", "Memory.get_Length");
        t.Add(s => AbstractValue.Of(s.Items(s.Find("this")!, "span").Count == 0), "ReadOnlySpan.get_IsEmpty", "Span.get_IsEmpty");
        t.Add(s => s.Find("this")!, "ReadOnlyMemory.get_Span", "Memory.get_Span");
        t.Add(s => Part(s, s.Argument("start"), s.Find("length")), "ReadOnlySpan.Slice", "Span.Slice", "ReadOnlyMemory.Slice", "Memory.Slice");
        t.Add(s => Interpreter.NewList(s.ReturnType, []), "ReadOnlySpan.get_Empty", "Span.get_Empty");
        t["Span.Fill"] = s => Write(s, items =>
        {
            for (int i = 0; i < items.Count; i++)
            {
                items[i] = s.Arguments[1];
            }
        });
        t.Add(CopyTo, "ReadOnlySpan.CopyTo", "Span.CopyTo", "List.CopyTo", "Array.CopyTo", "MemoryExtensions.CopyTo", "ICollection.CopyTo");
        t.Add(s => AbstractValue.Of(SameElements(s, s.Items(s.Arguments[0], "span"), s.Items(s.Arguments[1], "other"))), "MemoryExtensions.SequenceEqual", "Enumerable.SequenceEqual");
        t["MemoryExtensions.Contains"] = s => AbstractValue.Of(s.Items(s.Arguments[0], "span").Any(v => s.Interpreter.AreEqual(v, s.Arguments[1])));
        t["RuntimeHelpers.GetSubArray"] = s =>
        {
            IReadOnlyList<AbstractValue> items = s.Items(s.Argument("array"), "array");
            AbstractValue length = AbstractValue.Of((long)items.Count), range = s.Argument("range");
            if (range is not ObjectRef { Instance.Facts: var ends })
            {
                throw s.Unsupported("an unknown range");
            }

            AbstractValue from = ends.TryGetValue("start", out AbstractValue? start) ? ValueModels.Offset(s, start, length) : AbstractValue.Of(0L);
            AbstractValue to = ends.TryGetValue("end", out AbstractValue? end) ? ValueModels.Offset(s, end, length) : length;
            return Interpreter.NewList(((ObjectRef)s.Argument("array")).Instance.Type, CollectionModels.Part(s, items, from, AbstractValue.Of(s.Known(to, "end") - s.Known(from, "start"))));
        };
    }

    private static bool SameElements(CallSite s, IReadOnlyList<AbstractValue> a, IReadOnlyList<AbstractValue> b) =>
        s.Arguments.Length > 2 ? throw s.Unsupported("a comparer") : a.Count == b.Count && a.Zip(b).All(p => s.Interpreter.AreEqual(p.First, p.Second));

    private static AbstractValue? New(CallSite s) => s.Method.Parameters switch
    {
        [{ ParameterType: Mono.Cecil.ArrayType }] => BclModels.PlaceOrValue(s, s.Arguments[^1] is Constant { IsNull: true } ? Interpreter.NewList(s.Declaring, []) : s.Arguments[^1]),
        [{ ParameterType: Mono.Cecil.ByReferenceType }] => BclModels.PlaceOrValue(s, Interpreter.NewList(s.Declaring, [BclModels.Unwrapped(s.Arguments[^1])])),
        [{ ParameterType: Mono.Cecil.PointerType }, _] when s.Arguments[^2] is StackMemory memory => BclModels.PlaceOrValue(s, memory.Elements(s.Interpreter, ((Mono.Cecil.GenericInstanceType)s.Declaring).GenericArguments[0], (int)s.Int("length"))),
        _ => BclModels.PlaceOrValue(s, Frozen(s, s.Arguments[^3], s.Arguments[^2], s.Arguments[^1])),
    };

    private static ObjectRef Frozen(CallSite s, AbstractValue whole, AbstractValue start, AbstractValue? length)
    {
        if (whole is ObjectRef { Access: null } made)
        {
            made.Instance.IsFrozen = true;
        }

        return new ObjectRef(new Instance(s.Declaring) { Items = CollectionModels.Part(s, s.Items(whole, "array"), start, length), IsFrozen = true });
    }

    private static ObjectRef Part(CallSite s, AbstractValue start, AbstractValue? length)
    {
        AbstractValue whole = s.Find("this", "span", "array", "text")!;
        if (whole is ObjectRef { Access: null } made)
        {
            made.Instance.IsFrozen = true;
        }

        AbstractValue at = ValueModels.Offset(s, start, AbstractValue.Of((long)s.Items(whole, "span").Count));
        return new ObjectRef(new Instance(s.ReturnType) { Items = CollectionModels.Part(s, s.Items(whole, "span"), at, length), IsFrozen = true });
    }

    private static Pointer Element(CallSite s)
    {
        AbstractValue span = s.Find("this")!, index = s.Arguments[1];
        return new Pointer(() => s.Interpreter.LoadElement(span, index), v => Write(s, items => items[(int)s.Known(index, "index")] = v));
    }

    private static AbstractValue? Write(CallSite s, Action<List<AbstractValue>> change) =>
        BclModels.Changed(s, change);

    private static AbstractValue? CopyTo(CallSite s)
    {
        IReadOnlyList<AbstractValue> from = [.. s.Items(s.Find("this", "source")!, "source")];
        int to = s.Has("arrayIndex") ? (int)s.Int("arrayIndex") : s.Has("index") ? (int)s.Int("index") : 0;
        if (s.Argument("destination", "array") is not ObjectRef { Access: null, Instance: { Items: { } target, IsFrozen: false } })
        {
            throw s.Fail(Rules.SideEffect, $"the array {Interpreter.Name(s.Argument("destination", "array"))}");
        }

        if (to < 0 || to + from.Count > target.Count)
        {
            throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
        }

        for (int i = 0; i < from.Count; i++)
        {
            target[to + i] = from[i];
        }

        return null;
    }
}
