using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DlAot.Tests.Reference;

/// <summary>
/// Public and protected members of a type as text, one a line, as in torchsharp-api.txt:
/// <c>Namespace.Type :: public static T name(P parameter = default)</c>.
/// </summary>
internal sealed class ApiText
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    private readonly NullabilityInfoContext _nullability = new();

    internal IEnumerable<string> Of(Type type)
    {
        string prefix = Name(type) + " :: ";
        foreach (ConstructorInfo constructor in type.GetConstructors(Declared & ~BindingFlags.Static).Where(Visible))
        {
            yield return $"{prefix}{Access(constructor)} .ctor({Parameters(constructor)})";
        }
        foreach (MethodInfo method in type.GetMethods(Declared).Where(m => Visible(m) && m.Name != "Finalize" && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))))
        {
            yield return $"{prefix}{Access(method)} {Slot(method)}{Render(_nullability.Create(method.ReturnParameter), method.ReturnParameter)} "
                + $"{method.Name}{GenericParameters(method)}({Parameters(method)}){Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}";
        }
        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            MethodInfo?[] accessors = [property.GetMethod, property.SetMethod];
            MethodInfo? first = accessors.FirstOrDefault(a => a is not null && Visible(a));
            if (first is null)
            {
                continue;
            }
            ParameterInfo[] indices = property.GetIndexParameters();
            string name = indices.Length == 0 ? property.Name : $"this[{string.Join(", ", indices.Select(Parameter))}]";
            string set = property.SetMethod is { } setter && Visible(setter)
                ? Access(setter) == Access(first) ? "set; " : Access(setter) + " set; "
                : "";
            yield return $"{prefix}{Access(first)} {Slot(first)}{Render(_nullability.Create(property), property)} {name} {{ get; {set}}}";
        }
        foreach (FieldInfo field in type.GetFields(Declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly))
        {
            if (type.IsEnum)
            {
                if (field.IsLiteral)
                {
                    yield return $"{prefix}enumvalue {field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
                }
                continue;
            }
            string modifiers = (field.IsLiteral ? "const " : field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "");
            string constant = field.IsLiteral ? " = " + Constant(field.GetRawConstantValue(), field.FieldType) : "";
            yield return $"{prefix}{(field.IsPublic ? "public" : "protected")} field {modifiers}{Render(_nullability.Create(field), field)} {field.Name}{constant}";
        }
    }

    /// <summary>Full name, nested types after a dot, type parameters by name.</summary>
    internal static string Name(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }
        if (s_keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }
        return Qualified(type, type.GetGenericArguments().Select(Name).ToArray());
    }

    private static string Qualified(Type type, string[] arguments)
    {
        int own = type.GetGenericArguments().Length;
        int outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        string simple = type.Name.Split('`')[0];
        string generic = own > outer ? $"<{string.Join(", ", arguments[outer..own])}>" : "";
        string container = type.DeclaringType is { } declaring ? Qualified(declaring, arguments) : type.Namespace ?? "";
        return $"{container}.{simple}{generic}";
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "public" : method.IsFamilyOrAssembly ? "protected internal" : "protected";

    private static string Slot(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
        {
            return method.IsStatic ? "static " : "";
        }
        bool overrides = method.IsVirtual && method.GetBaseDefinition() != method;
        return method.IsStatic ? "static "
            : overrides ? "override "
            : method.IsAbstract ? "abstract "
            : method.IsVirtual && !method.IsFinal ? "virtual "
            : "";
    }

    private static string GenericParameters(MethodInfo method)
        => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Constraints(Type[] parameters) => string.Concat(parameters.Select(parameter =>
    {
        GenericParameterAttributes attributes = parameter.GenericParameterAttributes;
        bool unmanaged = parameter.GetCustomAttributesData().Any(a => a.AttributeType.Name == "IsUnmanagedAttribute");
        var parts = new List<string>();
        if (unmanaged)
        {
            parts.Add("unmanaged");
        }
        else if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            parts.Add("struct");
        }
        else if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
        {
            parts.Add("class");
        }
        parts.AddRange(parameter.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(Name));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !unmanaged && !attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            parts.Add("new()");
        }
        return parts.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", parts)}";
    }));

    private string Parameters(MethodBase method)
    {
        bool extension = method.IsDefined(typeof(ExtensionAttribute), false);
        return string.Join(", ", method.GetParameters().Select((parameter, index) => (extension && index == 0 ? "this " : "") + Parameter(parameter)));
    }

    private string Parameter(ParameterInfo parameter)
    {
        bool isParams = parameter.IsDefined(typeof(ParamArrayAttribute), false);
        string mode = isParams ? "params " : parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "";
        string value = parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue, parameter.ParameterType) : "";
        return $"{mode}{Render(_nullability.Create(parameter), parameter)} {parameter.Name}{value}";
    }

    private static string Render(NullabilityInfo info, ICustomAttributeProvider source)
    {
        var names = new Queue<string?>(TupleNames(source));
        return Render(info, names);
    }

    private static IEnumerable<string?> TupleNames(ICustomAttributeProvider source)
        => source.GetCustomAttributes(typeof(TupleElementNamesAttribute), false) is [TupleElementNamesAttribute names] ? names.TransformNames : [];

    // The names of tuple elements come in the order in which the tuples are met, outermost first.
    private static string Render(NullabilityInfo info, Queue<string?> names)
    {
        Type type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        string mark = info.ReadState == NullabilityState.Nullable && !type.IsGenericParameter ? "?" : "";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return RenderPlain(underlying, info.GenericTypeArguments, names) + "?";
        }
        if (info.ElementType is { } element)
        {
            return $"{Render(element, names)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        }
        return RenderPlain(type, info.GenericTypeArguments, names) + mark;
    }

    private static bool IsTuple(Type type) => type.IsGenericType && type.Namespace == "System" && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal);

    private static string RenderPlain(Type type, NullabilityInfo[] arguments, Queue<string?> names)
    {
        if (IsTuple(type))
        {
            string?[] own = type.GetGenericArguments().Select(_ => names.TryDequeue(out string? name) ? name : null).ToArray();
            IEnumerable<string> elements = arguments.Length == own.Length
                ? arguments.Select(a => Render(a, names))
                : type.GetGenericArguments().Select(a => RenderPlain(a, [], names));
            return $"({string.Join(", ", elements.Zip(own, (element, name) => name is null ? element : $"{element} {name}"))})";
        }
        return type.IsGenericType && arguments.Length == type.GetGenericArguments().Length
            ? Qualified(type, arguments.Select(a => Render(a, names)).ToArray())
            : Name(type);
    }

    private static string Constant(object? value, Type type)
    {
        Type target = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
            bool flag => flag ? "true" : "false",
            string text => $"\"{text}\"",
            char character => $"'{character}'",
            float number => number.ToString(CultureInfo.InvariantCulture) + "f",
            _ when target.IsEnum => $"{Name(target)}.{Enum.GetName(target, value)}",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }
}
