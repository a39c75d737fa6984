using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>What is said of a constructor argument: always a guess, because other objects may be made with other arguments.</summary>
public abstract record GivenValue
{
    /// <summary>Written in dlaot.json, or recorded in a profile.</summary>
    public sealed record Written(PositionedJson Json) : GivenValue;

    /// <summary>Seen at a construction site; the value belongs to nobody and is copied for each use.</summary>
    public sealed record Seen(AbstractValue Value) : GivenValue;
}

/// <summary>One way in which objects of a class are made.</summary>
/// <param name="Origin">Where that is known from, in words.</param>
/// <param name="Arguments">By parameter index; what is missing is guessed.</param>
public sealed record InstanceDescription(string Origin, MethodDefinition Constructor, IReadOnlyDictionary<int, GivenValue> Arguments, SourceLocation Location)
{
    /// <summary>From a profile: arguments that do not fit the class any more are guessed, where those that somebody wrote are errors.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Of all arguments something is known.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Of use only where nothing before it lifts.</summary>
    public bool IsLast { get; init; }
}

/// <summary>One object to lift for: how it is made, or null to guess that, and which way its constructor goes where arguments decide that nobody knows.</summary>
public readonly record struct Making(InstanceDescription? Description, ImmutableArray<(int Outcome, int Options)> Branches)
{
    public static Making Of(InstanceDescription? description) => new(description, []);
}
