using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Dictionaries: made in the method, by the constructor, or passed in; keys are compared as <c>Equals</c> does.</summary>
internal static class DictionaryModels
{
    private static readonly string[] Names = ["Dictionary", "IDictionary", "IReadOnlyDictionary", "SortedDictionary", "ConcurrentDictionary", "OrderedDictionary", "ModuleDict", "ParameterDict", "OrderedDict"];

    public static void Register(ModelTable t)
    {
        t.Add(New, "Dictionary..ctor", "SortedDictionary..ctor", "ConcurrentDictionary..ctor", "OrderedDictionary..ctor", "ModuleDict..ctor", "ParameterDict..ctor");
        foreach (string name in Names)
        {
            t[$"{name}.get_Item"] = s => Lookup(s) is { } found ? found : throw s.Fail(Rules.AlwaysThrows, "KeyNotFoundException");
            t[$"{name}.ContainsKey"] = s => AbstractValue.Of(Holds(s, s.Arguments[1]));
            t[$"{name}.TryGetValue"] = TryGetValue;
            t[$"{name}.set_Item"] = s => Store(s, s.Arguments[1], s.Arguments[2], mayExist: true);
            t[$"{name}.Add"] = s => s.Arguments.Length == 3 ? Store(s, s.Arguments[1], s.Arguments[2], mayExist: false) : AddPair(s);
            t[$"{name}.TryAdd"] = s => Store(s, s.Arguments[1], s.Arguments[2], mayExist: null);
            t[$"{name}.Remove"] = Remove;
            t[$"{name}.get_Keys"] = s => Listed(s, e => e.Key, m => m.Keys!);
            t[$"{name}.get_Values"] = s => Listed(s, e => e.Value, m => m.Items!);
            t.TryAdd($"{name}.get_Count", s => Receiver(s) is ObjectRef { Access: not null, Instance: { Keys: not null, Items: { } all } } outside && !s.Interpreter.IsChanged(outside)
                ? s.Interpreter.CountOf(outside, all.Count, null) : AbstractValue.Of((long)Made(s).Items!.Count));
            t.TryAdd($"{name}.GetEnumerator", s => CollectionModels.Enumerator(s));
        }

        t["CollectionExtensions.GetValueOrDefault"] = s => Lookup(s) ?? (s.Arguments.Length > 2 ? s.Arguments[2] : s.Interpreter.DefaultOf(s.ReturnType));
        t["Dictionary.Clear"] = s =>
        {
            if (Receiver(s) is ObjectRef { Access: not null } outside)
            {
                s.Interpreter.ClearOutside(s, outside);
                return null;
            }

            Instance made = Made(s);
            made.Keys!.Clear();
            made.Items!.Clear();
            return null;
        };
        t.Add(s => CollectionModels.Enumerator(s), "KeyCollection.GetEnumerator", "ValueCollection.GetEnumerator");
        t.Add(CollectionModels.Count, "KeyCollection.get_Count", "ValueCollection.get_Count");
    }

    private static ObjectRef New(CallSite s)
    {
        var made = new Instance(s.Declaring) { Items = [], Keys = [] };
        if (s.Optional("dictionary", "collection") is { } source)
        {
            if (ModelTable.ShortName(s.Declaring) == "SortedDictionary")
            {
                throw s.Unsupported("a dictionary to sort");
            }

            foreach (AbstractValue pair in s.Interpreter.Enumerate(source, "dictionary"))
            {
                (AbstractValue key, AbstractValue value) = Pair(s, pair);
                made.Keys.Add(key);
                made.Items.Add(value);
            }
        }

        return s.Optional("comparer") is null ? new ObjectRef(made) : throw s.Unsupported("a comparer");
    }

    /// <summary>A dictionary made of tuples of names and modules or parameters.</summary>
    public static ObjectRef Of(CallSite s, TypeReference type)
    {
        var made = new Instance(type) { Items = [], Keys = [] };
        foreach (AbstractValue pair in s.Items(s.Arguments[0], "items"))
        {
            (AbstractValue key, AbstractValue value) = Pair(s, pair);
            made.Keys.Add(key);
            made.Items.Add(value);
        }

        return new ObjectRef(made);
    }

