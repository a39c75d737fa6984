using System.Reflection;
using DlAot.Compiler.Lifting;
using Mono.Cecil;

namespace DlAot.Compiler.Verification;

/// <summary>Follows an <see cref="Access"/> on live objects, as the host stub does in IL.</summary>
/// <param name="receiver">Argument 0.</param>
/// <param name="findType">Types by the name that reflection gives them.</param>
/// <param name="arguments">The others, if the call's are known.</param>
public sealed class LiveAccess(object? receiver, Func<string, Type?> findType, IReadOnlyList<object?>? arguments = null)
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The argument that the path starts from, 0 being <c>this</c>; -1 for a static field or setting.</summary>
    public static int Root(Access access) => access switch
    {
        Access.Argument a => a.Index,
        Access.Field f => Root(f.Of),
        Access.Property p => Root(p.Of),
        Access.Named n => Root(n.Of),
        Access.Element e => Root(e.Of),
        Access.Keyed k => Root(k.Of),
        Access.Cast c => Root(c.Of),
        Access.Walk w => Root(w.Of),
        Access.Elements e => Root(e.Of),
        Access.Root r => Root(r.Of),
        _ => -1,
    };

    /// <summary>What lies there; null where the path ends early.</summary>
    public object? Read(Access access) => access switch
    {
        Access.Argument { Index: 0 } => receiver,
        Access.Argument a => arguments is not null && a.Index <= arguments.Count ? arguments[a.Index - 1] : null,
        Access.Static s => findType(ReflectionName(s.Reference.DeclaringType))?.GetField(s.Reference.Name, Own)?.GetValue(null),
        Access.State s => findType(ReflectionName(s.Getter.DeclaringType))?.GetMethod(s.Getter.Name, Own, [])?.Invoke(null, null),
        Access.Field f => Read(f.Of) is { } of ? FieldOf(of.GetType(), f.Reference)?.GetValue(of) : null,
        Access.Property p => Read(p.Of) is { } of ? Call(of, p.Getter.Name) : null,
        Access.Named n => Read(n.Of) is { } of ? Call(of, n.Getter.Name, n.Name) : null,
        Access.Element { Getter: null } e => Read(e.Of) is Array array && e.Index < array.Length ? array.GetValue(e.Index) : null,
        Access.Element e => Read(e.Of) is { } of ? Call(of, e.Getter!.Name, e.Index) : null,
        Access.Keyed k => Read(k.Of) is { } of ? Call(of, k.Getter.Name, k.At) : null,
        Access.Cast c => Read(c.Of),
        Access.Elements { Enumerator: { } enumerator } e => Read(e.Of) is { } of && Call(of, enumerator.Name) is System.Collections.IEnumerator rest ? Rest(rest) : null,
        Access.Root r => Read(r.Of) is { } of ? (long)Math.Sqrt(Convert.ToInt64(of, System.Globalization.CultureInfo.InvariantCulture) + r.More) : null,
        Access.Elements e => (Read(e.Of) as System.Collections.IEnumerable)?.Cast<object>().ToArray(),
        Access.Walk w => Read(w.Of) is { } of && Call(of, w.Method.Name, [.. w.Arguments]) is System.Collections.IEnumerable walked ? walked.Cast<object>().ToArray() is var all && w.IsFirst ? all.FirstOrDefault() : all : null,
        _ => null,
    };

    /// <summary>How reflection writes the name of a type: <c>Ns.Outer+Inner</c>.</summary>
    public static string ReflectionName(TypeReference type) => type.GetElementType().FullName.Replace('/', '+');

    private static FieldInfo? FieldOf(Type type, FieldReference field) => Hierarchy(type)
        .Where(t => (t.IsGenericType ? t.GetGenericTypeDefinition() : t).FullName == ReflectionName(field.DeclaringType)).Select(t => t.GetField(field.Name, Own)).FirstOrDefault();

    private static object? Call(object of, string name, params object[] arguments)
    {
        MethodInfo? method = Hierarchy(of.GetType()).Concat(of.GetType().GetInterfaces()).SelectMany(t => t.GetMethods(Own))
            .FirstOrDefault(m => m.Name == name && !m.IsGenericMethodDefinition && m.GetParameters().Select(p => p.ParameterType).SequenceEqual(arguments.Select(a => a.GetType())));
        return method is null ? null : TorchApi.Invoke(method, of, arguments);
    }

    private static object?[] Rest(System.Collections.IEnumerator elements)
    {
        var all = new List<object?>();
        while (elements.MoveNext())
        {
            all.Add(elements.Current);
        }

        return [.. all];
    }

    private static IEnumerable<Type> Hierarchy(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            yield return t;
        }
    }
}
