using System.Reflection;

namespace DlAot.Compiler.Verification;

/// <summary>How to construct a module: a class, one of its constructors, and which numbers to pass where no default says.</summary>
internal sealed record ModuleRecipe(string Type, int Constructor, long[] Numbers);

/// <summary>
/// Makes modules as lifting imagines them: defaults where there are any, configuration objects by their own constructors, and
/// numbers from a few likely sets. The same recipe makes the same module of the original and of the drop-in.
/// </summary>
internal sealed class ModuleMaker(Type module)
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    // Powers of two divide each other, whichever is the number of heads and which the width.
    private static readonly long[][] NumberSets = [[16, 8, 4, 2], [8, 16, 32, 64], [8], [2, 4], [64, 32, 16], [1]];

    /// <summary>Recipes for a class, or for a subclass when it cannot be made itself, the likeliest first.</summary>
    public IEnumerable<ModuleRecipe> Recipes(Assembly assembly, string typeName)
    {
        Type type = assembly.GetType(typeName, throwOnError: true)!;
        IEnumerable<Type> classes = assembly.GetTypes().Where(t => !t.IsAbstract && !t.ContainsGenericParameters && type.IsAssignableFrom(t)).OrderBy(t => t != type);
        foreach (Type concrete in classes)
        {
            ConstructorInfo[] constructors = concrete.GetConstructors(Own);
            foreach (ConstructorInfo constructor in constructors.Where(c => c.GetParameters().All(p => CanGuess(p, 0))).OrderBy(c => !c.IsPublic).ThenByDescending(c => c.GetParameters().Length))
            {
                // Without a number to choose all sets are the same.
                foreach (long[] numbers in NeedsNumbers(constructor, 0) ? NumberSets : NumberSets[..1])
                {
                    yield return new ModuleRecipe(concrete.FullName!, Array.IndexOf(constructors, constructor), numbers);
                }
            }
        }
    }

    /// <summary>Constructs; what the constructor throws comes out as it is.</summary>
    public object Make(Assembly assembly, ModuleRecipe recipe)
    {
        int next = 0;
        return Construct(assembly.GetType(recipe.Type, throwOnError: true)!.GetConstructors(Own)[recipe.Constructor], recipe.Numbers, ref next);
    }

    private object Construct(ConstructorInfo constructor, long[] numbers, ref int next)
    {
        ParameterInfo[] parameters = constructor.GetParameters();
        var arguments = new object?[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            arguments[i] = Guess(parameters[i], numbers, ref next);
        }

        return TorchApi.Invoke(constructor, null, arguments)!;
    }

    private object? Guess(ParameterInfo parameter, long[] numbers, ref int next)
    {
        Type type = parameter.ParameterType;
        if (parameter.HasDefaultValue)
        {
            return parameter.DefaultValue ?? (type.IsValueType ? Activator.CreateInstance(type) : null);
        }

        return Type.GetTypeCode(type) switch
        {
            _ when Nullable.GetUnderlyingType(type) is not null => null,
            _ when type.IsEnum => Enum.GetValues(type).GetValue(0),
            TypeCode.Boolean => false,
            TypeCode.Single => 0.5f,
            TypeCode.Double => 0.5,
            TypeCode.String => parameter.Name,
            _ when IsInteger(type) => Convert.ChangeType(numbers[next++ % numbers.Length], type, null),
            _ => Construct(Configuration(type)!, numbers, ref next),
        };
    }

    private bool CanGuess(ParameterInfo parameter, int depth)
    {
        Type type = parameter.ParameterType;
        return parameter.HasDefaultValue || IsSimple(type) || (depth < 3 && Configuration(type) is { } constructor && constructor.GetParameters().All(p => CanGuess(p, depth + 1)));
    }

    private bool NeedsNumbers(ConstructorInfo constructor, int depth) => constructor.GetParameters()
        .Any(p => !p.HasDefaultValue && (IsInteger(p.ParameterType) || (depth < 3 && !IsSimple(p.ParameterType) && NeedsNumbers(Configuration(p.ParameterType)!, depth + 1))));

    private static bool IsSimple(Type type) => Nullable.GetUnderlyingType(type) is not null || type.IsEnum || IsInteger(type)
        || Type.GetTypeCode(type) is TypeCode.Boolean or TypeCode.Single or TypeCode.Double or TypeCode.String;

    private static bool IsInteger(Type type) => !type.IsEnum && Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;

    // A class of settings: no module, and made from nothing that is unknown.
    private ConstructorInfo? Configuration(Type type) =>
        type is { IsClass: true, IsAbstract: false, IsArray: false, ContainsGenericParameters: false } && !module.IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type) && type.Assembly != module.Assembly
            ? type.GetConstructors().OrderBy(c => c.GetParameters().Length).FirstOrDefault()
            : null;
}