    // Keys or values of one that lives outside, in its order.
    private static ObjectRef Listed(CallSite s, Func<(AbstractValue Key, AbstractValue Value), AbstractValue> part, Func<Instance, IEnumerable<AbstractValue>> made) =>
        Interpreter.NewList(new ArrayType(s.World.Module.TypeSystem.Object), Receiver(s) is ObjectRef { Access: not null, Instance.Keys: not null } outside && s.Interpreter.WrittenContent(outside) is null
            ? s.Interpreter.Entries(outside).Select(part) : made(Made(s)));

    private static (AbstractValue Key, AbstractValue Value) Pair(CallSite s, AbstractValue pair) => BclModels.Unwrapped(pair) switch
    {
        ObjectRef { Instance.Facts: var facts } when facts.TryGetValue("key", out AbstractValue? key) => (key, facts["value"]),
        ObjectRef { Access: null, Instance: { Fields.Count: 2 } tuple } => (tuple.Fields[$"{tuple.Type.GetElementType().FullName}::Item1"], tuple.Fields[$"{tuple.Type.GetElementType().FullName}::Item2"]),
        _ => throw s.Unsupported("an unknown pair"),
    };

    private static AbstractValue? AddPair(CallSite s)
    {
        (AbstractValue key, AbstractValue value) = Pair(s, s.Arguments[1]);
        return Store(s, key, value, mayExist: false);
    }

    private static AbstractValue Receiver(CallSite s) => s.Find("this", "dictionary")!;

    private static Instance Made(CallSite s) => Receiver(s) is ObjectRef { Access: null, Instance: { Keys: not null, Items: not null } made } ? made
        : Receiver(s) is ObjectRef { Access: not null } outside && s.Interpreter.WrittenContent(outside) is { } content ? content
        : throw s.Fail(Rules.UnknownBranch, $"the order of {Interpreter.Name(Receiver(s))}");

    private static int IndexOf(CallSite s, Instance made, AbstractValue key)
    {
        for (int i = 0; i < made.Keys!.Count; i++)
        {
            if (s.Interpreter.AreEqual(made.Keys[i], key))
            {
                return i;
            }
        }

        return -1;
    }

    private static AbstractValue? Lookup(CallSite s)
    {
        AbstractValue key = s.Arguments[1];
        switch (Receiver(s))
        {
            case ObjectRef { Access: null, Instance: { Keys: { } keys, Items: { } items } made }:
                if (key is Constant { Value: long position } && ModelTable.ShortName(made.Type) is "ModuleDict" && s.Method.Parameters[0].ParameterType.MetadataType == MetadataType.Int32)
                {
                    return position >= 0 && position < items.Count ? BclModels.NewTuple(s.ReturnType, [keys[(int)position], items[(int)position]]) : null;
                }

                return IndexOf(s, made, key) is >= 0 and var at ? items[at] : null;
            case ObjectRef { Access: not null } outside:
                AbstractValue found = Known(s, outside, key);
                return s.Interpreter.TryWritten(outside, ((Constant)found).Value!, out AbstractValue? written) ? written
                    : Holds(s, outside, found) ? s.Interpreter.ReadKeyed(outside, ((Constant)found).Value!, Predicted(s, outside, found)) : null;
            case Unknown when s.Interpreter.IsConstructorPhase:
                return new Unknown(s.ReturnType, "an element of an unknown dictionary");
            case Constant { IsNull: true }:
                throw s.Fail(Rules.AlwaysThrows, "NullReferenceException");
            case var other:
                throw s.Fail(Rules.UndeterminableTarget, Interpreter.Describe(s.Method), Interpreter.Name(other));
        }
    }

    private static AbstractValue? Predicted(CallSite s, ObjectRef outside, AbstractValue key) =>
        outside.Instance.Keys is not null && IndexOf(s, outside.Instance, key) is >= 0 and var at ? outside.Instance.Items![at] : null;

    private static bool Holds(CallSite s, AbstractValue key)
    {
        switch (Receiver(s))
        {
            case ObjectRef { Access: null, Instance: { Keys: not null } made }:
                return IndexOf(s, made, key) >= 0;
            case ObjectRef { Access: not null } outside:
                return Holds(s, outside, Known(s, outside, key));
            case var other:
                throw s.Fail(Rules.UndeterminableTarget, Interpreter.Describe(s.Method), Interpreter.Name(other));
        }
    }

