using DlAot.Compiler.Diagnostics;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>What lists and arrays are asked for by a condition, and what takes elements out of them or puts them in order.</summary>
internal static class SearchModels
{
    public static void Register(ModelTable t)
    {
        t.Add(s => Matching(s).FirstOrDefault() ?? s.Interpreter.DefaultOf(s.ReturnType), "List.Find", "Array.Find");
        t.Add(s => Matching(s).LastOrDefault() ?? s.Interpreter.DefaultOf(s.ReturnType), "List.FindLast", "Array.FindLast");
        t.Add(s => Interpreter.NewList(s.ReturnType, [.. Matching(s)]), "List.FindAll", "Array.FindAll");
        t.Add(s => AbstractValue.Of(Items(s).All(v => Matches(s, v))), "List.TrueForAll", "Array.TrueForAll");
        t["Array.ForEach"] = s =>
        {
            foreach (AbstractValue v in s.Interpreter.Enumerate(s.Argument("array"), "array"))
            {
                BclModels.Invoke(s, s.Argument("action"), v);
            }

            return null;
        };
        t["List.RemoveAll"] = s =>
        {
            List<AbstractValue> items = Own(s);
            AbstractValue[] kept = [.. items.ToArray().Where(v => !Matches(s, v))];
            int removed = items.Count - kept.Length;
            items.Clear();
            items.AddRange(kept);
            return AbstractValue.Of((long)removed);
        };
        t.Add(
            s =>
            {
                List<AbstractValue> items = Own(s);
                int at = items.FindIndex(v => s.Interpreter.AreEqual(v, s.Arguments[1]));
                if (at >= 0)
                {
                    items.RemoveAt(at);
                }

                return AbstractValue.Of(at >= 0);
            },
            "List.Remove", "IList.Remove", "HashSet.Remove", "ISet.Remove");
        t["List.Sort"] = s => s.Arguments.Length == 1 ? Sorted(Own(s), s) : throw s.Unsupported("an order");
        t["Array.Sort"] = s => s.Arguments.Length == 1 ? SpanModels.Write(s, s.Arguments[0], 0, InOrder(s, s.Items(s.Arguments[0], "array"))) : throw s.Unsupported("an order");
    }

    private static IReadOnlyList<AbstractValue> Items(CallSite s) => s.Items(s.Find("this", "array")!, "list");

    // One after the other, as far as is asked for.
    private static IEnumerable<AbstractValue> Matching(CallSite s) => Items(s).Where(v => Matches(s, v));

    private static bool Matches(CallSite s, AbstractValue v) => s.Interpreter.Decide(BclModels.Invoke(s, s.Argument("match"), v), preferred: true);

    // Of a list from outside nobody could say which elements go.
    private static List<AbstractValue> Own(CallSite s) => s.Find("this") is ObjectRef { Access: null, Instance: { Items: { } items, IsFrozen: false } } ? items
        : throw s.Fail(Rules.SideEffect, $"the list {Interpreter.Name(s.Arguments[0])}");

    private static AbstractValue? Sorted(List<AbstractValue> items, CallSite s)
    {
        AbstractValue[] sorted = InOrder(s, items);
        items.Clear();
        items.AddRange(sorted);
        return null;
    }

    // Equal numbers are the same number, so that the order among them does not matter.
    private static AbstractValue[] InOrder(CallSite s, IReadOnlyList<AbstractValue> items) => items.All(v => v is Constant { Value: long }) ? [.. items.OrderBy(v => (long)((Constant)v).Value!)]
        : items.All(v => v is Constant { Value: double }) ? [.. items.OrderBy(v => (double)((Constant)v).Value!)]
        : throw s.Fail(Rules.UnknownBranch, "an order of values");
}
