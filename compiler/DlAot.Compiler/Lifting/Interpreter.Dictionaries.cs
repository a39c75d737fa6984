using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using CallSite = DlAot.Compiler.Lifting.Models.CallSite;

namespace DlAot.Compiler.Lifting;

/// <summary>Dictionaries that live outside: what the method has changed in them, and their entries in their order.</summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<Instance, ChangedDictionary> changedDictionaries = [];

    private sealed class ChangedDictionary(ObjectRef dictionary)
    {
        public ObjectRef Dictionary { get; } = dictionary;

        /// <summary>What is there now under the keys that have been written; null for nothing.</summary>
        public Dictionary<object, AbstractValue?> Entries { get; } = [];

        /// <summary>The whole content, once it has been cleared.</summary>
        public Instance? All { get; set; }
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
        // TorchSharp's dictionaries throw where they are asked for an enumerator as IEnumerable.
        MethodReference? items = EntryType(dictionary.Instance.Type) is null ? null
            : OnType(World.Resolve(dictionary.Instance.Type)!.Methods.First(m => m.Name == "items"), dictionary.Instance.Type);
        var list = new Access.Elements(dictionary.Access!, items, new ArrayType(basic));
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
