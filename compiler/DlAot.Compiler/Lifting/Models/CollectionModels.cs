using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Lists, arrays, queues, stacks, sets, and enumerators.</summary>
internal static class CollectionModels
{
    private static readonly string[] Lists = ["List", "IList", "ICollection", "IReadOnlyList", "IReadOnlyCollection", "Collection", "Queue", "Stack", "HashSet", "ISet", "IReadOnlySet", "LinkedList"];

    public static void Register(ModelTable t)
    {
        t.Add(New, "List..ctor", "Queue..ctor", "Collection..ctor");
        t["HashSet..ctor"] = s => Interpreter.NewList(s.Declaring, s.Optional("collection") is { } source ? Distinct(s, s.Interpreter.Enumerate(source, "collection")) : []);
        t["Stack..ctor"] = s => Interpreter.NewList(s.Declaring, s.Optional("collection") is { } source ? s.Items(source, "collection").Reverse() : []);
        t.Add(s => BclModels.Changed(s, list => list.Add(s.Arguments[1])), "List.Add", "ICollection.Add", "IList.Add", "Collection.Add", "Queue.Enqueue");
        t["List.AddRange"] = s => BclModels.Changed(s, list => list.AddRange(s.Items(s.Arguments[1], "collection")));
        t.Add(s => BclModels.Changed(s, list => list.Insert((int)s.Int("index"), s.Arguments[2])), "List.Insert", "IList.Insert");
        t["List.InsertRange"] = s => BclModels.Changed(s, list => list.InsertRange((int)s.Int("index"), s.Items(s.Arguments[2], "collection")));
        t.Add(s => BclModels.Changed(s, list => list.RemoveAt((int)s.Int("index"))), "List.RemoveAt", "IList.RemoveAt");
        t["List.RemoveRange"] = s => BclModels.Changed(s, list => list.RemoveRange((int)s.Int("index"), (int)s.Int("count")));
        t["List.Reverse"] = s => s.Arguments.Length == 1 ? BclModels.Changed(s, list => list.Reverse()) : throw s.Unsupported("a part");
        t.Add(s => BclModels.Changed(s, list => list.Clear()), "List.Clear", "ICollection.Clear", "HashSet.Clear", "Queue.Clear", "Stack.Clear");
        t.Add(s => BclModels.Changed(s, list => list[(int)s.Int("index")] = s.Arguments[2]), "List.set_Item", "IList.set_Item", "Collection.set_Item");
        t["List.ForEach"] = s =>
        {
            foreach (AbstractValue v in s.Interpreter.Enumerate(s.Find("this")!, "list"))
            {
                BclModels.Invoke(s, s.Arguments[1], v);
            }

            return null;
        };

        t.Add(s => Taken(s, last: false), "Queue.Dequeue");
        t.Add(s => Made(s)[0], "Queue.Peek");
        t.Add(s => BclModels.Changed(s, list => list.Add(s.Arguments[1])), "Stack.Push");
        t.Add(s => Taken(s, last: true), "Stack.Pop");
        t.Add(s => Made(s)[^1], "Stack.Peek");
        t.Add(AddDistinct, "HashSet.Add", "ISet.Add");

        t.Add(s => s.Interpreter.LoadElement(s.Find("this")!, s.Arguments[1], Interpreter.OnType(s.Method, s.Declaring)), "List.get_Item", "IList.get_Item", "IReadOnlyList.get_Item", "Collection.get_Item");
        foreach (string list in Lists)
        {
            t[$"{list}.get_Count"] = Count;
            t[$"{list}.Contains"] = s => s.Find("this") is ObjectRef { Access: not null, Instance.Items: null } set && s.Arguments[1] is Constant { Value: string or long } key ? AbstractValue.Of(s.Interpreter.HoldsKey(set, key.Value, null, "Contains")) : AbstractValue.Of(s.Interpreter.Enumerate(s.Find("this")!, "list").Any(v => s.Interpreter.AreEqual(v, s.Arguments[1])));
            t[$"{list}.GetEnumerator"] = s => Enumerator(s);
        }

        t.Add(Count, "Array.get_Length", "Array.get_LongLength");
        t["Array..ctor"] = NewTable;
        t["Array.Get"] = s => Cell(s, s.Arguments[1..]).Load();
        t["Array.Address"] = s => Cell(s, s.Arguments[1..]);
        t["Array.Set"] = s =>
        {
            Cell(s, s.Arguments[1..^1]).Save(s.Arguments[^1]);
            return null;
        };
        t["Array.get_Rank"] = s => s.Arguments[0] is ObjectRef { Instance.Type: Mono.Cecil.ArrayType type } ? AbstractValue.Of((long)type.Rank) : throw s.Unsupported("this array");
        t["Array.GetLength"] = s => s.Arguments[0] is ObjectRef { Instance.Facts: var table } && table.TryGetValue($"length:{s.Int("dimension")}", out AbstractValue? length) ? length : s.Int("dimension") == 0 && s.Arguments[0] is ObjectRef { Instance.Type: Mono.Cecil.ArrayType { Rank: 1 } } ? Count(s) : throw s.Unsupported("several dimensions");
        t["Array.Empty"] = s => Interpreter.NewList(s.ReturnType, []);
        t["Array.Reverse"] = s => s.Arguments.Length == 1 ? SpanModels.Write(s, s.Arguments[0], 0, s.Items(s.Arguments[0], "array").Reverse()) : throw s.Unsupported("a part");
        t["Array.Fill"] = s => s.Arguments.Length == 2 ? SpanModels.Write(s, s.Arguments[0], 0, Enumerable.Repeat(s.Arguments[1], s.Items(s.Arguments[0], "array").Count))
            : SpanModels.Write(s, s.Arguments[0], (int)s.Int("startIndex"), Enumerable.Repeat(s.Arguments[1], s.Count("count")));
        t["Array.Copy"] = Copy;
        t["Array.Clone"] = s => Interpreter.NewList(((ObjectRef)s.Arguments[0]).Instance.Type, s.Items(s.Arguments[0], "array"));
        t["Array.Resize"] = s =>
        {
            var place = (Pointer)s.Arguments[0];
            var old = (ObjectRef)place.Load();
            int size = s.Count("newSize");
            IReadOnlyList<AbstractValue> items = s.Items(old, "array");
            place.Save(Interpreter.NewList(old.Instance.Type, Enumerable.Range(0, size).Select(i => i < items.Count ? items[i] : s.Interpreter.DefaultOf(old.Instance.Type.GetElementType()))));
            return null;
        };
        t.Add(s => AbstractValue.Of((long)IndexOf(s, s.Items(s.Find("this", "array", "span")!, "list"), s.Argument("item", "value"))), "List.IndexOf", "IList.IndexOf", "Array.IndexOf", "MemoryExtensions.IndexOf");
        t.Add(s => AbstractValue.Of(s.Items(s.Find("this", "array")!, "list").Any(v => s.Interpreter.Decide(BclModels.Invoke(s, s.Argument("match"), v), true))), "List.Exists", "Array.Exists");
        t.Add(s => AbstractValue.Of((long)s.Items(s.Find("this", "array")!, "list").TakeWhile(v => !s.Interpreter.Decide(BclModels.Invoke(s, s.Argument("match"), v), true)).Count() is var n && n < s.Items(s.Find("this", "array")!, "list").Count ? n : -1), "List.FindIndex", "Array.FindIndex");
        t["Array.ConvertAll"] = s => Interpreter.NewList(s.ReturnType, [.. s.Items(s.Argument("array"), "array").Select(v => BclModels.Invoke(s, s.Argument("converter"), v))]);
        t["List.ConvertAll"] = s => Interpreter.NewList(s.ReturnType, [.. s.Items(s.Find("this")!, "list").Select(v => BclModels.Invoke(s, s.Argument("converter"), v))]);
        t["List.GetRange"] = s => Interpreter.NewList(s.ReturnType, Part(s, s.Items(s.Find("this")!, "list"), s.Argument("index"), s.Argument("count")));
        t["List.Slice"] = s => Interpreter.NewList(s.ReturnType, Part(s, s.Items(s.Find("this")!, "list"), s.Argument("start"), s.Argument("length")));
        t.Add(s => Interpreter.NewList(s.ReturnType, [.. s.Items(s.Find("this", "source")!, "source")]), "List.ToArray", "ReadOnlySpan.ToArray", "Span.ToArray", "Queue.ToArray", "ImmutableArray.ToArray");
        t["Stack.ToArray"] = s => Interpreter.NewList(s.ReturnType, s.Items(s.Find("this")!, "source").Reverse());
        t.Add(s => s.Arguments[0], "List.AsReadOnly", "Enumerable.AsEnumerable", "ImmutableArray.ToImmutableArray");
        t.Add(s => Enumerator(s), "IEnumerable.GetEnumerator", "ReadOnlySpan.GetEnumerator", "Span.GetEnumerator", "Array.GetEnumerator");
        t.Add(MoveNext, "Enumerator.MoveNext", "IEnumerator.MoveNext");
        t.Add(s => Cursor(s).Current, "Enumerator.get_Current", "IEnumerator.get_Current");
        t["Enumerator.Dispose"] = _ => null;
    }

