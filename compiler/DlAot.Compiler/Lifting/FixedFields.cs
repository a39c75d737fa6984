using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Proves that fields keep what their constructor put there: readonly or private, and stored nowhere but in constructors of their
/// type. (An <c>init</c> property stores into a readonly field after the constructor.)
/// </summary>
public sealed class FixedFields(World world)
{
    private readonly Dictionary<ModuleDefinition, Stores> stores = [];
    private bool? plain;

    // How often constructors store each field, and which fields others store.
    private sealed record Stores(Dictionary<string, int> InConstructors, HashSet<string> Elsewhere);

    /// <summary>Fixed, and only one instruction stores it.</summary>
    public bool IsStoredOnce(FieldReference field) => FindFixed(field) is { } definition && StoresIn(definition.Module).InConstructors.GetValueOrDefault(definition.FullName) == 1;

    public bool IsFixed(FieldReference field) => FindFixed(field) is not null;

    // Only the module that declares such a field can store it.
    private FieldDefinition? FindFixed(FieldReference field)
    {
        FieldDefinition? definition;
        try
        {
            definition = field.Resolve();
        }
        catch (AssemblyResolutionException)
        {
            return null;
        }

        if (definition is null || !world.CanName(definition.Module))
        {
            return null;
        }

        world.Note(definition.Module);
        return (definition.IsInitOnly || definition.IsPrivate) && !StoresIn(definition.Module).Elsewhere.Contains(definition.FullName) ? definition : null;
    }

    /// <summary>No embedding that the assembly, or one that it refers to, makes has a max_norm: no optional float has a value where one is made.</summary>
    public bool HasPlainEmbeddings
    {
        get
        {
            foreach (ModuleDefinition module in world.Code)
            {
                world.Note(module);
            }

            return plain ??= world.Code.SelectMany(m => m.GetTypes()).SelectMany(t => t.Methods).Where(m => m.HasCode())
                .Where(m => m.Code().Any(i => i.Operand is MethodReference { Name: "Embedding" or "Embedding_from_pretrained" or "from_pretrained" }))
                .All(m => !m.Code().Any(GivesOptionalFloat) && !m.Parameters.Any(p => IsOptionalFloat(p.ParameterType)));
        }
    }

    private static bool GivesOptionalFloat(Instruction i) => i.Operand switch
    {
        MethodReference { Name: ".ctor" } made => IsOptionalFloat(made.DeclaringType),
        MethodReference called => IsOptionalFloat(called.ReturnType),
        FieldReference read => IsOptionalFloat(read.FieldType),
        _ => false,
    };

    private static bool IsOptionalFloat(TypeReference type) => type.FullName == "System.Nullable`1<System.Double>";

    // A jump goes back over it.
    private static bool IsRepeated(Instruction i, MethodDefinition method) => method.Code().Any(j => j.Offset > i.Offset && j.Operand is Instruction target && target.Offset <= i.Offset);

    private Stores StoresIn(ModuleDefinition module)
    {
        if (!stores.TryGetValue(module, out Stores? found))
        {
            stores[module] = found = FindStores(module);
        }

        return found;
    }

    private static Stores FindStores(ModuleDefinition module)
    {
        var found = new Stores(new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (MethodDefinition method in module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasCode()))
        {
            foreach (Instruction i in method.Code())
            {
                if (i.OpCode.Code is not (Code.Stfld or Code.Ldflda or Code.Stsfld or Code.Ldsflda) || i.Operand is not FieldReference g)
                {
                    continue;
                }

                string name = NameOf(g);
                if (method.IsConstructor && i.OpCode.Code is Code.Stfld or Code.Stsfld && g.DeclaringType.GetElementType().FullName == method.DeclaringType.FullName)
                {
                    found.InConstructors[name] = found.InConstructors.GetValueOrDefault(name) + (IsRepeated(i, method) ? 2 : 1);
                }
                else
                {
                    found.Elsewhere.Add(name);
                }
            }
        }

        return found;
    }

    private static string NameOf(FieldReference field)
    {
        try
        {
            return (field.Resolve() ?? field).FullName;
        }
        catch (AssemblyResolutionException)
        {
            return field.FullName;
        }
    }
}
