using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>The base class library: math on constants and sizes, lists, tuples, nullables, delegates, strings.</summary>
internal static class BclModels
{
    private static readonly Dictionary<string, Func<double, double>> UnaryMath = new(StringComparer.Ordinal)
    {
        ["Sqrt"] = Math.Sqrt, ["Exp"] = Math.Exp, ["Log"] = Math.Log, ["Log2"] = Math.Log2, ["Log10"] = Math.Log10, ["Sin"] = Math.Sin, ["Cos"] = Math.Cos,
        ["Tan"] = Math.Tan, ["Tanh"] = Math.Tanh, ["Floor"] = Math.Floor, ["Ceiling"] = Math.Ceiling, ["Round"] = Math.Round, ["Truncate"] = Math.Truncate, ["Abs"] = Math.Abs, ["Atan"] = Math.Atan,
    };

    private static readonly Dictionary<string, Func<float, float>> UnaryMathF = new(StringComparer.Ordinal)
    {
        ["Sqrt"] = MathF.Sqrt, ["Exp"] = MathF.Exp, ["Log"] = MathF.Log, ["Log2"] = MathF.Log2, ["Log10"] = MathF.Log10, ["Sin"] = MathF.Sin, ["Cos"] = MathF.Cos,
        ["Tan"] = MathF.Tan, ["Tanh"] = MathF.Tanh, ["Floor"] = MathF.Floor, ["Ceiling"] = MathF.Ceiling, ["Round"] = MathF.Round, ["Truncate"] = MathF.Truncate, ["Abs"] = MathF.Abs, ["Atan"] = MathF.Atan,
    };

    private static readonly Dictionary<string, OpDef> RuntimeMath = new(StringComparer.Ordinal)
    {
        ["Sqrt"] = Op.Sqrt, ["Exp"] = Op.Exp, ["Log"] = Op.Log, ["Sin"] = Op.Sin, ["Cos"] = Op.Cos, ["Tanh"] = Op.Tanh, ["Floor"] = Op.Floor, ["Ceiling"] = Op.Ceil, ["Abs"] = Op.Abs,
    };

    /// <summary>Nullables are transparent: a null one is null, another is its value.</summary>
    public static AbstractValue Unwrapped(AbstractValue v) => v is Pointer p ? p.Load() : v;

    public static void Register(ModelTable t)
    {
        RegisterMath(t);
        RegisterNullables(t);
        RegisterTuples(t);
        RegisterLists(t);
        RegisterRuntime(t);
        RegisterStrings(t);
    }

    private static void RegisterMath(ModelTable t)
    {
        foreach ((string name, Func<double, double> compute) in UnaryMath)
        {
            t.Add(s => MathUnary(s, name, compute), $"Math.{name}", $"MathF.{name}");
        }

        t.Add(s => MathBinary(s, Math.Pow, MathF.Pow, null, Op.Pow), "Math.Pow", "MathF.Pow");
        t.Add(s => MathBinary(s, Math.Max, Math.Max, DimExpr.Max, Op.Maximum), "Math.Max", "MathF.Max");
        t.Add(s => MathBinary(s, Math.Min, Math.Min, DimExpr.Min, Op.Minimum), "Math.Min", "MathF.Min");
    }

    private static AbstractValue MathUnary(CallSite s, string name, Func<double, double> compute)
    {
        bool single = s.ReturnType.MetadataType == MetadataType.Single;
        switch (s.Arguments[0])
        {
            case Constant { Value: long n } c when name == "Abs" && n > int.MinValue:
                return c with { Value = Math.Abs(n) };
            case Constant { Value: double d } c when s.Arguments.Length == 1:
                return c with { Value = single ? UnaryMathF[name]((float)d) : compute(d), IsSingle = single };
            case Size size when name == "Abs":
                s.Builder.Facts.RequireAtLeast(size.Value, 0);
                return size;
            case HostNumber { Value.DType: DType.F64 } when RuntimeMath.TryGetValue(name, out OpDef? op) && s.Arguments.Length == 1:
                Value v = s.Builder.Add(op, s.Interpreter.AsGraphNumber(s.Arguments[0], DType.F64));
                return new HostNumber(single ? s.Interpreter.Rounded(v) : v, single);
            default:
                throw s.Fail(Rules.UnknownCall, $"Math.{name} of {Interpreter.Name(s.Arguments[0])}");
        }
    }

