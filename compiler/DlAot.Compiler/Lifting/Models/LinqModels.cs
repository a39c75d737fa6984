using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// LINQ to objects. Queries are as lazy here as there: a function runs when its element is asked for, and again at each
/// enumeration, so that what it captured has the value that it has then.
/// </summary>
internal static class LinqModels
{
    public static void Register(ModelTable t)
    {
        RegisterQueries(t);
        RegisterElements(t);
        RegisterNumbers(t);
    }

    private static void RegisterQueries(ModelTable t)
    {
        Query(t, "Select", (s, source) => source.Select((v, i) => Apply(s, "selector", v, i)));
        Query(t, "SelectMany", (s, source) => s.Has("resultSelector")
            ? source.SelectMany((v, i) => s.Interpreter.Enumerate(Apply(s, "collectionSelector", v, i), "collection").Select(w => BclModels.Invoke(s, s.Argument("resultSelector"), v, w)))
            : source.SelectMany((v, i) => s.Interpreter.Enumerate(Apply(s, "selector", v, i), "collection")));
        Query(t, "Where", (s, source) => source.Where((v, i) => s.Interpreter.Decide(Apply(s, "predicate", v, i), preferred: true)));
        Query(t, "OfType", (s, source) => source.Where(v => s.Interpreter.IsInstance(v, s.MethodArguments![0])));
        Query(t, "Cast", (s, source) => source);
        Query(t, "Concat", (s, source) => source.Concat(s.Interpreter.Enumerate(s.Argument("second"), "second")));
        Query(t, "Append", (s, source) => source.Append(s.Argument("element")));
        Query(t, "Prepend", (s, source) => source.Prepend(s.Argument("element")));
        Query(t, "Reverse", (s, source) => source.Reverse());
        Query(t, "Skip", (s, source) => source.Skip((int)s.Int("count")));
        Query(t, "SkipLast", (s, source) => source.SkipLast((int)s.Int("count")));
        Query(t, "TakeLast", (s, source) => source.TakeLast((int)s.Int("count")));
        Query(t, "Take", (s, source) => s.Has("count") ? source.Take((int)s.Int("count")) : throw s.Unsupported("a range"));
        Query(t, "SkipWhile", (s, source) => source.SkipWhile((v, i) => s.Interpreter.Decide(Apply(s, "predicate", v, i), preferred: false)));
        Query(t, "TakeWhile", (s, source) => source.TakeWhile((v, i) => s.Interpreter.Decide(Apply(s, "predicate", v, i), preferred: true)));
        Query(t, "Distinct", (s, source) => s.Arguments.Length == 1 ? CollectionModels.Distinct(s, source) : throw s.Unsupported("a comparer"));
        Query(t, "Union", (s, source) => CollectionModels.Distinct(s, source.Concat(Second(s))));
        Query(t, "Except", (s, source) => CollectionModels.Distinct(s, Without(s, source, Second(s), areIn: false)));
        Query(t, "Intersect", (s, source) => CollectionModels.Distinct(s, Without(s, source, Second(s), areIn: true)));
        Query(t, "DefaultIfEmpty", (s, source) => source.DefaultIfEmpty(s.Find("defaultValue") ?? AbstractValue.Null));
        Query(t, "Zip", Zipped);
        Query(t, "Index", (s, source) => source.Select((v, i) => BclModels.NewTuple(ElementOf(s), [AbstractValue.Of((long)i), v])));
        Query(t, "Chunk", (s, source) => source.Chunk((int)s.Int("size")).Select(part => (AbstractValue)Interpreter.NewList(ElementOf(s), part)));
        Query(t, "OrderBy", (s, source) => source.OrderBy(v => Sortable(s, v)));
        Query(t, "OrderByDescending", (s, source) => source.OrderByDescending(v => Sortable(s, v)));
        t["Enumerable.ThenBy"] = s => Interpreter.Deferred(s.ReturnType, () => Ordered(s).ThenBy(v => Sortable(s, v)));
        t["Enumerable.ThenByDescending"] = s => Interpreter.Deferred(s.ReturnType, () => Ordered(s).ThenByDescending(v => Sortable(s, v)));
        t["Enumerable.Range"] = s => Interpreter.Deferred(s.ReturnType, () => Enumerable.Range((int)s.Int("start"), (int)Counted(s)).Select(i => AbstractValue.Of((long)i)));
        t["Enumerable.Repeat"] = s => Interpreter.Deferred(s.ReturnType, () => Enumerable.Repeat(s.Argument("element"), (int)Counted(s)));
        t["Enumerable.Empty"] = s => Interpreter.NewList(new Mono.Cecil.ArrayType(s.MethodArguments![0]), []);
    }