    // An array of several dimensions, its elements in row-major order.
    private static ObjectRef NewTable(CallSite s)
    {
        var type = (Mono.Cecil.ArrayType)s.Declaring;
        long[] lengths = [.. s.Arguments.Select(a => s.Known(a, "length"))];
        long count = lengths.Aggregate(1L, (a, b) => a * b);
        if (lengths.Length != type.Rank || lengths.Any(n => n < 0) || count > 1_000_000)
        {
            throw s.Unsupported("these lengths");
        }

        ObjectRef made = Interpreter.NewList(type, Enumerable.Range(0, (int)count).Select(_ => s.Interpreter.DefaultOf(type.ElementType)));
        for (int d = 0; d < lengths.Length; d++)
        {
            made.Instance.Facts[$"length:{d}"] = s.Arguments[d];
        }

        return made;
    }

    private static Pointer Cell(CallSite s, AbstractValue[] indices)
    {
        if (s.Arguments[0] is not ObjectRef { Access: null, Instance: { Items: not null } made } table || !made.Facts.ContainsKey("length:0"))
        {
            throw s.Unsupported("an array of several dimensions from outside");
        }

        long at = 0;
        for (int d = 0; d < indices.Length; d++)
        {
            long index = s.Known(indices[d], "index"), length = s.Known(made.Facts[$"length:{d}"], "length");
            at = index >= 0 && index < length ? (at * length) + index : throw s.Fail(Rules.AlwaysThrows, "IndexOutOfRangeException");
        }

        AbstractValue place = AbstractValue.Of(at);
        return new Pointer(() => s.Interpreter.LoadElement(table, place), v => s.Interpreter.StoreElement(table, place, v));
    }

