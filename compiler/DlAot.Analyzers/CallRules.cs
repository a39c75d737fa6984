using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DlAot.Analyzers;

/// <summary>Rules about what is called.</summary>
internal static class CallRules
{
    private static readonly ImmutableHashSet<string> Outputs = [.. Members.TextWrites], Reads = [.. Members.HostReads],
        Random = [.. Members.RandomNumbers, .. Members.RandomTensors, .. Members.RandomFills];

    // What of the base library no model could know.
    private static readonly string[] Outside = ["System.Threading", "System.IO", "System.Net", "System.Diagnostics", "System.Environment", "System.Random", "System.GC"];

    public static IEnumerable<Finding> UnknownCalls(TensorMethod m)
    {
        foreach (IOperation o in m.Operations)
        {
            if (o is ILockOperation locked)
            {
                yield return Finding.At(locked.LockedValue, "Monitor.Enter");
            }
            else if (Called.By(o) is { } called && IsUnknown(called, m.Torch))
            {
                yield return Finding.At(o, TorchSymbols.Describe(called));
            }
        }
    }

    public static IEnumerable<Finding> UndeterminableTargets(TensorMethod m)
    {
        foreach (IOperation o in m.Operations)
        {
            if (o is IDynamicInvocationOperation or IDynamicMemberReferenceOperation { Parent: not IDynamicInvocationOperation })
            {
                yield return Finding.At(o, o.Syntax.ToString(), "the receiver is dynamic");
            }
            else if (o is IInvocationOperation { Instance: IParameterReferenceOperation { Parameter: var p } } call && m.IsVisible && !m.Torch.IsLibrary(call.TargetMethod)
                && (call.TargetMethod.MethodKind == MethodKind.DelegateInvoke || p.Type.TypeKind == TypeKind.Interface) && (m.Torch.MentionsTensor(call.Type) || call.Arguments.Any(a => m.Torch.MentionsTensor(a.Value.Type))))
            {
                yield return Finding.At(call, TorchSymbols.Describe(call.TargetMethod), p.Name);
            }
        }
    }

    public static IEnumerable<Finding> InputOutput(TensorMethod m) => m.Operations.OfType<IInvocationOperation>()
        .Where(c => Outputs.Contains(TorchSymbols.KeyOf(c.TargetMethod)) ? c.Arguments.Any(a => TensorValues.IsIn(a.Value, m)) : IsFileOrConsole(c.TargetMethod))
        .Select(c => Finding.At(c, TorchSymbols.Describe(c.TargetMethod)));

    public static IEnumerable<Finding> HostReads(TensorMethod m) => Calls(m, Reads);

    public static IEnumerable<Finding> RandomNumbers(TensorMethod m) => Calls(m, Random)
        .Concat(m.Operations.OfType<IInvocationOperation>().Where(c => TorchSymbols.KeyOf(c.TargetMethod) == "functional.dropout" && IsTrained(c)).Select(c => Finding.At(c, "dropout")));

    public static IEnumerable<Finding> EagerCalls(TensorMethod m) =>
        from o in m.Operations
        where Called.By(o) is { } called && !m.Torch.IsLibrary(called)
        let method = Called.By(o)
        let place = TorchSymbols.EagerPlace(method.OriginalDefinition)
        where place is not null
        select Finding.At(o, TorchSymbols.Describe(method), place);

    private static IEnumerable<Finding> Calls(TensorMethod m, ImmutableHashSet<string> keys) =>
        from o in m.Operations
        where Called.By(o) is { } called && m.Torch.IsLibrary(called) && keys.Contains(TorchSymbols.KeyOf(called))
        select Finding.At(o, TorchSymbols.Describe(Called.By(o)!));

    // Layers and what they hold are known by rules of their own, and so are interfaces, which stand for objects of the user's.
    private static bool IsUnknown(IMethodSymbol called, TorchSymbols torch)
    {
        INamedTypeSymbol type = called.ContainingType;
        if (!torch.IsLibrary(called))
        {
            return IsOutside(type) && !Members.IsOutput(FullName(type)) && !KnownMembers.Contains(called);
        }

        return KnownMembers.Types.Contains(type.Name) && type.TypeKind != TypeKind.Interface && !torch.IsModule(called.ReturnType) && !called.Name.StartsWith("op_", StringComparison.Ordinal) && !KnownMembers.Contains(called);
    }

    private static bool IsOutside(INamedTypeSymbol type) => FullName(type) is var name && Outside.Any(o => name == o || name.StartsWith(o + ".", StringComparison.Ordinal));

    private static bool IsFileOrConsole(IMethodSymbol called) => Members.IsOutput(FullName(called.ContainingType)) && !KnownMembers.Contains(called);

    private static string FullName(INamedTypeSymbol type) => type.ContainingNamespace.IsGlobalNamespace ? type.Name : $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}";

    // On by default (functional.cs of TorchSharp); what only the run shows is checked by the compiled code.
    private static bool IsTrained(IInvocationOperation call) => call.Arguments.FirstOrDefault(a => a.Parameter?.Name == "training") is not { } a || a.Value.ConstantValue is { HasValue: true, Value: true };
}