    private static void RegisterElements(ModelTable t)
    {
        t.Add(s => Interpreter.NewList(s.ReturnType, [.. Source(s)]), "Enumerable.ToArray", "Enumerable.ToList", "ImmutableArray.CreateRange");
        t["Enumerable.ToHashSet"] = s => Interpreter.NewList(s.ReturnType, CollectionModels.Distinct(s, Source(s)));
        t["Enumerable.ToDictionary"] = ToDictionary;
        Query(t, "GroupBy", (s, source) => s.Names.Length == 2 + (s.Has("elementSelector") ? 1 : 0) ? Grouped(s, source) : throw s.Unsupported("this overload"));
        t["IGrouping.get_Key"] = s => s.Find("this") is ObjectRef { Access: null, Instance.Facts: var facts } && facts.TryGetValue("key", out AbstractValue? key) ? key : throw s.Unsupported("an unknown group");
        t["Enumerable.First"] = s => Filtered(s).FirstOrDefault() ?? throw Empty(s);
        t["Enumerable.FirstOrDefault"] = s => Filtered(s).FirstOrDefault() ?? Missing(s);
        t["Enumerable.Last"] = s => Filtered(s).LastOrDefault() ?? throw Empty(s);
        t["Enumerable.LastOrDefault"] = s => Filtered(s).LastOrDefault() ?? Missing(s);
        t["Enumerable.Single"] = s => Filtered(s).Take(2).ToArray() is [var only] ? only : throw Empty(s);
        t["Enumerable.SingleOrDefault"] = s => Filtered(s).Take(2).ToArray() is var found && found.Length == 2 ? throw Empty(s) : found.FirstOrDefault() ?? Missing(s);
        t["Enumerable.ElementAt"] = s => Position(s) is { } found ? found : throw s.Fail(Rules.AlwaysThrows, "ArgumentOutOfRangeException");
        t["Enumerable.ElementAtOrDefault"] = s => Position(s) ?? Missing(s);
        t.Add(s => AbstractValue.Of((long)Filtered(s).Count()), "Enumerable.Count", "Enumerable.LongCount");
        t["Enumerable.Any"] = s => AbstractValue.Of(Filtered(s).Any());
        t["Enumerable.All"] = s => AbstractValue.Of(Source(s).All(v => s.Interpreter.Decide(BclModels.Invoke(s, s.Argument("predicate"), v), preferred: true)));
        t["Enumerable.Contains"] = s => s.Arguments.Length == 2 ? AbstractValue.Of(Source(s).Any(v => s.Interpreter.AreEqual(v, s.Argument("value")))) : throw s.Unsupported("a comparer");
        t["Enumerable.Aggregate"] = s =>
        {
            AbstractValue function = s.Argument("func");
            AbstractValue total = s.Has("seed") ? Source(s).Aggregate(s.Argument("seed"), (a, v) => BclModels.Invoke(s, function, a, v))
                : Source(s).Aggregate((AbstractValue?)null, (a, v) => a is null ? v : BclModels.Invoke(s, function, a, v)) ?? throw Empty(s);
            return s.Has("resultSelector") ? BclModels.Invoke(s, s.Argument("resultSelector"), total) : total;
        };
    }

