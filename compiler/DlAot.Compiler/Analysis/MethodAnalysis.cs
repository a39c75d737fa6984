using System.Collections.Immutable;
using DlAot.Compiler.Analysis.Effects;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Lifting.Instances;
using DlAot.Compiler.Reading;
using DlAot.Compiler.Reports;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Analysis;

/// <summary>The verdict on a method, and why: each finding has its place.</summary>
/// <param name="Identity">What tells it from its overloads, too: <c>Ns.Net.forward(TorchSharp.torch.Tensor,System.Int32)</c>.</param>
/// <param name="Findings">At least one; the first says what the verdict rests on.</param>
/// <param name="Reads">What it reads that others can see: <c>this.scale</c>.</param>
public sealed record MethodAnalysis(string Method, string Identity, SourceLocation Location, Verdict Verdict, ImmutableArray<Diagnostic> Findings, ImmutableArray<string> Reads)
{
    internal static MethodAnalysis Of(CompiledMethod m, ImmutableArray<CompiledMethod> all, EffectAnalysis analysis, World world)
    {
        SourceLocation start = Frame.StartOf(m.Lifted.Method);
        MethodReport report = MethodReport.Of(m, all);
        ImmutableArray<Diagnostic> reasons = m.Lifted.Diagnostics;
        (Verdict verdict, Diagnostic? why) = report.Verdict switch
        {
            "whole" when m.Versions.IsEmpty => (Verdict.KeepEager, reasons.IsEmpty ? Diagnostic.Of(Rules.NoTensorComputation, start, m.Lifted.Name) : null),
            "whole" => (Verdict.Compile, Diagnostic.Of(Rules.CompiledWhole, start, m.Lifted.Name, report.Versions[0].KernelCount, report.Versions.Length)),
            "parts" => (Verdict.Parts, Diagnostic.Of(Rules.CompiledInParts, start, m.Lifted.Name, Math.Max(1, m.Parts.Length))),
            _ => (Verdict.KeepEager, null),
        };
        ImmutableArray<Diagnostic> findings = why is null ? reasons : [why, .. reasons];
        if (verdict == Verdict.KeepEager && Annotations.IsMarkedCompile(m.Lifted.Method))
        {
            verdict = Verdict.Undo;
            findings = [Diagnostic.Of(Rules.CompileCannotHelp, start, m.Lifted.Name, findings.FirstOrDefault()?.Rule.Code ?? ""), .. findings];
        }

        VisibleEffects effects = VisibleEffects.Of(m.Lifted.Method, analysis);
        return new(m.Lifted.Name, IdentityOf(m.Lifted.Method), start, reasons.Any(d => d.Rule == Rules.CompiledAtALoss) ? Verdict.Undo : verdict, [.. findings, .. effects.Writes, .. GuardNotes.Of(m, world)], effects.Reads);
    }

    internal static string IdentityOf(MethodDefinition m) => $"{LiftedMethod.NameOf(m)}({string.Join(',', m.Parameters.Select(p => p.ParameterType.FullName.Replace('/', '.')))})";
}
