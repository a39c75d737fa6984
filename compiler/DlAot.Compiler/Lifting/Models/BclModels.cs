using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>The base class library, by theme; and what its models share.</summary>
internal static class BclModels
{
    public static void Register(ModelTable t)
    {
        NumberModels.Register(t);
        ValueModels.Register(t);
        CollectionModels.Register(t);
        SearchModels.Register(t);
        DictionaryModels.Register(t);
        SpanModels.Register(t);
        LinqModels.Register(t);
        StringModels.Register(t);
        EnumModels.Register(t);
        RuntimeModels.Register(t);
        ClockModels.Register(t);
        DynamicModels.Register(t);
    }

    /// <summary>Nullables are transparent: a null one is null, another is its value.</summary>
    public static AbstractValue Unwrapped(AbstractValue v) => v is Pointer p ? p.Load() : v;

    /// <summary>What a constructor leaves: a value, or a value stored through the pointer that it was called on.</summary>
    public static AbstractValue? PlaceOrValue(CallSite s, AbstractValue value)
    {
        if (s.Arguments.Length > 0 && s.Arguments[0] is Pointer place && s.Arguments.Length > s.Method.Parameters.Count)
        {
            place.Save(value);
            return null;
        }

        return value;
    }

    public static ObjectRef NewFacts(TypeReference type, params ReadOnlySpan<(string Name, AbstractValue Value)> facts)
    {
        var instance = new Instance(type);
        foreach ((string name, AbstractValue value) in facts)
        {
            instance.Facts[name] = value;
        }

        return new ObjectRef(instance);
    }

    public static AbstractValue NewTuple(TypeReference type, AbstractValue[] items)
    {
        if (items.Length > 0 && items[0] is Pointer place)
        {
            place.Save(NewTuple(type, items[1..]));
            return AbstractValue.Null;
        }

        var instance = new Instance(type) { IsStruct = type.GetElementType().Name.StartsWith("ValueTuple", StringComparison.Ordinal) };
        for (int i = 0; i < items.Length; i++)
        {
            instance.Fields[$"{type.GetElementType().FullName}::{(i == 7 ? "Rest" : $"Item{i + 1}")}"] = items[i];
        }

        return new ObjectRef(instance);
    }

    /// <summary>Calls a function that was passed as a delegate.</summary>
    public static AbstractValue Invoke(CallSite s, AbstractValue function, params AbstractValue[] arguments) =>
        Unwrapped(function) is DelegateRef d ? s.Interpreter.InvokeDelegate(d, arguments) ?? AbstractValue.Null : throw s.Fail(Rules.UndeterminableTarget, Interpreter.Describe(s.Method), Interpreter.Name(function));

    /// <summary>Changes the elements of a list.</summary>
    public static AbstractValue? Changed(CallSite s, Action<List<AbstractValue>> change)
    {
        if (s.Find("this") is ObjectRef { Access: not null, Instance.Items: not null } outside && !s.Interpreter.IsConstructorPhase)
        {
            try
            {
                s.Interpreter.ChangeOutside(s, outside, change);
            }
            catch (ArgumentException)
            {
                throw s.Fail(Rules.AlwaysThrows, "ArgumentOutOfRangeException");
            }

            return null;
        }

        if (s.Find("this") is not ObjectRef { Instance: { Items: { } items, IsFrozen: false }, Access: null })
        {
            return s.Interpreter.IsConstructorPhase ? null : throw s.Fail(Rules.SideEffect, $"the list {Interpreter.Name(s.Arguments[0])}");
        }

        try
        {
            change(items);
        }
        catch (ArgumentException)
        {
            throw s.Fail(Rules.AlwaysThrows, "ArgumentOutOfRangeException");
        }

        return null;
    }
}
