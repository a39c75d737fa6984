using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Nullables, tuples, indices and ranges, and equality.</summary>
internal static class ValueModels
{
    public static void Register(ModelTable t)
    {
        t["Nullable..ctor"] = s => BclModels.PlaceOrValue(s, s.Arguments[^1]);
        t["Nullable.op_Implicit"] = s => s.Arguments[0];
        t["Nullable.op_Explicit"] = s => Content(s, s.Arguments[0]);
        t["Nullable.get_HasValue"] = s => AbstractValue.Of(s.Find("this") is not Constant { IsNull: true });
        t["Nullable.get_Value"] = s => Content(s, s.Find("this")!);
        t["Nullable.GetValueOrDefault"] = s => s.Find("this") is var v and not Constant { IsNull: true } ? v
            : s.Arguments.Length > 1 ? s.Arguments[1] : s.Interpreter.DefaultOf(s.ReturnType);

        foreach (string tuple in new[] { "ValueTuple", "Tuple" })
        {
            t[$"{tuple}..ctor"] = s => BclModels.NewTuple(s.Declaring, s.Arguments);
            for (int i = 1; i <= 7; i++)
            {
                string item = $"Item{i}";
                t[$"{tuple}.get_{item}"] = s => Item(s, s.Find("this")!, item, s.ReturnType);
            }
        }

        // (a, b) = a Tuple, as attention layers return it
        t["TupleExtensions.Deconstruct"] = s =>
        {
            for (int i = 1; i < s.Arguments.Length; i++)
            {
                ((Pointer)s.Arguments[i]).Save(Item(s, s.Arguments[0], $"Item{i}", Reading.Generics.Fill(((ByReferenceType)s.Method.Parameters[i].ParameterType).ElementType, null, s.MethodArguments)));
            }

            return null;
        };

        // A constructor called on the address of a local: (a, b) = ...
        t["Tuple.Create"] = s => BclModels.NewTuple(s.ReturnType, s.Arguments);
        t["ValueTuple.Create"] = s => BclModels.NewTuple(s.ReturnType, s.Arguments);
        t["KeyValuePair..ctor"] = s => BclModels.PlaceOrValue(s, BclModels.NewFacts(s.Declaring, ("key", s.Arguments[^2]), ("value", s.Arguments[^1])));
        t["KeyValuePair.get_Key"] = s => Fact(s, "key");
        t["KeyValuePair.get_Value"] = s => Fact(s, "value");
        t["KeyValuePair.Deconstruct"] = s =>
        {
            ((Pointer)s.Arguments[1]).Save(Fact(s, "key"));
            ((Pointer)s.Arguments[2]).Save(Fact(s, "value"));
            return null;
        };

        t["Index..ctor"] = s => BclModels.PlaceOrValue(s, NewIndex(s.Declaring, s.Argument("value"), s.Find("fromEnd") ?? AbstractValue.Of(false)));
        t["Index.op_Implicit"] = s => NewIndex(s.ReturnType, s.Arguments[0], AbstractValue.Of(false));
        t["Index.FromEnd"] = s => NewIndex(s.ReturnType, s.Arguments[0], AbstractValue.Of(true));
        t["Index.FromStart"] = s => NewIndex(s.ReturnType, s.Arguments[0], AbstractValue.Of(false));
        t["Index.get_Start"] = s => NewIndex(s.ReturnType, AbstractValue.Of(0L), AbstractValue.Of(false));
        t["Index.get_End"] = s => NewIndex(s.ReturnType, AbstractValue.Of(0L), AbstractValue.Of(true));
        t["Index.get_Value"] = s => Fact(s, "value");
        t["Index.get_IsFromEnd"] = s => Fact(s, "fromEnd");
        t["Index.GetOffset"] = s => Offset(s, s.Find("this")!, s.Argument("length"));
        t["Range..ctor"] = s => BclModels.PlaceOrValue(s, BclModels.NewFacts(s.Declaring, ("start", s.Argument("start")), ("end", s.Argument("end"))));
        t["Range.get_All"] = s => BclModels.NewFacts(s.ReturnType);
        t["Range.StartAt"] = s => BclModels.NewFacts(s.ReturnType, ("start", s.Arguments[0]));
        t["Range.EndAt"] = s => BclModels.NewFacts(s.ReturnType, ("end", s.Arguments[0]));
        t["Range.get_Start"] = s => RangeEnd(s, "start", fromEnd: false);
        t["Range.get_End"] = s => RangeEnd(s, "end", fromEnd: true);

        t["Object..ctor"] = _ => null;
        t["Object.ReferenceEquals"] = s => s.Interpreter.Compare(ComparisonKind.Equal, s.Arguments[0], s.Arguments[1]);
        t.Add(s => s.Arguments.Length == 2 ? AbstractValue.Of(s.Interpreter.AreEqual(BclModels.Unwrapped(s.Arguments[0]), BclModels.Unwrapped(s.Arguments[1]))) : throw s.Unsupported("this overload"),
            "Object.Equals", "IEquatable.Equals", "ValueTuple.Equals", "Int32.Equals", "Int64.Equals", "Boolean.Equals", "Double.Equals", "Single.Equals", "Enum.Equals", "Char.Equals", "Type.Equals");
        t["EqualityComparer.get_Default"] = s => BclModels.NewFacts(s.ReturnType);
        t.Add(s => AbstractValue.Of(s.Interpreter.AreEqual(s.Arguments[1], s.Arguments[2])), "EqualityComparer.Equals", "IEqualityComparer.Equals");
        t.Add(s => AbstractValue.Of(s.Interpreter.AreEqual(BclModels.Unwrapped(s.Arguments[0]), s.Arguments[1]) == (s.Method.Name == "op_Equality")), "ValueTuple.op_Equality", "ValueTuple.op_Inequality");
    }