    private static AbstractValue MathBinary(CallSite s, Func<double, double, double> onFloats, Func<float, float, float> onSingles, Func<DimExpr, DimExpr, DimExpr>? onSizes, OpDef op)
    {
        (AbstractValue a, AbstractValue b) = (s.Arguments[0], s.Arguments[1]);
        bool single = s.ReturnType.MetadataType == MetadataType.Single, isFloat = single || s.ReturnType.MetadataType == MetadataType.Double;
        if (!isFloat && onSizes is not null && a is Constant { Value: long m0 } && b is Constant { Value: long n0 })
        {
            return AbstractValue.Of(onSizes(m0, n0).Constant!.Value);
        }

        return (a, b) switch
        {
            (Constant { Value: double x }, Constant { Value: double y }) => new Constant(single ? onSingles((float)x, (float)y) : onFloats(x, y), IsSingle: single),
            _ when onSizes is not null && Interpreter.AsDim(a) is { } m && Interpreter.AsDim(b) is { } n => Interpreter.Sized(onSizes(m, n)),
            _ when isFloat => Computed(s, s.Builder.Add(op, s.Interpreter.AsGraphNumber(a, DType.F64), s.Interpreter.AsGraphNumber(b, DType.F64)), single),
            _ => throw s.Fail(Rules.UnknownCall, $"{Interpreter.Describe(s.Method)} of {Interpreter.Name(a)} and {Interpreter.Name(b)}"),
        };
    }

    private static HostNumber Computed(CallSite s, Value number, bool single) => new(single ? s.Interpreter.Rounded(number) : number, single);

    private static void RegisterNullables(ModelTable t)
    {
        t["Nullable..ctor"] = s => PlaceOrValue(s, s.Arguments[^1]);
        t["Nullable.op_Implicit"] = s => s.Arguments[0];
        t["Nullable.get_HasValue"] = s => AbstractValue.Of(s.Find("this") is not Constant { IsNull: true });
        t["Nullable.get_Value"] = s => s.Find("this") is Constant { IsNull: true } ? throw s.Fail(Rules.AlwaysThrows, "InvalidOperationException") : s.Find("this");
        t["Nullable.GetValueOrDefault"] = s => s.Find("this") is not Constant { IsNull: true } ? s.Find("this")
            : s.Arguments.Length > 1 ? s.Arguments[1] : s.Interpreter.DefaultOf(s.ReturnType);
        t["Object..ctor"] = _ => null;
        t["Object.ReferenceEquals"] = s => s.Interpreter.Compare(ComparisonKind.Equal, s.Arguments[0], s.Arguments[1]);
        t["ArgumentNullException.ThrowIfNull"] = s => s.Arguments[0] is Constant { IsNull: true } ? throw s.Fail(Rules.AlwaysThrows, "ArgumentNullException") : null;
    }

    private static void RegisterTuples(ModelTable t)
    {
        foreach (string tuple in new[] { "ValueTuple", "Tuple" })
        {
            t[$"{tuple}..ctor"] = s => NewTuple(s.Declaring, s.Arguments);
            for (int i = 1; i <= 7; i++)
            {
                string item = $"Item{i}";
                t[$"{tuple}.get_{item}"] = s => s.Find("this") is ObjectRef { Access: null } o ? o.Instance.Fields[$"{o.Instance.Type.GetElementType().FullName}::{item}"] : s.Find("this") is ObjectRef outside ? s.Interpreter.ReadProperty(outside, item, new Unknown(s.ReturnType, item)) : throw s.Unsupported("an unknown tuple");
            }
        }

        // A constructor called on the address of a local: (a, b) = ...
        t["Tuple.Create"] = s => NewTuple(s.ReturnType, s.Arguments);
        t["ValueTuple.Create"] = s => NewTuple(s.ReturnType, s.Arguments);
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
            instance.Fields[$"{type.GetElementType().FullName}::Item{i + 1}"] = items[i];
        }

