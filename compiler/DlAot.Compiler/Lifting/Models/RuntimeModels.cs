using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>What the C# compiler calls behind the scenes, types as values, and guards that throw.</summary>
internal static class RuntimeModels
{
    public static void Register(ModelTable t)
    {
        t["RuntimeHelpers.InitializeArray"] = InitializeArray;
        t["RuntimeHelpers.CreateSpan"] = s => Interpreter.NewList(s.ReturnType, Decode(s, (FieldReference)((Token)s.Arguments[0]).Member, s.MethodArguments![0]));
        t["<PrivateImplementationDetails>.InlineArrayElementRef"] = s => InlineElement(s, s.Arguments[0], s.Arguments[1]);
        t["<PrivateImplementationDetails>.InlineArrayFirstElementRef"] = s => InlineElement(s, s.Arguments[0], AbstractValue.Of(0L));
        t.Add(
            s => Interpreter.NewList(s.ReturnType, Enumerable.Range(0, s.Count("length")).Select(i => InlineBuffer(s, s.Arguments[0]).Facts.GetValueOrDefault(i.ToString(null, null)) ?? AbstractValue.Null)),
            "<PrivateImplementationDetails>.InlineArrayAsReadOnlySpan", "<PrivateImplementationDetails>.InlineArrayAsSpan");
        t["<PrivateImplementationDetails>.ComputeStringHash"] = s => s.Arguments[0] is Constant { Value: string text } c ? new Constant(StringHash(text), c.Assumed)
            : s.Interpreter.IsConstructorPhase ? new Unknown(s.ReturnType, "a string that is not known") : throw s.Unsupported("an unknown string");
        t["CollectionsMarshal.SetCount"] = s => Resize((ObjectRef)s.Arguments[0], s.Count("count"));
        t["CollectionsMarshal.AsSpan"] = s => s.Arguments[0];

        t["Object.GetType"] = s => new Token(TypeOf(s, s.Arguments[0]));
        t["Type.GetTypeFromHandle"] = s => s.Arguments[0];
        t["MemberInfo.get_Name"] = s => s.Arguments[0] is Token token ? new Constant(token.Member.Name) : throw s.Unsupported("an unknown type");
        t["Type.get_FullName"] = s => s.Arguments[0] is Token token ? new Constant(token.Member.FullName.Replace('/', '+')) : throw s.Unsupported("an unknown type");
        t.Add(s => s.Interpreter.Compare(s.Method.Name == "op_Equality" ? ComparisonKind.Equal : ComparisonKind.NotEqual, s.Arguments[0], s.Arguments[1]), "Type.op_Equality", "Type.op_Inequality");
        t["Type.IsInstanceOfType"] = s => s.Arguments[0] is Token { Member: TypeReference type } ? AbstractValue.Of(s.Interpreter.IsInstance(s.Arguments[1], type)) : throw s.Unsupported("an unknown type");
        t["Type.IsAssignableFrom"] = s => s.Arguments is [Token { Member: TypeReference target }, Token { Member: TypeReference from }] ? AbstractValue.Of(s.World.IsAssignable(from, target)) : throw s.Unsupported("an unknown type");

        t.Add(Asserted, "Debug.Assert", "Trace.Assert", "Contract.Assert", "Contract.Requires", "Contract.Assume");
        t.Add(_ => null, "GC.KeepAlive", "GC.SuppressFinalize", "Contract.Ensures", "Contract.EndContractBlock");
        t["Environment.get_CurrentManagedThreadId"] = _ => AbstractValue.Of(1L); // iterators compare it with itself
        t["ArgumentNullException.ThrowIfNull"] = s => s.Interpreter.Decide(s.Interpreter.Compare(ComparisonKind.Equal, s.Arguments[0], AbstractValue.Null), preferred: false) ? throw s.Fail(Rules.AlwaysThrows, "ArgumentNullException") : null;
        Refuses(t, "ThrowIfNegative", ComparisonKind.Less);
        Refuses(t, "ThrowIfNegativeOrZero", ComparisonKind.LessOrEqual);
        Refuses(t, "ThrowIfZero", ComparisonKind.Equal);
        Refuses(t, "ThrowIfLessThan", ComparisonKind.Less);
        Refuses(t, "ThrowIfLessThanOrEqual", ComparisonKind.LessOrEqual);
        Refuses(t, "ThrowIfGreaterThan", ComparisonKind.Greater);
        Refuses(t, "ThrowIfGreaterThanOrEqual", ComparisonKind.GreaterOrEqual);
        Refuses(t, "ThrowIfEqual", ComparisonKind.Equal);
        Refuses(t, "ThrowIfNotEqual", ComparisonKind.NotEqual);
        t["ObjectDisposedException.ThrowIf"] = s => s.Interpreter.Decide(s.Arguments[0], preferred: false) ? throw s.Fail(Rules.AlwaysThrows, "ObjectDisposedException") : null;
        t.Add(OfThread, "ThreadLocal.get_Value", "AsyncLocal.get_Value");
        t["Lazy..ctor"] = s => BclModels.NewFacts(s.Declaring, ("factory", s.Argument("valueFactory", "value")));
        t["Lazy.get_Value"] = s => s.Find("this") is ObjectRef { Access: null, Instance.Facts: var facts } && facts.TryGetValue("factory", out AbstractValue? factory)
            ? factory is DelegateRef ? facts["factory"] = BclModels.Invoke(s, factory) : factory
            : throw s.Unsupported("a lazy value from outside");
    }