    private static ObjectRef NewIndex(TypeReference type, AbstractValue value, AbstractValue fromEnd) => BclModels.NewFacts(type, ("value", value), ("fromEnd", fromEnd));

    private static AbstractValue Content(CallSite s, AbstractValue v) => v is Constant { IsNull: true } ? throw s.Fail(Rules.AlwaysThrows, "InvalidOperationException") : v;

    private static AbstractValue Item(CallSite s, AbstractValue tuple, string item, TypeReference type) => tuple switch
    {
        ObjectRef { Access: null } o => o.Instance.Fields.GetValueOrDefault($"{o.Instance.Type.GetElementType().FullName}::{item}") ?? s.Interpreter.DefaultOf(type),
        ObjectRef o => s.Interpreter.ReadProperty(o, item, o.Instance.Fields.GetValueOrDefault($"{o.Instance.Type.GetElementType().FullName}::{item}") ?? new Unknown(type, $"the field {item}")),
        Constant { IsNull: true } => throw s.Fail(Rules.AlwaysThrows, "NullReferenceException"),
        _ => throw s.Unsupported("an unknown tuple"),
    };

    private static AbstractValue Fact(CallSite s, string name) =>
        s.Find("this") is ObjectRef { Instance.Facts: var facts } && facts.TryGetValue(name, out AbstractValue? value) ? value : throw s.Unsupported("a value from outside");

    private static AbstractValue RangeEnd(CallSite s, string name, bool fromEnd) =>
        s.Find("this") is ObjectRef { Access: null, Instance.Facts: var facts } ? facts.GetValueOrDefault(name) ?? NewIndex(s.ReturnType, AbstractValue.Of(0L), AbstractValue.Of(fromEnd))
        : throw s.Unsupported("a range from outside");

    /// <summary>The position that an <c>Index</c> means in so many elements.</summary>
    public static AbstractValue Offset(CallSite s, AbstractValue index, AbstractValue length)
    {
        if (index is not ObjectRef { Instance.Facts: var facts } || !facts.TryGetValue("value", out AbstractValue? value))
        {
            return index;
        }

        return s.Interpreter.Decide(facts["fromEnd"], preferred: false)
            ? Interpreter.AsDim(length) is { } n && Interpreter.AsDim(value) is { } v ? Interpreter.Sized(n - v) : throw s.Unsupported("an unknown index")
            : value;
    }
}
