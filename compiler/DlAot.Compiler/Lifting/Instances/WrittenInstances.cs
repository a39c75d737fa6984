using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>The instances of dlaot.json, tied to the constructors that they mean.</summary>
internal sealed class WrittenInstances
{
    private readonly World world;
    private readonly List<InstanceDescription> descriptions = [];

    /// <exception cref="Diagnostics.CompilationException">DLAOT1022: a type, constructor parameter or method is not there.</exception>
    public WrittenInstances(World world, ConfigurationFile file)
    {
        this.world = world;
        descriptions.AddRange(file.Instances.Select(Description).OfType<InstanceDescription>());
    }

    /// <summary>Those of the class and of classes that inherit from it.</summary>
    public IReadOnlyList<InstanceDescription> Of(TypeDefinition type) =>
        [.. descriptions.Where(d => world.Hierarchy(d.Constructor.DeclaringType).Any(t => world.Resolve(t) == type)).OrderByDescending(d => d.Constructor.DeclaringType == type)];

    // Null where the class is another assembly's, of which the file tells as well.
    private InstanceDescription? Description(ConfigurationFile.MadeInstance instance)
    {
        if (world.Find(instance.Type) is not { HasGenericParameters: false } type)
        {
            return world.IsElsewhere(instance.Type) ? null : throw PositionedJson.Problem(instance.Location, $"the assembly has no class {instance.Type}");
        }

        if (type.IsAbstract || !world.IsModule(type))
        {
            throw PositionedJson.Problem(instance.Location, $"{instance.Type} is {(type.IsAbstract ? "abstract" : "no module")}");
        }

        MethodDefinition constructor = ConstructorOf(type, instance.Type, instance.Arguments, instance.Location);
        Dictionary<int, GivenValue> arguments = instance.Arguments.ToDictionary(a => constructor.Parameters.First(p => p.Name == a.Name).Index, GivenValue (a) => new GivenValue.Written(a.Value));
        string text = string.Join(", ", instance.Arguments.Select(a => $"{a.Name}: {a.Value}"));
        return new InstanceDescription($"made as {type.Name}({text}) (dlaot.json)", constructor, arguments, instance.Location);
    }

    /// <summary>The constructor that takes all of the arguments and leaves least open.</summary>
    /// <exception cref="Diagnostics.CompilationException">DLAOT1022: there is none.</exception>
    public static MethodDefinition ConstructorOf(TypeDefinition type, string name, ImmutableArray<PositionedJson.Member> given, SourceLocation location)
    {
        MethodDefinition[] constructors = [.. type.Methods.Where(m => m is { IsConstructor: true, IsStatic: false })];
        foreach (PositionedJson.Member argument in given.Where(a => !constructors.Any(c => c.Parameters.Any(p => p.Name == a.Name))))
        {
            throw PositionedJson.Problem(argument.Location, $"no constructor of {name} has a parameter {argument.Name}; there are {string.Join(", ", constructors.SelectMany(c => c.Parameters).Select(p => p.Name).Distinct())}");
        }

        return constructors.Where(c => given.All(a => c.Parameters.Any(p => p.Name == a.Name))).OrderBy(c => c.Parameters.Count).FirstOrDefault()
            ?? throw PositionedJson.Problem(location, $"no constructor of {name} has all of the parameters {string.Join(", ", given.Select(a => a.Name))}");
    }
}
