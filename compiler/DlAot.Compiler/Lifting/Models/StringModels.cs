using System.Collections.Immutable;
using System.Globalization;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Strings: compared and taken apart where they are known; messages of exceptions need only be strings.</summary>
internal static class StringModels
{
    // Ordinal in every culture.
    private static readonly string[] Pure =
    [
        "ToLowerInvariant", "ToUpperInvariant", "get_Length", "get_Chars", "IsNullOrWhiteSpace", "Trim", "TrimStart", "TrimEnd", "Substring", "Replace", "Contains", "PadLeft", "PadRight",
        "Insert", "Remove", "CompareOrdinal",
    ];

    // Depend on the culture in what is beyond ASCII.
    private static readonly string[] PureInAscii = ["ToLower", "ToUpper", "StartsWith", "EndsWith", "IndexOf", "LastIndexOf"];

    public static void Register(ModelTable t)
    {
        t.Add(s => Compare(s, ComparisonKind.Equal), "String.op_Equality", "String.Equals");
        t["String.op_Inequality"] = s => Compare(s, ComparisonKind.NotEqual);
        foreach (string name in Pure)
        {
            t[$"String.{name}"] = Fold;
        }

        t["String.IsNullOrEmpty"] = s => IsNullOrEmpty(s) is bool known ? new Constant(known ? 1L : 0L, s.Arguments[0] is Constant { Assumed: true }) : Fold(s);
        t["ArgumentException.ThrowIfNullOrEmpty"] = s => (IsNullOrEmpty(s) ?? throw s.Unsupported("a string that is not known")) ? throw s.Fail(Rules.AlwaysThrows, "ArgumentException") : null;
        t["ArgumentException.ThrowIfNullOrWhiteSpace"] = s => s.Arguments[0] is not Constant { Value: null or string } ? throw s.Unsupported("a string that is not known")
            : string.IsNullOrWhiteSpace((string?)((Constant)s.Arguments[0]).Value) ? throw s.Fail(Rules.AlwaysThrows, "ArgumentException") : null;
        foreach (string name in PureInAscii)
        {
            t[$"String.{name}"] = s => s.Arguments.All(a => a is not Constant { Value: string text } || text.All(char.IsAscii)) ? Fold(s) : throw s.Unsupported("letters that cultures treat differently");
        }

        t["String..ctor"] = s => s.Arguments is [Constant { Value: long letter } c, Constant { Value: >= 0L and < Budget.MostElements and long count }] ? new Constant(new string((char)letter, (int)count), c.Assumed) : new Unknown(s.Declaring, "a string built at run time");
        t.AddStatic("String.Empty", _ => new Constant(""));
        t["String.Concat"] = s => Texts(s) is { } parts ? Built(s, string.Concat(Bounded(s, parts, 0))) : Assembled(s, s.Arguments is [ObjectRef { Access: null, Instance: { Items: { } items, Keys: null } }] ? items : s.Arguments);
        t["String.Join"] = s => s.Arguments.Length == 2 && Text(s.Arguments[0]) is { } separator ? Joined(s) is { } parts ? Built(s, string.Join(separator, Bounded(s, parts, separator.Length))) : Separated(s, separator) : Built(s, null);
        t.Add(s => Handler(s) ?? Built(s, s.Arguments.Length == 1 ? EnumModels.NameOf(s, s.Arguments[0]) : null), "Object.ToString", "Enum.ToString");
        t["String.ToString"] = s => s.Arguments[0];
        t.Add(s => Built(s, null), "String.Format", "Double.ToString", "Single.ToString", "Boolean.ToString", "Exception.get_Message");
        t.Add(s => Text(BclModels.Unwrapped(s.Arguments[0])) is { } text && s.Arguments.Length == 1 ? Built(s, text) : s.Arguments.Length == 1 ? Assembled(s, [BclModels.Unwrapped(s.Arguments[0])]) : Built(s, null), "Int32.ToString", "Int64.ToString");
        t["String.Split"] = s => s.Arguments is [Constant { Value: string text }, Constant { Value: long separator }, Constant { Value: 0L }] && s.Method.Parameters[0].ParameterType.MetadataType == MetadataType.Char
            ? Interpreter.NewList(s.ReturnType, text.Split((char)separator).Select(part => (AbstractValue)new Constant(part)))
            : new Unknown(s.ReturnType, "a string taken apart at run time");
        t.Add(s => Folding.Try(s, typeof(int)) ?? (AbstractValue)new Unknown(s.ReturnType, "a number in a string"), "Int32.Parse");

        t["DefaultInterpolatedStringHandler..ctor"] = s => BclModels.PlaceOrValue(s, BclModels.NewFacts(s.Declaring, ("text", new Constant(""))));
        t["DefaultInterpolatedStringHandler.AppendLiteral"] = Append;
        t["DefaultInterpolatedStringHandler.AppendFormatted"] = Append;
        t.Add(s => Handler(s) is { } text ? text : Built(s, null), "DefaultInterpolatedStringHandler.ToStringAndClear", "StringBuilder.ToString");
        t["StringBuilder.get_Length"] = s => Handler(s) is Constant { Value: string text } c ? new Constant((long)text.Length, c.Assumed) : new Unknown(s.ReturnType, "the length of a string built at run time");
        t["StringBuilder.Clear"] = s =>
        {
            ((ObjectRef)s.Find("this")!).Instance.Facts["text"] = new Constant("");
            return s.Arguments[0];
        };
        t["StringBuilder..ctor"] = s => BclModels.NewFacts(s.Declaring, ("text", s.Arguments.Length == 0 ? new Constant("") : s.Arguments is [Constant { Value: string }] ? s.Arguments[0] : new Unknown(null, "a string built at run time")));
        t.Add(Append, "StringBuilder.Append", "StringBuilder.AppendLine", "StringBuilder.AppendFormat", "StringBuilder.AppendJoin");
    }

