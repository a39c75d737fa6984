using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Analysis;

/// <summary>Methods that are marked <c>[Compile]</c> and that the compiler did not try: who asks gets an answer.</summary>
internal static class MarkedMethods
{
    public static ImmutableArray<MethodAnalysis> Untried(Compilation compilation)
    {
        var candidates = new Candidates(compilation.World);
        HashSet<MethodDefinition> tried = [.. compilation.Methods.Select(m => m.Lifted.Method)];
        return [.. compilation.World.Module.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody && Annotations.IsMarkedCompile(m) && !tried.Contains(m)).Select(m => Of(m, compilation, candidates))];
    }

    private static MethodAnalysis Of(MethodDefinition method, Compilation compilation, Candidates candidates)
    {
        string name = LiftedMethod.NameOf(method);
        if (candidates.IsInner(method) && compilation.Methods.FirstOrDefault(c => Holds(c, method)) is { } caller)
        {
            return new(name, MethodAnalysis.IdentityOf(method), Frame.StartOf(method), Verdict.Compile, [Told(Rules.CompiledWithCallers, caller.Lifted.Name)], []);
        }

        Diagnostic? reason = !Reaches(method) ? Told(Rules.NoTensorReaches)
            : method.HasGenericParameters || method.DeclaringType.HasGenericParameters ? Told(Rules.UnsupportedSignature, "it is generic")
            : Worth.Calls(method.Code()) == 0 ? Told(Rules.NoTensorComputation)
            : null;
        return new(name, MethodAnalysis.IdentityOf(method), Frame.StartOf(method), Verdict.Undo, reason is null ? [Told(Rules.CompileCannotHelp, "nothing that is compiled calls it")] : [Told(Rules.CompileCannotHelp, reason.Rule.Code), reason], []);

        Diagnostic Told(DiagnosticRule rule, params object?[] details) => Diagnostic.Of(rule, Frame.StartOf(method), name, details);
    }

    // A whole method has all in it that it calls.
    private static bool Holds(CompiledMethod caller, MethodDefinition method) => !caller.Versions.IsEmpty && Candidates.Called(caller.Lifted.Method.Code()).Contains(method);

    // As an argument, a result, a member of its class, or a value of the library that it asks for.
    private static bool Reaches(MethodDefinition method) =>
        Worth.MentionsTensor(method.ReturnType) || method.Parameters.Any(p => Worth.MentionsTensor(p.ParameterType)) || method.Code().Any(i => i.Operand switch
        {
            MethodReference m => World.IsTorchSharp(m.DeclaringType) || Worth.MentionsTensor(m.ReturnType),
            FieldReference f => World.IsTorchSharp(f.DeclaringType) || Worth.MentionsTensor(f.FieldType),
            _ => false,
        });
}
