using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using CallSite = DlAot.Compiler.Lifting.Models.CallSite;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Lists and arrays that live outside and are changed: the method sees the change at once, the world at the end of the compiled call, by
/// the same calls in the same order.
/// </summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<Instance, ChangedList> changedLists = [];

    // An element that is what it was before the call.
    private sealed record Unchanged(int Index) : AbstractValue;

    private sealed class ChangedList(ObjectRef list)
    {
        public ObjectRef List { get; } = list;

        /// <summary>The elements now; null as long as only <see cref="Added"/> is known.</summary>
        public List<AbstractValue>? Items { get; set; }

        /// <summary>What has been added at the end of elements that nobody has looked at.</summary>
        public List<AbstractValue> Added { get; } = [];

        public int Version { get; set; }
    }

    // Another path may lead to the same collection.
    private void RequireOther(ObjectRef collection)
    {
        foreach (ObjectRef changed in changedLists.Values.Select(c => c.List).Concat(changedDictionaries.Values.Select(c => c.Dictionary)))
        {
            if (changed.Access!.Key != collection.Access!.Key && changed.Instance.Type.FullName == collection.Instance.Type.FullName)
            {
                AddGuard(new Guard.NotSame(collection.Access, changed.Access, Location));
            }
        }
    }

    private ChangedList? ChangedOf(AbstractValue v)
    {
        if (v is not ObjectRef { Access: not null } list || changedLists.Count == 0)
        {
            return null;
        }

        RequireOther(list);
        return changedLists.GetValueOrDefault(list.Instance);
    }

    // The elements of a changed list; its length before the call is checked.
    private List<AbstractValue> Elements(ChangedList changed)
    {
        if (changed.Items is null)
        {
            int count = changed.List.Instance.Items!.Count;
            CountOf(changed.List, count, null, before: true);
            changed.Items = [.. Enumerable.Range(0, count).Select(i => new Unchanged(i)), .. changed.Added];
        }

        return changed.Items;
    }

    private AbstractValue Present(ChangedList changed, AbstractValue element, MethodReference? getter = null) =>
        element is Unchanged { Index: var at } ? LoadOutside(changed.List, at, getter) : element;

    private IEnumerable<AbstractValue> Enumerate(ChangedList changed)
    {
        (List<AbstractValue> items, int version) = (Elements(changed), changed.Version);
        for (int i = 0; i < items.Count; i++)
        {
            yield return Present(changed, items[i]);
            if (changed.Version != version && changed.List.Instance.Type is not ArrayType)
            {
                throw Fail(Rules.AlwaysThrows, "InvalidOperationException");
            }
        }
    }

    /// <summary>The elements of a list from outside as they are now, for a change that removes one.</summary>
    internal IReadOnlyList<AbstractValue> Present(ObjectRef list)
    {
        ChangedList changed = Change(list);
        return [.. Elements(changed).Select(e => Present(changed, e))];
    }

    private ChangedList Change(ObjectRef list)
    {
        RequireOther(list);
        if (!changedLists.TryGetValue(list.Instance, out ChangedList? changed))
        {
            if (list.Instance is not { Items: not null, Keys: null, Part: null, IsFrozen: false } || World.IsModule(list.Instance.Type))
            {
                throw Fail(Rules.SideEffect, $"the list {Name(list)}");
            }

            changedLists[list.Instance] = changed = new ChangedList(list);
        }

        return changed;
    }

    /// <summary>A method that changes a list from outside: done to what is known of it now, and called at the end.</summary>
    internal void ChangeOutside(CallSite site, ObjectRef list, Action<List<AbstractValue>> change)
    {
        if (list.Instance.Type is ArrayType)
        {
            throw Fail(Rules.SideEffect, $"the list {Name(list)}");
        }

        ChangedList changed = Change(list);
        switch (site.Method.Name)
        {
            case "Add" or "AddRange" or "Enqueue" or "Push" when changed.Items is null && ModelTable.ShortName(list.Instance.Type) is not "HashSet":
                change(changed.Added);
                break;
            case "Clear":
                changed.Items = [];
                break;
            default:
                change(Elements(changed));
                break;
        }

        changed.Version++;
        RememberList(changed);
        CallAgain(site, list.Access!, [.. site.Arguments[1..].Select(a => Buildable(a, site))]);
    }

    // A query is stored as what it gives now.
    private AbstractValue Buildable(AbstractValue v, CallSite site) => v is ObjectRef { Instance.Sequence: not null, Access: null }
        ? NewList(new ArrayType(((GenericInstanceType)site.Declaring).GenericArguments[0]), [.. Enumerate(v, "collection")]) : v;

    private void CallAgain(CallSite site, Access receiver, AbstractValue[] arguments)
    {
        MethodReference method = OnType(site.Method, site.Declaring);
        CallLater(method, receiver, [.. arguments.Zip(method.Parameters, (v, p) => (v, Generics.Fill(p.ParameterType, method.DeclaringType)))]);
    }

    private void StoreOutside(ObjectRef array, AbstractValue index, AbstractValue value)
    {
        if (array.Instance.Type is not ArrayType { Rank: 1 } type)
        {
            throw Fail(Rules.SideEffect, $"an element of {Name(array)}");
        }

        long at = AsDim(index)?.Constant ?? throw Fail(Rules.UnknownBranch, $"the index {Name(index)}");
        ChangedList changed = Change(array);
        List<AbstractValue> items = Elements(changed);
        items[at >= 0 && at < items.Count ? (int)at : throw Fail(Rules.AlwaysThrows, "IndexOutOfRangeException")] = value;
        RememberList(changed);
        effects.Add(b => new Effect.StoreElement(array.Access!, (int)at, type.ElementType, b.Build(value, type.ElementType)));
    }

    // What the next call finds, where this one has found out what is there.
    private void RememberList(ChangedList changed)
    {
        if (changed.Items is { } items)
        {
            List<AbstractValue> before = changed.List.Instance.Items!;
            Remember(changed.List.Access!, new ObjectRef(new Instance(changed.List.Instance.Type) { Items = [.. items.Select(i => i is Unchanged { Index: var at } ? before[at] : i)] }));
        }
    }
}
