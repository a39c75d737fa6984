using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Spans over arrays that the method made or read. A span of a whole array is the array itself, and a span of a part leads to it, so
/// that writes show in it; a part of an array from outside is a copy, which is right only for reading.
/// </summary>
internal static class SpanModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => s.Arguments[0] is Constant { IsNull: true } ? Interpreter.NewList(s.ReturnType, []) : s.Arguments[0], "ReadOnlySpan.op_Implicit", "Span.op_Implicit", "ReadOnlyMemory.op_Implicit", "Memory.op_Implicit");
        t.Add(s => s.Arguments.Length == 1 ? s.Arguments[0] : Part(s, s.Argument("start"), s.Find("length")), "MemoryExtensions.AsSpan", "MemoryExtensions.AsMemory");
        t.Add(New, "ReadOnlySpan..ctor", "Span..ctor");
        t.Add(s => new Pointer(() => s.Interpreter.LoadElement(s.Find("this")!, s.Arguments[1]), _ => throw s.Unsupported("a write")) { Span = s.Arguments[1] is Constant { Value: 0L } ? s.Find("this") as ObjectRef : null }, "ReadOnlySpan.get_Item");
        t["Span.get_Item"] = s => Element(s);
        t.Add(CollectionModels.Count, "ReadOnlySpan.get_Length", "Span.get_Length", "ReadOnlyMemory.get_Length", "Memory.get_Length");
        t.Add(s => AbstractValue.Of(s.Items(s.Find("this")!, "span").Count == 0), "ReadOnlySpan.get_IsEmpty", "Span.get_IsEmpty");
        t.Add(s => s.Find("this")!, "ReadOnlyMemory.get_Span", "Memory.get_Span");
        t.Add(s => Part(s, s.Argument("start"), s.Find("length")), "ReadOnlySpan.Slice", "Span.Slice", "ReadOnlyMemory.Slice", "Memory.Slice");
        t.Add(s => Interpreter.NewList(s.ReturnType, []), "ReadOnlySpan.get_Empty", "Span.get_Empty");
        t["Span.Fill"] = s => Write(s, s.Find("this")!, 0, Enumerable.Repeat(s.Arguments[1], s.Items(s.Find("this")!, "span").Count));
        t.Add(s => Write(s, s.Find("this")!, 0, s.Items(s.Find("this")!, "span").Select(_ => s.Interpreter.DefaultOf(((Mono.Cecil.GenericInstanceType)s.Declaring).GenericArguments[0]))), "Span.Clear");
        t["MemoryExtensions.Reverse"] = s => Write(s, s.Arguments[0], 0, s.Items(s.Arguments[0], "span").Reverse());
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
        _ => BclModels.PlaceOrValue(s, Part(s, s.Declaring, s.Arguments[^3], s.Arguments[^2], s.Arguments[^1])),
    };

    private static ObjectRef Part(CallSite s, AbstractValue start, AbstractValue? length)
    {
        AbstractValue whole = s.Find("this", "span", "array", "text")!;
        return Part(s, s.ReturnType, whole, ValueModels.Offset(s, start, AbstractValue.Of((long)s.Items(whole, "span").Count)), length);
    }

    private static ObjectRef Part(CallSite s, Mono.Cecil.TypeReference type, AbstractValue whole, AbstractValue start, AbstractValue? length)
    {
        List<AbstractValue> items = CollectionModels.Part(s, s.Items(whole, "array"), start, length);
        return new ObjectRef(whole is ObjectRef { Access: null, Instance: { Items: not null } made }
            ? new Instance(type) { Part = (made, (int)s.Known(start, "start"), items.Count), IsFrozen = made.IsFrozen }
            : new Instance(type) { Items = items, IsFrozen = true });
    }

    private static Pointer Element(CallSite s)
    {
        AbstractValue span = s.Find("this")!, index = s.Arguments[1];
        return new Pointer(() => s.Interpreter.LoadElement(span, index), v => s.Interpreter.StoreElement(span, index, v));
    }

    /// <summary>Replaces elements of an array or span from some position on.</summary>
    public static AbstractValue? Write(CallSite s, AbstractValue target, int start, IEnumerable<AbstractValue> elements)
    {
        AbstractValue[] written = [.. elements];
        if (BclModels.Unwrapped(target) is not ObjectRef { Access: null, Instance: { Items: { } items, IsFrozen: false } made })
        {
            throw s.Fail(Rules.SideEffect, $"the array {Interpreter.Name(target)}");
        }

        if (start < 0 || start + written.Length > items.Count)
        {
            throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
        }

        for (int i = 0; i < written.Length; i++)
        {
            made.Store(start + i, written[i]);
        }

        return null;
    }

    private static AbstractValue? CopyTo(CallSite s) =>
        Write(s, s.Argument("destination", "array"), s.Has("arrayIndex") ? (int)s.Int("arrayIndex") : s.Has("index") ? (int)s.Int("index") : 0, s.Items(s.Find("this", "source")!, "source"));
}