    private static ObjectRef New(CallSite s) => Interpreter.NewList(s.Declaring, s.Optional("collection", "list") is { } source ? [.. s.Items(source, "collection")] : []);

    private static List<AbstractValue> Made(CallSite s) => s.Find("this") is ObjectRef { Access: null, Instance.Items: { Count: > 0 } items } ? items
        : s.Find("this") is ObjectRef { Access: null, Instance.Items: not null } ? throw s.Fail(Rules.AlwaysThrows, "InvalidOperationException")
        : throw s.Fail(Rules.SideEffect, $"the collection {Interpreter.Name(s.Arguments[0])}");

    private static AbstractValue Taken(CallSite s, bool last)
    {
        if (s.Find("this") is ObjectRef { Access: not null, Instance.Items: not null } outside && !s.Interpreter.IsConstructorPhase)
        {
            IReadOnlyList<AbstractValue> present = s.Interpreter.Present(outside);
            if (present.Count == 0)
            {
                throw s.Fail(Rules.AlwaysThrows, "InvalidOperationException");
            }

            s.Interpreter.ChangeOutside(s, outside, list => list.RemoveAt(last ? list.Count - 1 : 0));
            return present[last ? ^1 : 0];
        }

        List<AbstractValue> items = Made(s);
        int at = last ? items.Count - 1 : 0;
        AbstractValue taken = items[at];
        items.RemoveAt(at);
        return taken;
    }

