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

    public static IEnumerable<Finding> UnknownCalls(TensorMethod m) => m.Calls.Where(c => IsUnknown(c, m.Torch)).Select(c => Finding.At(c.Operation, TorchSymbols.Describe(c.Method)))
        .Concat(m.Of<ILockOperation>().Select(l => Finding.At(l.LockedValue, "Monitor.Enter")));

    public static IEnumerable<Finding> UndeterminableTargets(TensorMethod m)
    {
        foreach (IOperation o in m.Of<IDynamicInvocationOperation>().Cast<IOperation>().Concat(m.Of<IDynamicMemberReferenceOperation>().Where(d => d.Parent is not IDynamicInvocationOperation)))
        {
            yield return Finding.At(o, o.Syntax.ToString(), "the receiver is dynamic");
        }

        foreach (Call c in m.Calls)
        {
            if (c is { IsLibrary: false, Operation: IInvocationOperation { Instance: IParameterReferenceOperation { Parameter: var p } } call } && m.IsVisible
                && (c.Method.MethodKind == MethodKind.DelegateInvoke || p.Type.TypeKind == TypeKind.Interface) && (m.Torch.MentionsTensor(call.Type) || call.Arguments.Any(a => m.Torch.MentionsTensor(a.Value.Type))))
            {
                yield return Finding.At(call, TorchSymbols.Describe(c.Method), p.Name);
            }
        }
    }

    public static IEnumerable<Finding> InputOutput(TensorMethod m) => m.Calls
        .Where(c => Outputs.Contains(c.Key) ? c.Operation is IInvocationOperation call && call.Arguments.Any(a => TensorValues.IsIn(a.Value, m)) : c.Facts is { IsOutput: true, IsKnown: false })
        .Select(c => Finding.At(c.Operation, TorchSymbols.Describe(c.Method)));

    public static IEnumerable<Finding> HostReads(TensorMethod m) => Of(m, Reads);

    public static IEnumerable<Finding> RandomNumbers(TensorMethod m) => Of(m, Random)
        .Concat(m.Calls.Where(c => c.Key == "functional.dropout" && c.Operation is IInvocationOperation call && IsTrained(call)).Select(c => Finding.At(c.Operation, "dropout")));

    public static IEnumerable<Finding> EagerCalls(TensorMethod m) => m.Calls.Where(c => c.Facts.EagerPlace is not null).Select(c => Finding.At(c.Operation, TorchSymbols.Describe(c.Method), c.Facts.EagerPlace));

    public static IEnumerable<Finding> Programs(TensorMethod m) => m.Calls.Where(IsProgram).Select(c => Finding.At(c.Operation, TorchSymbols.Describe(c.Method)));

    public static IEnumerable<Finding> MetaTensors(TensorMethod m) => m.Of<IInvocationOperation>()
        .Where(c => m.Torch.IsLibrary(c.TargetMethod) && m.Torch.MentionsTensor(c.Type) && c.Arguments.Any(a => IsMeta(TensorMethod.Unwrapped(a.Value))))
        .Select(c => Finding.At(c, TorchSymbols.Describe(c.TargetMethod)));

    private static bool IsMeta(IOperation device) => device is IFieldReferenceOperation { Field: { Name: "META", ContainingType.Name: "torch" or "DeviceType" } };

    // TorchScript modules, and what torch.export loads.
    private static bool IsProgram(Call c) => c.IsLibrary && (c.Method.ContainingType.ContainingType?.Name == "jit" || c.Method.ContainingType.Name == "ExportedProgram");

    private static IEnumerable<Finding> Of(TensorMethod m, ImmutableHashSet<string> keys) => m.Calls.Where(c => c.IsLibrary && keys.Contains(c.Key)).Select(c => Finding.At(c.Operation, TorchSymbols.Describe(c.Method)));

    // Layers and what they hold are known by rules of their own, and so are interfaces, which stand for objects of the user's.
    private static bool IsUnknown(Call c, TorchSymbols torch) => !c.Facts.IsKnown && (c.IsLibrary
        ? KnownMembers.Types.Contains(c.Method.ContainingType.Name) && c.Method.ContainingType.TypeKind != TypeKind.Interface && !torch.IsModule(c.Method.ReturnType) && !c.Method.Name.StartsWith("op_", StringComparison.Ordinal)
        : !c.Facts.IsOutput && Array.Exists(Outside, o => c.Facts.TypeName.StartsWith(o, StringComparison.Ordinal) && (c.Facts.TypeName.Length == o.Length || c.Facts.TypeName[o.Length] == '.')));

    // On by default (functional.cs of TorchSharp); what only the run shows is checked by the compiled code.
    private static bool IsTrained(IInvocationOperation call) => call.Arguments.FirstOrDefault(a => a.Parameter?.Name == "training") is not { } a || a.Value.ConstantValue is { HasValue: true, Value: true };
}