    private static bool Holds(CallSite s, ObjectRef outside, AbstractValue key) =>
        s.Interpreter.TryWritten(outside, ((Constant)key).Value!, out AbstractValue? written) ? written is not null
        : s.Interpreter.HoldsKey(outside, ((Constant)key).Value!, outside.Instance.Keys is null ? null : IndexOf(s, outside.Instance, key) >= 0, isRead: s.Method.Name == "get_Item");

    // A key that is not known is one of those that the constructor put there.
    private static AbstractValue Known(CallSite s, ObjectRef outside, AbstractValue key) =>
        key is Constant { Value: string or long } ? key
        : outside.Instance.Keys is { } keys && IndexOf(s, outside.Instance, key) is >= 0 and var at && keys[at] is Constant { Value: string or long } found ? found
        : throw s.Fail(Rules.UnknownBranch, $"the key {Interpreter.Name(key)}");

    private static Constant TryGetValue(CallSite s)
    {
        var place = (Pointer)s.Arguments[2];
        AbstractValue? found = Lookup(s);
        TypeReference type = ((ByReferenceType)Reading.Generics.Fill(s.Method.Parameters[1].ParameterType, s.Declaring)).ElementType;
        place.Save(found ?? s.Interpreter.DefaultOf(type));
        return AbstractValue.Of(found is not null);
    }

    // Strings are in the order of the culture.
    private static long Number(CallSite s, AbstractValue key) => key is Constant { Value: long n } ? n : throw s.Unsupported("this order of keys");

    // An existing key is replaced (true), refused (false), or left alone (null).
    private static AbstractValue? Store(CallSite s, AbstractValue key, AbstractValue value, bool? mayExist)
    {
        if (Receiver(s) is ObjectRef { Access: not null } outside && !s.Interpreter.IsConstructorPhase)
        {
            var at = (Constant)Known(s, outside, key);
            bool isNew = mayExist == true || !Holds(s, outside, at);
            if (!isNew && mayExist == false)
            {
                throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
            }

            if (isNew)
            {
                s.Interpreter.ChangeOutside(s, outside, at, value);
            }

            return s.Method.IsVoid() ? null : AbstractValue.Of(isNew);
        }

        if (Receiver(s) is not ObjectRef { Access: null, Instance: { Keys: { } keys, Items: { } items } made })
        {
            return s.Interpreter.IsConstructorPhase ? null : throw s.Fail(Rules.SideEffect, $"the dictionary {Interpreter.Name(Receiver(s))}");
        }

        int place = IndexOf(s, made, key);
        if (place < 0)
        {
            int position = ModelTable.ShortName(made.Type) == "SortedDictionary" ? keys.FindIndex(k => Number(s, k) > Number(s, key)) : -1;
            keys.Insert(position < 0 ? keys.Count : position, key);
            items.Insert(position < 0 ? items.Count : position, value);
        }
        else if (mayExist == true)
        {
            items[place] = value;
        }
        else if (mayExist == false)
        {
            throw s.Fail(Rules.AlwaysThrows, "ArgumentException");
        }

        return s.Method.IsVoid() ? null : AbstractValue.Of(place < 0);
    }

    private static AbstractValue? Remove(CallSite s)
    {
        if (Receiver(s) is ObjectRef { Access: not null } outside && s.Arguments.Length == 2)
        {
            var key = (Constant)Known(s, outside, s.Arguments[1]);
            bool isThere = Holds(s, outside, key);
            s.Interpreter.ChangeOutside(s, outside, key, null);
            return AbstractValue.Of(isThere);
        }

        Instance made = Made(s);
        int at = IndexOf(s, made, s.Arguments[1]);
        if (s.Arguments.Length > 2)
        {
            ((Pointer)s.Arguments[2]).Save(at >= 0 ? made.Items![at] : AbstractValue.Null);
        }

        if (at >= 0)
        {
            made.Keys!.RemoveAt(at);
            made.Items!.RemoveAt(at);
        }

        return AbstractValue.Of(at >= 0);
    }
}