    private static Constant AddDistinct(CallSite s)
    {
        bool isNew = !s.Items(s.Find("this")!, "set").Any(v => s.Interpreter.AreEqual(v, s.Arguments[1]));
        if (isNew)
        {
            BclModels.Changed(s, list => list.Add(s.Arguments[1]));
        }

        return AbstractValue.Of(isNew);
    }

    public static List<AbstractValue> Distinct(CallSite s, IEnumerable<AbstractValue> values)
    {
        var kept = new List<AbstractValue>();
        foreach (AbstractValue v in values)
        {
            if (!kept.Any(k => s.Interpreter.AreEqual(k, v)))
            {
                kept.Add(v);
            }
        }

        return kept;
    }

    private static AbstractValue? Copy(CallSite s)
    {
        AbstractValue[] source = [.. s.Items(s.Argument("sourceArray"), "sourceArray")];
        int count = (int)s.Int("length"), from = (int)s.Int("sourceIndex", 0), to = (int)s.Int("destinationIndex", 0);
        return count < 0 || from < 0 || from + count > source.Length
            ? throw s.Fail(Rules.AlwaysThrows, "ArgumentException")
            : SpanModels.Write(s, s.Argument("destinationArray"), to, source.Skip(from).Take(count));
    }

    private static int IndexOf(CallSite s, IReadOnlyList<AbstractValue> items, AbstractValue value)
    {
        if (s.Arguments.Length != 2)
        {
            throw s.Unsupported("this overload");
        }

        for (int i = 0; i < items.Count; i++)
        {
            if (s.Interpreter.AreEqual(items[i], value))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>So many elements from there on.</summary>
    public static List<AbstractValue> Part(CallSite s, IReadOnlyList<AbstractValue> items, AbstractValue start, AbstractValue? count)
    {
        int from = (int)s.Known(start, "start"), n = count is null ? items.Count - from : (int)s.Known(count, "length");
        return from >= 0 && n >= 0 && from + n <= items.Count ? [.. items.Skip(from).Take(n)] : throw s.Fail(Rules.AlwaysThrows, "ArgumentOutOfRangeException");
    }

    public static AbstractValue Count(CallSite s) => s.Find("this") switch
    {
        ObjectRef { Instance.Items: { } items } o => s.Interpreter.CountOf(o, items.Count, o.Instance.Type is Mono.Cecil.ArrayType ? null : Interpreter.OnType(s.Method, s.Declaring)),
        Unknown when s.Interpreter.IsConstructorPhase => new Unknown(s.ReturnType, "the number of elements"),
        Constant { IsNull: true } => throw s.Fail(Rules.AlwaysThrows, "NullReferenceException"),
        var other => throw s.Fail(Rules.UnknownBranch, $"the number of elements of {Interpreter.Name(other!)}"),
    };

    public static AbstractValue Enumerator(CallSite s, IEnumerable<AbstractValue>? items = null) =>
        Interpreter.NewEnumerator(s.ReturnType, items ?? s.Interpreter.Enumerate(s.Find("this", "source")!, "list"));

    private static Constant MoveNext(CallSite s) => AbstractValue.Of(Cursor(s).MoveNext());

    private static IEnumerator<AbstractValue> Cursor(CallSite s) => s.Find("this") is ObjectRef { Instance.Cursor: { } cursor } ? cursor : throw s.Unsupported("this enumerator");
}
