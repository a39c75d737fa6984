using Mono.Cecil;

namespace DlAot.Compiler.Outlining;

/// <summary><c>System.ValueTuple</c> of two to seven types, with its members as references.</summary>
internal sealed class TupleType
{
    private readonly GenericInstanceType type;
    private readonly TypeReference open;

    public TupleType(ModuleDefinition module, IReadOnlyList<TypeReference> items)
    {
        open = Open(module, items.Count);
        type = new GenericInstanceType(open);
        Constructor = new MethodReference(".ctor", module.TypeSystem.Void, type) { HasThis = true };
        foreach ((TypeReference item, GenericParameter p) in items.Zip(open.GenericParameters))
        {
            type.GenericArguments.Add(item);
            Constructor.Parameters.Add(new ParameterDefinition(p));
        }
    }

    public TypeReference Type => type;

    public MethodReference Constructor { get; }

    /// <summary>Item 1, 2...</summary>
    public FieldReference Item(int number) => new($"Item{number}", open.GenericParameters[number - 1], type);

    /// <summary>Whether the base library that the module refers to has it.</summary>
    public static bool IsKnown(ModuleDefinition module, int items)
    {
        try
        {
            return Open(module, items).Resolve() is not null;
        }
        catch (AssemblyResolutionException)
        {
            return false;
        }
    }

    private static TypeReference Open(ModuleDefinition module, int items)
    {
        var open = new TypeReference("System", $"ValueTuple`{items}", module, module.TypeSystem.CoreLibrary, valueType: true);
        for (int i = 1; i <= items; i++)
        {
            open.GenericParameters.Add(new GenericParameter($"T{i}", open));
        }

        return open;
    }
}
