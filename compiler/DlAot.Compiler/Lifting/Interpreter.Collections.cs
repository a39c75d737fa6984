using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using CallSite = DlAot.Compiler.Lifting.Models.CallSite;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Lists, arrays and dictionaries that live outside and are changed: the method sees the change at once, the world at the end of the
/// compiled call, by the same calls in the same order.
/// </summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<Instance, ChangedList> changedLists = [];
    private readonly Dictionary<Instance, ChangedDictionary> changedDictionaries = [];

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

    private sealed class ChangedDictionary(ObjectRef dictionary)
    {
        public ObjectRef Dictionary { get; } = dictionary;

        /// <summary>What is there now under the keys that have been written; null for nothing.</summary>
        public Dictionary<object, AbstractValue?> Entries { get; } = [];

        /// <summary>The whole content, once it has been cleared.</summary>
        public Instance? All { get; set; }
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

    private ChangedDictionary? ChangedEntries(ObjectRef dictionary)
    {
        if (changedDictionaries.Count > 0)
        {
            RequireOther(dictionary);
        }

        return changedDictionaries.GetValueOrDefault(dictionary.Instance);
    }

    /// <summary>What has been written to a dictionary from outside under a key: whether that is known, and the value, null for none.</summary>
    internal bool TryWritten(ObjectRef dictionary, object key, out AbstractValue? value)
    {
        value = null;
        return ChangedEntries(dictionary) is { } changed && (changed.Entries.TryGetValue(key, out value) || changed.All is not null);
    }

    /// <summary>The whole content of a dictionary from outside, where it is known because it has been cleared.</summary>
    internal Instance? WrittenContent(ObjectRef dictionary) => ChangedEntries(dictionary)?.All;

    /// <summary>A call that puts a value under a key of a dictionary from outside, or (null) takes it away.</summary>
    internal void ChangeOutside(CallSite site, ObjectRef dictionary, Constant key, AbstractValue? value)
    {
        ChangedDictionary changed = ChangeDictionary(dictionary);
        changed.Entries[key.Value!] = value;
        Put(changed.All, key, value);
        RememberEntries(changed);
        CallAgain(site, dictionary.Access!, site.Arguments[1..]);
    }

    /// <summary>A dictionary from outside is cleared.</summary>
    internal void ClearOutside(CallSite site, ObjectRef dictionary)
    {
        ChangedDictionary changed = ChangeDictionary(dictionary);
        changed.Entries.Clear();
        changed.All = new Instance(dictionary.Instance.Type) { Items = [], Keys = [] };
        RememberEntries(changed);
        CallAgain(site, dictionary.Access!, []);
    }

    private ChangedDictionary ChangeDictionary(ObjectRef dictionary)
    {
        RequireOther(dictionary);
        if (ModelTable.ShortName(dictionary.Instance.Type) is not ("Dictionary" or "IDictionary"))
        {
            throw Fail(Rules.SideEffect, $"the dictionary {Name(dictionary)}");
        }

        if (!changedDictionaries.TryGetValue(dictionary.Instance, out ChangedDictionary? changed))
        {
            changedDictionaries[dictionary.Instance] = changed = new ChangedDictionary(dictionary);
        }

        return changed;
    }

    private void RememberEntries(ChangedDictionary changed)
    {
        if (changed.All is null && changed.Dictionary.Instance.Keys is null)
        {
            return; // nobody knows what else is there
        }

        Instance after = (changed.All ?? changed.Dictionary.Instance).Copy();
        foreach ((object key, AbstractValue? value) in changed.Entries)
        {
            Put(after, new Constant(key), value);
        }

        Remember(changed.Dictionary.Access!, new ObjectRef(after));
    }

    private static void Put(Instance? dictionary, Constant key, AbstractValue? value)
    {
        if (dictionary is not { Keys: { } keys, Items: { } items })
        {
            return;
        }

        int at = keys.FindIndex(k => k is Constant c && Equals(c.Value, key.Value));
        if (at >= 0 && value is not null)
        {
            items[at] = value;
        }
        else if (at >= 0)
        {
            keys.RemoveAt(at);
            items.RemoveAt(at);
        }
        else if (value is not null)
        {
            keys.Add(key);
            items.Add(value);
        }
    }

    /// <summary>It has been changed in this call.</summary>
    internal bool IsChanged(ObjectRef dictionary) => ChangedEntries(dictionary) is not null;

    // Module dictionaries give tuples, others pairs.
    private static AbstractValue EntryOf(TypeReference dictionary, AbstractValue key, AbstractValue value) => EntryType(dictionary) is { } tuple
        ? BclModels.NewTuple(tuple, [key, value]) : BclModels.NewFacts(dictionary, ("key", key), ("value", value));

    private static GenericInstanceType? EntryType(TypeReference dictionary)
    {
        if (ModelTable.ShortName(dictionary) is not ("ModuleDict" or "ParameterDict") || dictionary.Module is not { } module)
        {
            return null;
        }

        TypeReference value = dictionary is GenericInstanceType { GenericArguments: [var only] } ? only : new TypeReference("TorchSharp.Modules", "Parameter", module, dictionary.Scope);
        return new GenericInstanceType(new TypeReference("System", "ValueTuple`2", module, module.TypeSystem.CoreLibrary, valueType: true)) { GenericArguments = { module.TypeSystem.String, value } };
    }

    /// <summary>Keys and values of a dictionary from outside in its order, which is checked to be the one in which the constructor filled it.</summary>
    internal IEnumerable<(AbstractValue Key, AbstractValue Value)> Entries(ObjectRef dictionary)
    {
        TypeReference basic = World.Module.TypeSystem.Object;
        TypeReference entry = EntryType(dictionary.Instance.Type)
            ?? (World.Interfaces(dictionary.Instance.Type).Prepend(dictionary.Instance.Type).OfType<GenericInstanceType>().FirstOrDefault(t => t.ElementType.FullName == "System.Collections.Generic.IEnumerable`1") is { } sequence
                ? sequence.GenericArguments[0] : throw Fail(Rules.UnknownBranch, $"the order of {Name(dictionary)}"));
        var list = new Access.Elements(dictionary.Access!, new ArrayType(basic));
        List<AbstractValue> keys = dictionary.Instance.Keys!, values = dictionary.Instance.Items!;
        if (guarded.Add($"{list.Key}.Count"))
        {
            guards.Add(new Guard.Count(list, null, keys.Count, Location));
        }

        for (int i = 0; i < keys.Count; i++)
        {
            var element = new Access.Element(list, i, null, basic);
            AddGuard(new Guard.ExactType(element, entry, Location));
            var typed = new Access.Cast(element, entry);
            yield return (Read(keys[i] is Constant c ? c with { Assumed = true } : keys[i], Half(typed, 0)), Read(values[i], Half(typed, 1)));
        }
    }

    private Access Half(Access.Cast entry, int at)
    {
        if (ModelTable.ShortName(entry.Type) == "ValueTuple")
        {
            return Part(entry, at);
        }

        var type = (GenericInstanceType)entry.Type;
        MethodDefinition getter = World.Resolve(type)!.Methods.First(m => m.Name == (at == 0 ? "get_Key" : "get_Value"));
        return new Access.Property(entry, OnType(getter, type), type.GenericArguments[at]);
    }
}