    // What such an object holds for the present thread or flow of control.
    private static AbstractValue OfThread(CallSite s) => s.Find("this") switch
    {
        ObjectRef { Access: { } access } => s.Interpreter.Read(new Unknown(s.ReturnType, "a value of the thread"), new Access.Property(access, Interpreter.OnType(s.Method, s.Declaring), s.ReturnType)),
        Unknown { Access: { } access } => s.Interpreter.Read(new Unknown(s.ReturnType, "a value of the thread"), new Access.Property(s.Interpreter.NotNull(access), Interpreter.OnType(s.Method, s.Declaring), s.ReturnType)),
        Constant { IsNull: true } => throw s.Fail(Rules.AlwaysThrows, "NullReferenceException"),
        _ => new Unknown(s.ReturnType, "a value of the thread"),
    };

    // ArgumentOutOfRangeException.ThrowIf...(value, other)
    private static void Refuses(ModelTable t, string name, ComparisonKind refused) => t[$"ArgumentOutOfRangeException.{name}"] = s =>
        s.Interpreter.Decide(s.Interpreter.Compare(refused, s.Arguments[0], s.Has("other") ? s.Argument("other") : AbstractValue.Of(0L)), preferred: false) ? throw s.Fail(Rules.AlwaysThrows, "ArgumentOutOfRangeException") : null;

    private static AbstractValue? Asserted(CallSite s) => s.Interpreter.Decide(s.Arguments[0], preferred: true) ? null : throw s.Fail(Rules.AlwaysThrows, "an assertion");

    private static TypeReference TypeOf(CallSite s, AbstractValue v) => BclModels.Unwrapped(v) switch
    {
        ObjectRef o => s.Interpreter.Exact(o).Instance.Type,
        Boxed b => b.Type,
        Constant { Value: string } => s.World.Module.TypeSystem.String,
        Constant { IsNull: true } => throw s.Fail(Rules.AlwaysThrows, "NullReferenceException"),
        _ => throw s.Unsupported("an unknown object"),
    };

    private static AbstractValue? Resize(ObjectRef list, int count)
    {
        list.Instance.Items!.AddRange(Enumerable.Repeat<AbstractValue>(AbstractValue.Null, Math.Max(0, count - list.Instance.Items.Count)));
        return null;
    }

    // FNV-1a over UTF-16 code units, as the C# compiler's switch on strings computes it; extended by its sign, as IL constants are.
    private static long StringHash(string text) => unchecked((int)text.Aggregate(2166136261u, (hash, c) => (c ^ hash) * 16777619u));

    private static AbstractValue InlineElement(CallSite s, AbstractValue buffer, AbstractValue index)
    {
        Instance instance = InlineBuffer(s, buffer);
        string key = (Interpreter.AsDim(index)?.Constant ?? throw s.Unsupported("an unknown index")).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Pointer(() => instance.Facts.GetValueOrDefault(key) ?? AbstractValue.Null, v => instance.Facts[key] = v);
    }

    private static Instance InlineBuffer(CallSite s, AbstractValue buffer) => BclModels.Unwrapped(buffer) is ObjectRef o ? o.Instance : throw s.Unsupported("an unknown buffer");

    private static AbstractValue? InitializeArray(CallSite s)
    {
        var array = (ObjectRef)s.Arguments[0];
        var items = Decode(s, (FieldReference)((Token)s.Arguments[1]).Member, ((ArrayType)array.Instance.Type).ElementType).Take(array.Instance.Items!.Count).ToList();
        array.Instance.Items = items;
        return null;
    }

    private static IEnumerable<AbstractValue> Decode(CallSite s, FieldReference field, TypeReference element)
    {
        FieldData data = Interpreter.DataOf(field) ?? throw s.Unsupported("initial data that is missing");
        int size = StackMemory.SizeOf(element) ?? throw s.Unsupported($"initial data of {element.Name}");
        return Enumerable.Range(0, data.Bytes.Length / size).Select(i => data.Read(s.Interpreter, element, i * size));
    }
}