    private static void RegisterNumbers(ModelTable t)
    {
        t["Enumerable.Sum"] = s => Selected(s).Aggregate(s.Interpreter.DefaultOf(s.ReturnType), (a, v) => s.Interpreter.Computed(Mono.Cecil.Cil.Code.Add, a, v));
        t["Enumerable.Average"] = s =>
        {
            AbstractValue[] items = [.. Selected(s)];
            return items.All(v => v is Constant { Value: long or double }) && items.Length > 0
                ? new Constant(items.Average(v => Convert.ToDouble(((Constant)v).Value, null)), items.Any(v => v is Constant { Assumed: true }), s.ReturnType.MetadataType == Mono.Cecil.MetadataType.Single)
                : throw s.Fail(Rules.UnknownBranch, "an average");
        };
        t["Enumerable.Max"] = s => Extreme(s, ComparisonKind.Greater);
        t["Enumerable.Min"] = s => Extreme(s, ComparisonKind.Less);
        t["Enumerable.MaxBy"] = s => Outermost(s, ComparisonKind.Greater);
        t["Enumerable.MinBy"] = s => Outermost(s, ComparisonKind.Less);
    }

    // A number that nobody knows is the smallest that the program can do with.
    private static long Counted(CallSite s) => s.Argument("count") is Size { Value: var size } && !s.Interpreter.IsConstructorPhase && s.Builder.Facts.Normalize(size).Constant is null && s.Interpreter.Guess(size) is null
        ? s.Interpreter.PinTo(new Size(size), s.Interpreter.ChooseCount(null)) : s.Int("count");

    // A row for a method that gives another sequence.
    private static void Query(ModelTable t, string name, Func<CallSite, IEnumerable<AbstractValue>, IEnumerable<AbstractValue>> run) =>
        t[$"Enumerable.{name}"] = s => Interpreter.Deferred(s.ReturnType, () => run(s, Source(s)));

    private static IEnumerable<AbstractValue> Source(CallSite s) => s.Interpreter.Enumerate(s.Argument("source", "first"), "source");

    private static Mono.Cecil.TypeReference ElementOf(CallSite s) => ((Mono.Cecil.GenericInstanceType)s.ReturnType).GenericArguments[0];

    // The overload with the position as second argument has a function of two.
    private static AbstractValue Apply(CallSite s, string function, AbstractValue v, int index)
    {
        AbstractValue f = s.Argument(function);
        return s.Method.Parameters[Array.IndexOf(s.Names, function)].ParameterType is Mono.Cecil.GenericInstanceType { GenericArguments.Count: 3 } ? BclModels.Invoke(s, f, v, AbstractValue.Of((long)index)) : BclModels.Invoke(s, f, v);
    }

    private static IEnumerable<AbstractValue> Filtered(CallSite s) => s.Has("predicate") ? Source(s).Where(v => s.Interpreter.Decide(BclModels.Invoke(s, s.Argument("predicate"), v), preferred: true)) : Source(s);

    private static IEnumerable<AbstractValue> Selected(CallSite s) => s.Has("selector") ? Source(s).Select(v => BclModels.Invoke(s, s.Argument("selector"), v)) : Source(s);

    private static IEnumerable<AbstractValue> Zipped(CallSite s, IEnumerable<AbstractValue> first)
    {
        IEnumerable<AbstractValue> second = s.Interpreter.Enumerate(s.Argument("second"), "second");
        return s.Has("third") ? throw s.Unsupported("three sequences")
            : first.Zip(second, (a, b) => s.Has("resultSelector") ? BclModels.Invoke(s, s.Argument("resultSelector"), a, b) : BclModels.NewTuple(ElementOf(s), [a, b]));
    }

