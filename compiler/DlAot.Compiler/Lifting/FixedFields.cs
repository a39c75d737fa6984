using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>Proves fields constant: readonly, or not visible outside the assembly and stored nowhere but in constructors of its type.</summary>
public sealed class FixedFields(World world)
{
    private HashSet<string>? stored;

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
        return definition.IsInitOnly || (definition.IsPrivate && !stored.Contains(definition.FullName));
    }

    private HashSet<string> FindStores()
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (MethodDefinition method in world.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody))
        {
            foreach (Instruction i in method.Body.Instructions)
            {
                if (i.Operand is FieldReference f && i.OpCode.Code is Code.Stfld or Code.Ldflda or Code.Stsfld or Code.Ldsflda && i.Operand is FieldReference g
                    && !(method.IsConstructor && i.OpCode.Code is Code.Stfld or Code.Stsfld && g.DeclaringType.GetElementType().FullName == method.DeclaringType.FullName))
                {
                    found.Add((g.Resolve() ?? g).FullName);
                }
            }
        }

        return found;
    }
}
