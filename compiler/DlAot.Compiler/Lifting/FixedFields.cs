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
    private HashSet<string>? stored;
    private readonly Dictionary<string, int> stores = new(StringComparer.Ordinal);
    private bool? plain;

    /// <summary>Fixed, and only one instruction stores it.</summary>
    public bool IsStoredOnce(FieldReference field) => IsFixed(field) && stores.GetValueOrDefault(field.Resolve().FullName) == 1;

    public bool IsFixed(FieldReference field)
    {
        FieldDefinition? definition;
        try
        {
            definition = field.Resolve();
        }
        catch (AssemblyResolutionException)
        {
            return false;
        }

        if (definition is null || definition.Module != world.Module)
        {
            return false;
        }

        stored ??= FindStores();
        return (definition.IsInitOnly || definition.IsPrivate) && !stored.Contains(definition.FullName);
    }

    /// <summary>No embedding that the assembly makes has a max_norm: no optional float has a value where one is made.</summary>
    public bool HasPlainEmbeddings => plain ??= world.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody)
        .Where(m => m.Body.Instructions.Any(i => i.Operand is MethodReference { Name: "Embedding" or "Embedding_from_pretrained" or "from_pretrained" }))
        .All(m => !m.Body.Instructions.Any(GivesOptionalFloat) && !m.Parameters.Any(p => IsOptionalFloat(p.ParameterType)));

    private static bool GivesOptionalFloat(Instruction i) => i.Operand switch
    {
        MethodReference { Name: ".ctor" } made => IsOptionalFloat(made.DeclaringType),
        MethodReference called => IsOptionalFloat(called.ReturnType),
        FieldReference read => IsOptionalFloat(read.FieldType),
        _ => false,
    };

    private static bool IsOptionalFloat(TypeReference type) => type.FullName == "System.Nullable`1<System.Double>";

    // A jump goes back over it.
    private static bool IsRepeated(Instruction i, MethodDefinition method) => method.Body.Instructions.Any(j => j.Offset > i.Offset && j.Operand is Instruction target && target.Offset <= i.Offset);

    private HashSet<string> FindStores()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (MethodDefinition method in world.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (Instruction i in method.Body.Instructions)
            {
                if (i.OpCode.Code is not (Code.Stfld or Code.Ldflda or Code.Stsfld or Code.Ldsflda) || i.Operand is not FieldReference g)
                {
                    continue;
                }

                string name = (g.Resolve() ?? g).FullName;
                if (method.IsConstructor && i.OpCode.Code is Code.Stfld or Code.Stsfld && g.DeclaringType.GetElementType().FullName == method.DeclaringType.FullName)
                {
                    stores[name] = stores.GetValueOrDefault(name) + (IsRepeated(i, method) ? 2 : 1);
                }
                else
                {
                    found.Add(name);
                }
            }
        }

        return found;
    }
}
