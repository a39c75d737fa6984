using System.Collections;
using System.Reflection;

namespace DlAot.Recorder;

/// <summary>Layers and containers of TorchSharp, whose constructors are not recorded: their properties tell how they were made.</summary>
internal static class LibraryModules
{
    public const string Namespace = "TorchSharp.Modules";

    private const string Module = "TorchSharp.torch+nn+Module";

    public static bool IsModule(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            if (t.FullName == Module)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a container holds, null for other modules.</summary>
    public static IEnumerable<object?>? Items(object module) => module.GetType().Name.Split('`')[0] switch
    {
        "ModuleList" => ((IEnumerable)module).Cast<object?>(),
        "Sequential" => ((IEnumerable)module.GetType().GetMethod("children", [])!.Invoke(module, null)!).Cast<object?>(),
        _ => null,
    };

    /// <summary>Numbers, flags and lists of numbers; of a bias, whether there is one.</summary>
    public static IEnumerable<(string Name, object? Value)> Properties(object module)
    {
        foreach (PropertyInfo property in module.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && p.DeclaringType?.Namespace == Namespace))
        {
            bool isBias = property.Name == "bias";
            if (!isBias && !(property.PropertyType.IsPrimitive || property.PropertyType.IsEnum || property.PropertyType == typeof(long[]) || property.PropertyType == typeof(string) || Nullable.GetUnderlyingType(property.PropertyType)?.IsPrimitive == true))
            {
                continue;
            }

            object? value;
            try
            {
                value = property.GetValue(module);
            }
            catch (TargetInvocationException)
            {
                continue;
            }

            yield return (property.Name, isBias && value is not bool ? value is not null : value);
        }
    }
}
