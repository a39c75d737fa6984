using System.Collections.Immutable;
using System.Linq;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace DlAot.Analyzers;

/// <summary>Says in the editor what <c>dlaot explain</c> says of the assembly: which code that computes with tensors is not compiled as a whole, and why.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class TensorCodeAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. SourceRules.OfWholeMethods.Concat(SourceRules.OfPlaces).Concat(SourceRules.OfUntried).Select(r => Descriptors.Of(r.Rule)).Distinct()];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (TorchSymbols.Find(start.Compilation) is { } torch)
            {
                start.RegisterOperationBlockAction(block => Look(block, torch));
            }
        });
    }

    private static void Look(OperationBlockAnalysisContext context, TorchSymbols torch)
    {
        if (context.OwningSymbol is not IMethodSymbol method)
        {
            return;
        }

        if (TensorMethod.Of(method, torch, context.OperationBlocks) is not { } tensors)
        {
            // Who asks gets an answer.
            if (TorchSymbols.IsCompileItself(method))
            {
                ReportFirst(context, SourceRules.OfUntried, TensorMethod.Untried(method, torch, context.OperationBlocks));
            }
        }
        else if (!ReportFirst(context, SourceRules.OfWholeMethods, tensors))
        {
            foreach (SourceRule rule in SourceRules.OfPlaces)
            {
                Report(context, rule, tensors);
            }
        }
    }

    private static bool ReportFirst(OperationBlockAnalysisContext context, ImmutableArray<SourceRule> rules, TensorMethod tensors) => rules.Any(r => Report(context, r, tensors));

    private static bool Report(OperationBlockAnalysisContext context, SourceRule rule, TensorMethod tensors)
    {
        // Whoever asks for a method to be compiled wants to know why it is not.
        DiagnosticDescriptor descriptor = Descriptors.Of(rule.Rule);
        DiagnosticSeverity severity = tensors.IsMarked ? DiagnosticSeverity.Warning : descriptor.DefaultSeverity;
        bool found = false;
        foreach (Finding f in rule.Find(tensors))
        {
            context.ReportDiagnostic(Diagnostic.Create(descriptor, f.Location, severity, additionalLocations: null, properties: null, f.Details));
            found = true;
        }

        return found;
    }
}
