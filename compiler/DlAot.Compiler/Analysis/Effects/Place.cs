using System.Collections.Immutable;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis.Effects;

/// <summary>Where an object comes from, as its method sees it.</summary>
internal enum Root
{
    /// <summary>The method made it and nobody else knows it yet, or it is a number.</summary>
    Fresh,
    This,
    Parameter,
    Static,

    /// <summary>The result of a call that is not looked into, or of several of these.</summary>
    Unknown,
}

/// <summary>A way to an object: <c>this.layers[]</c>, <c>cache.Keys</c>, <c>Registry.shared</c>.</summary>
/// <param name="Name">Of the parameter, or of the class of a static field.</param>
/// <param name="Steps">Fields, and <c>[]</c> for what an array, collection or tensor holds.</param>
/// <param name="Type">What it is declared as, where known.</param>
internal sealed record Place(Root Root, int Parameter, string Name, ImmutableArray<string> Steps, TypeReference? Type)
{
    // Linked structures would give ever longer ways.
    private const int MostSteps = 4;

    public static Place Of(Root root, TypeReference? type = null) => new(root, -1, "", [], type);

    public static Place Argument(ParameterDefinition p) => new(Root.Parameter, p.Index, p.Name, [], p.ParameterType);

    /// <summary>Others can see it.</summary>
    public bool Escapes => Root is Root.This or Root.Parameter or Root.Static;

    public Place Then(string step, TypeReference? type = null) => Steps.Length >= MostSteps ? this with { Type = type } : this with { Steps = Steps.Add(step), Type = type };

    public Place Join(Place other) => Equals(other) ? this : Root == Root.Fresh && other.Root == Root.Fresh ? this with { Type = null } : Of(Root.Unknown);

    /// <summary>The same place as the caller of a method sees it.</summary>
    public Place From(Place receiver, IReadOnlyList<Place> arguments)
    {
        Place? start = Root switch
        {
            Root.This => receiver,
            Root.Parameter => Parameter < arguments.Count ? arguments[Parameter] : Of(Root.Unknown),
            _ => null,
        };
        return start is null ? this : Steps.Aggregate(start, (place, step) => place.Then(step)) with { Type = Type };
    }

    public bool Equals(Place? other) => other is not null && Root == other.Root && Parameter == other.Parameter && Name == other.Name && Steps.SequenceEqual(other.Steps);

    public override int GetHashCode() => Steps.Aggregate(HashCode.Combine(Root, Parameter, Name), HashCode.Combine);

    public override string ToString() => (Root switch
    {
        Root.This => "this",
        Root.Parameter or Root.Static => Name,
        Root.Fresh => "a new object",
        _ => "an object",
    }) + string.Concat(Steps.Select(s => s == "[]" ? s : "." + s));
}