        return new ObjectRef(instance);
    }

    private static void RegisterLists(ModelTable t)
    {
        t["List..ctor"] = s => s.Optional("collection") is { } source
            ? Interpreter.NewList(s.Declaring, s.Items(source, "collection"))
            : Interpreter.NewList(s.Declaring, []);
        t.Add(s => Changed(s, list => list.Add(s.Arguments[1])), "List.Add", "ICollection.Add");
        t["List.AddRange"] = s => Changed(s, list => list.AddRange(s.Items(s.Arguments[1], "collection")));
        t["List.Insert"] = s => Changed(s, list => list.Insert((int)s.Int("index"), s.Arguments[2]));
        t.AddStatic("String.Empty", _ => new Constant(""));
        t["List.RemoveAt"] = s => Changed(s, list => list.RemoveAt((int)s.Int("index")));
        t["List.Clear"] = s => Changed(s, list => list.Clear());
        t.Add(s => s.Interpreter.LoadElement(s.Find("this")!, s.Arguments[1], Interpreter.OnType(s.Method, s.Declaring)), "List.get_Item", "IList.get_Item", "IReadOnlyList.get_Item");
        t["List.set_Item"] = s => Changed(s, list => list[(int)s.Int("index")] = s.Arguments[2]);
        t.Add(s => Count(s), "List.get_Count", "ICollection.get_Count", "IReadOnlyCollection.get_Count", "Array.get_Length", "ReadOnlySpan.get_Length", "Span.get_Length");
        t.Add(s => Interpreter.NewList(s.ReturnType, s.Items(s.Find("this", "source")!, "source")), "List.ToArray", "Enumerable.ToArray", "Enumerable.ToList", "ReadOnlySpan.ToArray", "Span.ToArray");
        t.Add(s => Enumerator(s), "List.GetEnumerator", "IEnumerable.GetEnumerator", "ReadOnlySpan.GetEnumerator", "Array.GetEnumerator");
        t.Add(MoveNext, "Enumerator.MoveNext", "IEnumerator.MoveNext");
        t.Add(CurrentItem, "Enumerator.get_Current", "IEnumerator.get_Current");
        t["Enumerator.Dispose"] = _ => null;
        t["Array.Empty"] = s => Interpreter.NewList(s.ReturnType, []);
        t.Add(s => s.Arguments[0], "Enumerable.AsEnumerable", "ReadOnlySpan.op_Implicit", "Span.op_Implicit", "MemoryExtensions.AsSpan");
        t.Add(s => PlaceOrValue(s, Interpreter.NewList(s.Declaring, s.Items(s.Arguments[^1], "array"))), "ReadOnlySpan..ctor", "Span..ctor");
        t.Add(s => new Pointer(() => s.Interpreter.LoadElement(s.Find("this")!, s.Arguments[1]), _ => throw s.Unsupported("a write")), "ReadOnlySpan.get_Item");
        t["Enumerable.Select"] = s => Interpreter.NewList(s.ReturnType, s.Items(s.Arguments[0], "source").Select((v, i) => Invoke(s, s.Arguments[1], s.Names.Length > 0 && IsIndexed(s.Arguments[1]) ? [v, AbstractValue.Of((long)i)] : [v])));
        t["Enumerable.Range"] = s => Interpreter.NewList(s.ReturnType, Enumerable.Range((int)s.Int("start"), (int)s.Int("count")).Select(i => AbstractValue.Of((long)i)));
        t["Enumerable.Concat"] = s => Interpreter.NewList(s.ReturnType, [.. s.Items(s.Arguments[0], "first"), .. s.Items(s.Arguments[1], "second")]);
        t["Enumerable.Append"] = s => Interpreter.NewList(s.ReturnType, [.. s.Items(s.Arguments[0], "source"), s.Arguments[1]]);
        t["Enumerable.Reverse"] = s => Interpreter.NewList(s.ReturnType, s.Items(s.Arguments[0], "source").Reverse());
        t["Enumerable.Skip"] = s => Interpreter.NewList(s.ReturnType, s.Items(s.Arguments[0], "source").Skip((int)s.Int("count")));
        t["Enumerable.Take"] = s => Interpreter.NewList(s.ReturnType, s.Items(s.Arguments[0], "source").Take((int)s.Int("count")));
        t["Enumerable.First"] = s => s.Items(s.Arguments[0], "source")[0];
        t["Enumerable.Last"] = s => s.Items(s.Arguments[0], "source")[^1];
        t["Enumerable.Count"] = s => AbstractValue.Of((long)s.Items(s.Arguments[0], "source").Count);
        t["Enumerable.Aggregate"] = s => s.Arguments.Length == 3
            ? s.Items(s.Arguments[0], "source").Aggregate(s.Arguments[1], (a, v) => Invoke(s, s.Arguments[2], [a, v]))
            : s.Arguments.Length == 2 && s.Items(s.Arguments[0], "source") is [_, ..] items ? items.Aggregate((a, v) => Invoke(s, s.Arguments[1], [a, v]))
            : throw s.Unsupported("this overload");
    }

    private static AbstractValue Invoke(CallSite s, AbstractValue function, AbstractValue[] arguments) =>
        function is DelegateRef d ? s.Interpreter.InvokeDelegate(d, arguments) ?? AbstractValue.Null : throw s.Fail(Rules.UndeterminableTarget, Interpreter.Describe(s.Method), Interpreter.Name(function));

    private static bool IsIndexed(AbstractValue function) => function is DelegateRef { Method.Parameters.Count: 2 };

    private static AbstractValue? PlaceOrValue(CallSite s, AbstractValue value)
    {
        if (s.Arguments[0] is Pointer place && s.Arguments.Length > s.Method.Parameters.Count)
        {
            place.Save(value);
            return null;
        }

        return value;
    }

    private static AbstractValue? Changed(CallSite s, Action<List<AbstractValue>> change)
    {
        if (s.Find("this") is not ObjectRef { Instance.Items: { } items, Access: null })
        {
            return s.Interpreter.IsConstructorPhase ? null : throw s.Fail(Rules.SideEffect, $"the list {Interpreter.Name(s.Arguments[0])}");
        }

        change(items);
        return null;
    }

    private static AbstractValue Count(CallSite s) => s.Find("this") switch
    {
        ObjectRef { Instance.Items: { } items } o => s.Interpreter.CountOf(o, items.Count, o.Instance.Type is ArrayType ? null : Interpreter.OnType(s.Method, s.Declaring)),
        var other => throw s.Fail(Rules.UnknownBranch, $"the number of elements of {Interpreter.Name(other!)}"),
    };

    public static AbstractValue Enumerator(CallSite s, IReadOnlyList<AbstractValue>? items = null)
    {
        items ??= s.Items(s.Find("this", "source")!, "list");
        return new ObjectRef(new Instance(s.ReturnType) { Items = [.. items], Facts = { ["position"] = AbstractValue.Of(-1L) } });
    }

    private static AbstractValue MoveNext(CallSite s)
    {
        if (s.Find("this") is not ObjectRef { Instance: { Items: { } items } e } || !e.Facts.TryGetValue("position", out AbstractValue? at))
        {
            throw s.Unsupported("this enumerator");
        }

        long next = (long)((Constant)at).Value! + 1;
        e.Facts["position"] = AbstractValue.Of(next);
        return AbstractValue.Of(next < items.Count);
    }

    private static AbstractValue CurrentItem(CallSite s) =>
        s.Find("this") is ObjectRef { Instance: { Items: { } items } e } && e.Facts.TryGetValue("position", out AbstractValue? at) ? items[(int)(long)((Constant)at).Value!] : throw s.Unsupported("this enumerator");

    private static void RegisterRuntime(ModelTable t)
    {
        t["RuntimeHelpers.InitializeArray"] = InitializeArray;
        t["RuntimeHelpers.CreateSpan"] = s => Interpreter.NewList(s.ReturnType, Decode(s, (FieldReference)((Token)s.Arguments[0]).Member, s.MethodArguments![0]));
        t["<PrivateImplementationDetails>.InlineArrayElementRef"] = s => InlineElement(s, s.Arguments[0], s.Arguments[1]);
        t["<PrivateImplementationDetails>.InlineArrayFirstElementRef"] = s => InlineElement(s, s.Arguments[0], AbstractValue.Of(0L));
        t.Add(
            s => Interpreter.NewList(s.ReturnType, Enumerable.Range(0, (int)s.Int("length")).Select(i => InlineBuffer(s, s.Arguments[0]).Facts.GetValueOrDefault(i.ToString(null, null)) ?? AbstractValue.Null)),
            "<PrivateImplementationDetails>.InlineArrayAsReadOnlySpan", "<PrivateImplementationDetails>.InlineArrayAsSpan");
        t["<PrivateImplementationDetails>.ComputeStringHash"] = s => s.Arguments[0] is Constant { Value: string text } c ? new Constant(StringHash(text), c.Assumed) : throw s.Unsupported("an unknown string");
        t["Index..ctor"] = s => PlaceOrValue(s, NewFacts(s.Declaring, ("value", s.Argument("value")), ("fromEnd", s.Find("fromEnd") ?? AbstractValue.Of(false))));
        t["Index.op_Implicit"] = s => NewFacts(s.ReturnType, ("value", s.Arguments[0]), ("fromEnd", AbstractValue.Of(false)));
        t["Range..ctor"] = s => PlaceOrValue(s, NewFacts(s.Declaring, ("start", s.Argument("start")), ("end", s.Argument("end"))));
        t["Range.get_All"] = s => NewFacts(s.ReturnType);
        t["Range.StartAt"] = s => NewFacts(s.ReturnType, ("start", s.Arguments[0]));
        t["Range.EndAt"] = s => NewFacts(s.ReturnType, ("end", s.Arguments[0]));
        t["Object.GetType"] = s => s.Arguments[0] is ObjectRef o ? new Token(s.Interpreter.Exact(o).Instance.Type) : throw s.Unsupported("an unknown object");
        t["Type.GetTypeFromHandle"] = s => s.Arguments[0];
        t["MemberInfo.get_Name"] = s => s.Arguments[0] is Token token ? new Constant(token.Member.Name) : throw s.Unsupported("an unknown type");
        t.Add(s => s.Interpreter.Compare(s.Method.Name == "op_Equality" ? ComparisonKind.Equal : ComparisonKind.NotEqual, s.Arguments[0], s.Arguments[1]), "Type.op_Equality", "Type.op_Inequality");
        t.Add(_ => null, "Debug.Assert", "GC.KeepAlive", "GC.SuppressFinalize");
    }

    // FNV-1a over UTF-16 code units, as the C# compiler's switch on strings computes it.
    private static long StringHash(string text) => text.Aggregate(2166136261u, (hash, c) => unchecked((c ^ hash) * 16777619u));

    private static AbstractValue InlineElement(CallSite s, AbstractValue buffer, AbstractValue index)
    {
        Instance instance = InlineBuffer(s, buffer);
        string key = (Interpreter.AsDim(index)?.Constant ?? throw s.Unsupported("an unknown index")).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new Pointer(() => instance.Facts.GetValueOrDefault(key) ?? AbstractValue.Null, v => instance.Facts[key] = v);
    }

    private static Instance InlineBuffer(CallSite s, AbstractValue buffer) => Unwrapped(buffer) is ObjectRef o ? o.Instance : throw s.Unsupported("an unknown buffer");

    public static ObjectRef NewFacts(TypeReference type, params ReadOnlySpan<(string Name, AbstractValue Value)> facts)
    {
        var instance = new Instance(type);
        foreach ((string name, AbstractValue value) in facts)
        {
            instance.Facts[name] = value;
        }

        return new ObjectRef(instance);
    }

    private static AbstractValue? InitializeArray(CallSite s)
    {
        var array = (ObjectRef)s.Arguments[0];
        var items = Decode(s, (FieldReference)((Token)s.Arguments[1]).Member, ((ArrayType)array.Instance.Type).ElementType).Take(array.Instance.Items!.Count).ToList();
        array.Instance.Items = items;
        return null;
    }

    private static IEnumerable<AbstractValue> Decode(CallSite s, FieldReference field, TypeReference element)
    {
        byte[] data = field.Resolve()?.InitialValue ?? throw s.Unsupported("initial data that is missing");
        (int size, Func<int, AbstractValue> read) = element.MetadataType switch
        {
            MetadataType.Int32 => (4, (Func<int, AbstractValue>)(i => AbstractValue.Of((long)BitConverter.ToInt32(data, i)))),
            MetadataType.Int64 => (8, i => AbstractValue.Of(BitConverter.ToInt64(data, i))),
            MetadataType.Single => (4, i => AbstractValue.Of((double)BitConverter.ToSingle(data, i))),
            MetadataType.Double => (8, i => AbstractValue.Of(BitConverter.ToDouble(data, i))),
            MetadataType.Byte or MetadataType.Boolean => (1, i => AbstractValue.Of((long)data[i])),
            _ => throw s.Unsupported($"initial data of {element.Name}"),
        };
        return Enumerable.Range(0, data.Length / size).Select(i => read(i * size));
    }

    private static void RegisterStrings(ModelTable t)
    {
        t.Add(s => StringCompare(s, ComparisonKind.Equal), "String.op_Equality", "String.Equals");
        t["String.op_Inequality"] = s => StringCompare(s, ComparisonKind.NotEqual);
        t.Add(s => AllStrings(s) is { } parts ? new Constant(string.Concat(parts)) : new Unknown(s.ReturnType, "a string built at run time"), "String.Concat");
        t["String.Format"] = s => new Unknown(s.ReturnType, "a string built at run time");
        t["String.ToLower"] = s => s.Arguments[0] is Constant { Value: string text } c ? c with { Value = text.ToLower(System.Globalization.CultureInfo.InvariantCulture) } : throw s.Unsupported("an unknown string");
        t["String.ToLowerInvariant"] = s => s.Arguments[0] is Constant { Value: string text } c ? c with { Value = text.ToLowerInvariant() } : throw s.Unsupported("an unknown string");
        t["String.get_Length"] = s => s.Arguments[0] is Constant { Value: string text } c ? c with { Value = (long)text.Length } : throw s.Unsupported("an unknown string");
        t["String.get_Chars"] = s => s.Arguments[0] is Constant { Value: string text } c ? c with { Value = (long)text[(int)s.Int("index")] } : throw s.Unsupported("an unknown string");
        t["String.IsNullOrEmpty"] = s => s.Arguments[0] is Constant { Value: null or string } c ? AbstractValue.Of(string.IsNullOrEmpty(c.Value as string)) : throw s.Unsupported("an unknown string");

        // Interpolated messages (of exceptions, usually): only that they are strings matters.
        t["DefaultInterpolatedStringHandler..ctor"] = s => PlaceOrValue(s, new ObjectRef(new Instance(s.Declaring)));
        t.Add(_ => null, "DefaultInterpolatedStringHandler.AppendLiteral", "DefaultInterpolatedStringHandler.AppendFormatted");
        t["DefaultInterpolatedStringHandler.ToStringAndClear"] = s => new Unknown(s.ReturnType, "a string built at run time");
    }

    private static AbstractValue StringCompare(CallSite s, ComparisonKind kind) => (s.Arguments[0], s.Arguments[1]) switch
    {
        (Constant { Value: string or null }, Constant { Value: string or null }) when s.Arguments.Length == 2 => s.Interpreter.Compare(kind, s.Arguments[0], s.Arguments[1]),
        _ => throw s.Fail(Rules.UnknownBranch, "a string"),
    };

    private static string[]? AllStrings(CallSite s) =>
        s.Arguments.All(a => a is Constant { Value: string or null }) ? [.. s.Arguments.Select(a => (string?)((Constant)a).Value ?? "")] : null;
}