    private static bool? IsNullOrEmpty(CallSite s) => s.Arguments[0] switch
    {
        Constant { Value: null } => true,
        Constant { Value: string text } => text.Length == 0,
        Unknown { Access: { } place } when !s.Interpreter.IsConstructorPhase => s.Interpreter.IsNullOrEmpty(place),
        BuiltText { Parts: var parts } when parts.Any(p => p is Size or Constant { Value: string { Length: > 0 } }) => false,
        _ => null,
    };

    private static AbstractValue Fold(CallSite s)
    {
        if (Array.Exists(s.Arguments, a => a is Constant { Value: long and > Budget.MostElements }) && s.Method.Name.StartsWith("Pad", StringComparison.Ordinal))
        {
            throw s.Fail(Rules.UnboundedLoop, Budget.MostElements);
        }

        return (AbstractValue?)Folding.Try(s, typeof(string))
            ?? (s.Interpreter.IsConstructorPhase && s.Method.Name is "IsNullOrEmpty" or "IsNullOrWhiteSpace" ? new Constant(0L, Assumed: true)
            : new Unknown(s.ReturnType, s.Arguments.Length > 0 && s.Arguments[0] is Unknown u ? $"{u.Reason} ({s.Method.Name})" : "a string that is not known"));
    }

    private static AbstractValue Compare(CallSite s, ComparisonKind kind) => (s.Arguments[0], s.Arguments[1]) switch
    {
        (Constant { Value: string or null }, Constant { Value: string or null }) when s.Arguments.Length == 2 => s.Interpreter.Compare(kind, s.Arguments[0], s.Arguments[1]),
        (Constant, Constant) when s.Arguments.Length == 3 && s.Arguments[2] is Constant => Fold(s),
        (Unknown u, Constant { Value: string text }) when u.Access is not null || s.Interpreter.IsConstructorPhase => new Constant(s.Interpreter.IsText(u, text) == (kind == ComparisonKind.Equal) ? 1L : 0L, s.Interpreter.IsConstructorPhase),
        (Constant { Value: string text }, Unknown u) when u.Access is not null || s.Interpreter.IsConstructorPhase => new Constant(s.Interpreter.IsText(u, text) == (kind == ComparisonKind.Equal) ? 1L : 0L, s.Interpreter.IsConstructorPhase),
        (Unknown u, _) when s.Interpreter.IsConstructorPhase => new Unknown(s.ReturnType, u.Reason),
        (_, Unknown u) when s.Interpreter.IsConstructorPhase => new Unknown(s.ReturnType, u.Reason),
        (Unknown u, _) => throw s.Fail(Rules.UnknownBranch, Interpreter.Name(u)),
        _ => throw s.Fail(Rules.UnknownBranch, "a string"),
    };

