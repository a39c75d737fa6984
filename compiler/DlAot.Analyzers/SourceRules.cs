using System.Collections.Immutable;
using DlAot.Diagnostics;

namespace DlAot.Analyzers;

/// <summary>The rules that source shows: one row each.</summary>
internal static class SourceRules
{
    /// <summary>Where one of these holds the method stays as it is, and nothing else about it matters.</summary>
    public static ImmutableArray<SourceRule> OfWholeMethods { get; } =
    [
        new(Rules.KeptEager, "[Eager] on the method, its class or the assembly", MethodRules.KeptEager),
        new(Rules.UnsupportedSignature, "parameters by reference", MethodRules.ByReference),
        new(Rules.Training, "calls of backward and grad", MethodRules.Training),
        new(Rules.NoTensorComputation, "a forward without an operation", MethodRules.NoComputation),
        new(Rules.AlwaysThrows, "a body that begins with throw", MethodRules.AlwaysThrows),
    ];

    public static ImmutableArray<SourceRule> OfPlaces { get; } =
    [
        new(Rules.AlreadyGraph, "calls of ScriptModule and ExportedProgram", CallRules.Programs),
        new(Rules.UnknownCall, "members of TorchSharp without a model; threads, files, environment; lock", CallRules.UnknownCalls),
        new(Rules.UndeterminableTarget, "delegates and interfaces that are arguments; dynamic", CallRules.UndeterminableTargets),
        new(Rules.InputOutput, "text made of values of tensors; files", CallRules.InputOutput),
        new(Rules.HostRead, "data, bytes, Handle, ToString of tensors", CallRules.HostReads),
        new(Rules.RandomNumbers, "members that draw", CallRules.RandomNumbers),
        new(Rules.MetaTensor, "the meta device as an argument", CallRules.MetaTensors),
        new(Rules.UnsupportedInstruction, "pointers that are parameters; __makeref", ValueRules.References),
        new(Rules.UnknownType, "Scalar in fields", ValueRules.UnknownTypes),
        new(Rules.ShapeMismatch, "constant sizes before a Linear", ValueRules.ShapeMismatches),
        new(Rules.StaleSequence, "fields that parameters() and its like are kept in", ValueRules.StaleSequences),
        new(Rules.EagerCall, "calls of what is [Eager]", CallRules.EagerCalls),
        new(Rules.Recursion, "calls of the method itself with the same numbers", FlowRules.Recursion),
        new(Rules.UnknownBranch, "loops over a size of a tensor", FlowRules.TensorIteration),
        new(Rules.UnboundedLoop, "loops with a large constant bound", FlowRules.LongLoops),
        new(Rules.SideEffect, "gradient modes that are not restored", LifetimeRules.OpenModes),
        new(Rules.InPlaceOnShared, "in-place members on expanded views", LifetimeRules.SharedWrites),
        new(Rules.DisposedResult, "results that a using disposes of", LifetimeRules.DisposedResults),
        new(Rules.UncertainLayout, "view of a transposed tensor", LifetimeRules.UncertainLayouts),
    ];

    /// <summary>Methods that are marked [Compile] and that the compiler does not try.</summary>
    public static ImmutableArray<SourceRule> OfUntried { get; } =
    [
        new(Rules.NoTensorReaches, "[Compile] where nothing is of TorchSharp", MethodRules.NoTensorReaches),
        new(Rules.UnsupportedSignature, "[Compile] on what is generic", MethodRules.Generic),
        new(Rules.NoTensorComputation, "[Compile] without an operation", MethodRules.NoOperation),
    ];
}
