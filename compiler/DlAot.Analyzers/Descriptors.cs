using System.Collections.Immutable;
using System.Linq;
using DlAot.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DlAot.Analyzers;

/// <summary>The table of diagnostics as the C# compiler wants it.</summary>
public static class Descriptors
{
    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> ByCode = Rules.Rows.ToImmutableDictionary(r => r.Code, Make);

    public static DiagnosticDescriptor Of(DiagnosticRule rule) => ByCode[rule.Code];

    // What cannot be compiled is no defect of the code: only what is marked as to be compiled, and is not, warns in an editor.
    private static DiagnosticDescriptor Make(DiagnosticRule rule) => new(
        rule.Code, rule.Title, $"{rule.Message}. {rule.Advice}".Replace("..", ".").TrimEnd(), CategoryOf(rule), DiagnosticSeverity.Info, isEnabledByDefault: true, rule.Advice, Pages.LinkOf(rule));

    private static string CategoryOf(DiagnosticRule rule) => rule.Code[5] switch
    {
        '1' => "DlAot.Input",
        '2' => "DlAot.Safety",
        '3' => "DlAot.Benefit",
        '4' => "DlAot.Numerics",
        _ => "DlAot.Packaging",
    };
}