    // Groups in the order of their first elements.
    private static IEnumerable<AbstractValue> Grouped(CallSite s, IEnumerable<AbstractValue> source)
    {
        var groups = new List<Instance>();
        foreach (AbstractValue v in source)
        {
            AbstractValue key = BclModels.Invoke(s, s.Argument("keySelector"), v);
            if (groups.Find(g => s.Interpreter.AreEqual(g.Facts["key"], key)) is not { } group)
            {
                groups.Add(group = new Instance(ElementOf(s)) { Items = [], Facts = { ["key"] = key } });
            }

            group.Items!.Add(s.Has("elementSelector") ? BclModels.Invoke(s, s.Argument("elementSelector"), v) : v);
        }

        return groups.Select(g => new ObjectRef(g));
    }

    private static AbstractValue[] Second(CallSite s) => s.Arguments.Length == 2 ? [.. s.Interpreter.Enumerate(s.Argument("second"), "second")] : throw s.Unsupported("a comparer");

    private static IEnumerable<AbstractValue> Without(CallSite s, IEnumerable<AbstractValue> first, AbstractValue[] second, bool areIn) => first.Where(v => Array.Exists(second, w => s.Interpreter.AreEqual(w, v)) == areIn);

    private static AbstractValue Missing(CallSite s) => s.Find("defaultValue") ?? s.Interpreter.DefaultOf(s.ReturnType);

    private static LiftException Empty(CallSite s) => s.Fail(Rules.AlwaysThrows, "InvalidOperationException");

    private static AbstractValue? Position(CallSite s)
    {
        AbstractValue[] items = [.. Source(s)];
        long at = s.Known(ValueModels.Offset(s, s.Argument("index"), AbstractValue.Of((long)items.Length)), "index");
        return at >= 0 && at < items.Length ? items[at] : null;
    }

    private static IOrderedEnumerable<AbstractValue> Ordered(CallSite s) => s.Argument("source") is ObjectRef { Instance.Sequence: { } query } && query() is IOrderedEnumerable<AbstractValue> ordered ? ordered : throw s.Unsupported("an unknown order");

    private static IComparable Sortable(CallSite s, AbstractValue v) => BclModels.Invoke(s, s.Argument("keySelector"), v) switch
    {
        Constant { Value: long n } when s.Arguments.Length == 2 => n,
        Constant { Value: double d } when s.Arguments.Length == 2 => d,
        var other => throw s.Fail(Rules.UnknownBranch, $"the order of {Interpreter.Name(other)}"),
    };

    private static AbstractValue Extreme(CallSite s, ComparisonKind better)
    {
        AbstractValue? best = null;
        foreach (AbstractValue v in Selected(s))
        {
            best = best is null || s.Interpreter.Decide(s.Interpreter.Compare(better, v, best), preferred: false) ? v : best;
        }

        return best ?? throw Empty(s);
    }

    // The first element with the best key.
    private static AbstractValue Outermost(CallSite s, ComparisonKind better)
    {
        (AbstractValue Element, AbstractValue Key)? best = null;
        foreach (AbstractValue v in s.Arguments.Length == 2 ? Source(s) : throw s.Unsupported("a comparer"))
        {
            AbstractValue key = BclModels.Invoke(s, s.Argument("keySelector"), v);
            best = best is null || s.Interpreter.Decide(s.Interpreter.Compare(better, key, best.Value.Key), preferred: false) ? (v, key) : best;
        }

        return best?.Element ?? throw Empty(s);
    }

    private static ObjectRef ToDictionary(CallSite s)
    {
        var made = new Instance(s.ReturnType) { Items = [], Keys = [] };
        foreach (AbstractValue v in Source(s))
        {
            AbstractValue key = s.Has("keySelector") ? BclModels.Invoke(s, s.Argument("keySelector"), v) : throw s.Unsupported("this overload");
            if (made.Keys.Any(k => s.Interpreter.AreEqual(k, key)))
            {
                throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
            }

            made.Keys.Add(key);
            made.Items.Add(s.Has("elementSelector") ? BclModels.Invoke(s, s.Argument("elementSelector"), v) : v);
        }

        return s.Optional("comparer") is null ? new ObjectRef(made) : throw s.Unsupported("a comparer");
    }
}