    private static AbstractValue Built(CallSite s, string? text) => text is null ? new Unknown(s.ReturnType, "a string built at run time")
        : new Constant(text, s.Arguments.Any(a => a is Constant { Assumed: true }));

    // As every culture writes it.
    private static string? Text(AbstractValue v) => v switch
    {
        Constant { Value: null } => "",
        Constant { Value: string text } => text,
        Constant { Value: long and >= 0 and var n } => n.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string[]? Texts(CallSite s) => s.Arguments.All(a => a is Constant { Value: string or null }) ? [.. s.Arguments.Select(a => Text(a)!)]
        : s.Arguments is [ObjectRef { Access: null, Instance: { Items: { } items, Keys: null } }] && items.All(a => a is Constant { Value: string or null }) ? [.. items.Select(a => Text(a)!)]
        : null;

    // A string that a loop doubles soon fills the memory.
    private static string[] Bounded(CallSite s, string[] parts, int separator)
    {
        long length = parts.Sum(p => (long)p.Length + separator);
        if (length > Budget.MostElements)
        {
            throw s.Fail(Rules.UnboundedLoop, length);
        }

        s.Interpreter.Charge((int)length / Budget.ElementsPerInstruction);
        return parts;
    }

    private static string[]? Joined(CallSite s) =>
        s.Arguments[1] is ObjectRef { Access: null, Instance: { Items: { } items, Keys: null } } && items.All(a => a is Constant { Value: string or null }) ? [.. items.Select(a => Text(a)!)] : null;

    private static AbstractValue? Append(CallSite s)
    {
        if (s.Find("this") is not ObjectRef { Instance.Facts: var facts })
        {
            throw s.Unsupported("an unknown builder");
        }

        if (s.Method.Parameters.Count == 0)
        {
            facts["text"] = new Unknown(null, "a string built at run time"); // a line ends as on the system
            return s.Arguments[0];
        }

        // A bool, a char or an enum looks like a number here.
        bool isText = s.Arguments.Length == 2 && (s.Arguments[1] is Constant { Value: string or null } || Formatted(s) is "System.Int32" or "System.Int64") && s.Method.Name is not "AppendLine" && s.Method.Name is not "AppendFormat";
        facts["text"] = facts["text"] is Constant { Value: string before } c && isText && Text(s.Arguments[1]) is { } text
            ? new Constant(string.Concat(Bounded(s, [before, text], 0)), c.Assumed || s.Arguments[1] is Constant { Assumed: true })
            : isText || Formatted(s) == "System.String" ? Assembled(s, [facts["text"], s.Arguments[1]]) : new Unknown(null, "a string built at run time");
        return s.Method.IsVoid() ? null : s.Arguments[0];
    }

    private static string Formatted(CallSite s) => Reading.Generics.Fill(s.Method.Parameters[0].ParameterType, s.Declaring, s.MethodArguments).FullName;

    private static AbstractValue? Handler(CallSite s) => s.Find("this") is ObjectRef { Instance.Facts: var facts } && facts.TryGetValue("text", out AbstractValue? text) && text is Constant or BuiltText ? text : null;

    private static AbstractValue Separated(CallSite s, string separator) =>
        s.Arguments[1] is ObjectRef { Access: null, Instance: { Items: { } items, Keys: null, Type: ArrayType { ElementType.MetadataType: MetadataType.Int64 or MetadataType.Int32 or MetadataType.String } } }
            ? Assembled(s, [.. items.SelectMany((v, i) => i == 0 ? [v] : new[] { new Constant(separator), v })])
            : Built(s, null);

    private const int MostParts = 1000;

    // Numbers that are not negative look alike in every culture.
    private static AbstractValue Assembled(CallSite s, IReadOnlyList<AbstractValue> parts)
    {
        var all = ImmutableArray.CreateBuilder<AbstractValue>();
        foreach (AbstractValue part in parts)
        {
            if (all.Count > MostParts)
            {
                return Built(s, null);
            }

            switch (part)
            {
                case BuiltText built:
                    all.AddRange(built.Parts);
                    break;
                case Size size when DimExpr.AtLeast(size.Value, 0):
                    all.Add(size);
                    break;
                case var other when Text(other) is { } text:
                    all.Add(new Constant(text));
                    break;
                default:
                    return Built(s, null);
            }
        }

        return new BuiltText(all.ToImmutable());
    }
}
