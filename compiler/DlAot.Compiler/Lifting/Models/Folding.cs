using System.Globalization;
using System.Reflection;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Calls of pure functions of the base library whose arguments are all known: done now. What depends on the culture is only done
/// where no culture differs.
/// </summary>
internal static class Folding
{
    /// <summary>The result, or null when an argument is not known or there is no such overload.</summary>
    public static Constant? Try(CallSite s, Type owner)
    {
        AbstractValue[] arguments = [.. s.Arguments.Select(BclModels.Unwrapped)];
        if (arguments.Any(a => a is not Constant))
        {
            return null;
        }

        Type?[] types = [.. s.Method.Parameters.Select(p => Type.GetType(p.ParameterType.FullName))];
        if (types.Any(t => t is null) || owner.GetMethod(s.Method.Name, types!) is not { } method)
        {
            return null;
        }

        Constant[] known = [.. arguments.Cast<Constant>()];
        object? receiver = method.IsStatic ? null : Value(known[0], owner);
        try
        {
            object? result = method.Invoke(receiver, [.. known.Skip(method.IsStatic ? 0 : 1).Select((c, i) => Value(c, types[i]!))]);
            return Known(result, known.Any(c => c.Assumed));
        }
        catch (TargetInvocationException e)
        {
            throw s.Fail(Rules.AlwaysThrows, e.InnerException!.GetType().Name);
        }
    }

    private static object? Value(Constant c, Type type) => c.Value is null ? null
        : type.IsEnum ? Enum.ToObject(type, c.Value)
        : type == typeof(bool) ? c.Value is not 0L
        : type == typeof(char) ? (char)(long)c.Value
        : Convert.ChangeType(c.Value, type, CultureInfo.InvariantCulture);

    private static Constant? Known(object? result, bool assumed) => result switch
    {
        null or string => new Constant(result, assumed),
        bool b => new Constant(b ? 1L : 0L, assumed),
        char c => new Constant((long)c, assumed),
        float f => new Constant((double)f, assumed, IsSingle: true),
        double d => new Constant(d, assumed),
        sbyte or byte or short or ushort or int or uint or long => new Constant(Convert.ToInt64(result, CultureInfo.InvariantCulture), assumed),
        _ => null,
    };
}
