using System.Globalization;
using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Enumerations: names, values, flags.</summary>
internal static class EnumModels
{
    public static void Register(ModelTable t)
    {
        t["Enum.HasFlag"] = s => BclModels.Unwrapped(s.Arguments[0]) is Boxed { Content: Constant { Value: long all } of } && s.Arguments[1] is Boxed { Content: Constant { Value: long flag } }
            ? new Constant((all & flag) == flag ? 1L : 0L, of.Assumed) : throw s.Unsupported("an unknown value");
        t["Enum.IsDefined"] = s => Value(s) is { Value: long value } c ? new Constant(Members(s).Any(m => ValueOf(m) == value) ? 1L : 0L, c.Assumed) : throw s.Unsupported("an unknown value");
        t["Enum.GetName"] = s => Value(s) is { Value: long value } c ? new Constant(Members(s).Where(m => ValueOf(m) == value).ToArray() switch { [] => null, [var only] => only.Name, _ => throw s.Unsupported("several names of a value") }, c.Assumed)
            : throw s.Unsupported("an unknown value");
        t["Enum.GetNames"] = s => Interpreter.NewList(s.ReturnType, [.. Ordered(s).Select(m => (AbstractValue)new Constant(m.Name))]);
        t["Enum.GetValues"] = s => s.MethodArguments is [_] ? Interpreter.NewList(s.ReturnType, [.. Ordered(s).Select(m => AbstractValue.Of(ValueOf(m)))]) : throw s.Unsupported("a type as an argument");
        t["Enum.Parse"] = s => s.MethodArguments is [_] && s.Arguments is [Constant { Value: string name, Assumed: var assumed }] && Members(s).SingleOrDefault(m => m.Name == name) is { } member
            ? new Constant(ValueOf(member), assumed) : throw s.Unsupported("this text");
    }

    /// <summary>The name of an enum's value that is one of its members.</summary>
    public static string? NameOf(CallSite s, AbstractValue v) => BclModels.Unwrapped(v) is Boxed { Content: Constant { Value: long value }, Type: var type } && s.World.Resolve(type) is { IsEnum: true } definition
        ? definition.Fields.Where(f => f.IsStatic && ValueOf(f) == value).ToArray() is [var only] ? only.Name : null
        : null;

    private static long ValueOf(FieldDefinition member) => member.Constant is ulong large ? unchecked((long)large) : Convert.ToInt64(member.Constant, CultureInfo.InvariantCulture);

    private static IEnumerable<FieldDefinition> Members(CallSite s)
    {
        TypeReference? type = s.MethodArguments is [var only] ? only : s.Find("enumType") is Token { Member: TypeReference given } ? given : null;
        return type is not null && s.World.Resolve(type) is { IsEnum: true } definition ? definition.Fields.Where(f => f.IsStatic) : throw s.Unsupported("an unknown type");
    }

    // By their values as unsigned numbers.
    private static IEnumerable<FieldDefinition> Ordered(CallSite s) => Members(s).OrderBy(m => (ulong)ValueOf(m));

    // A value of the enum itself: of a number or a name it is not known here what it would be taken for.
    private static Constant? Value(CallSite s) => s.Find("value") switch
    {
        Boxed { Content: Constant c, Type: var type } when s.World.Resolve(type) is { IsEnum: true } => c,
        Constant { Value: long } c when s.MethodArguments is [_] => c,
        _ => null,
    };
}
