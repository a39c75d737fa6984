using DlAot.Ir;

namespace DlAot.Compiler.Diagnostics;

/// <summary>A rule that fired somewhere.</summary>
public sealed record Diagnostic(DiagnosticRule Rule, SourceLocation Location, string Subject, string Text)
{
    /// <summary>The rule's, unless a project says otherwise.</summary>
    public Severity Severity { get; init; } = Rule.Severity;

    public static Diagnostic Of(DiagnosticRule rule, SourceLocation location, string subject, params object?[] details) =>
        new(rule, location, subject, string.Format(System.Globalization.CultureInfo.InvariantCulture, rule.Message, details));

    /// <summary>The MSBuild form: <c>Model.cs(12,5): warning DLAOT2004: Net.forward: text. Advice.</c></summary>
    public override string ToString()
    {
        string place = Location.File is null ? "dlaot" : $"{Location.File}({Location.Line},{Location.Column})";
        string subject = Subject.Length == 0 ? "" : $"{Subject}: ";
        string end = Rule.Advice.Length == 0 ? "" : Text.EndsWith('.') ? $" {Rule.Advice}" : $". {Rule.Advice}";
        return $"{place}: {Severity.ToString().ToLowerInvariant()} {Rule.Code}: {subject}{Text}{end}";
    }
}

/// <summary>An error of the user's input or environment: printed as one line, exit code 1.</summary>
public sealed class CompilationException(Diagnostic diagnostic, Exception? inner = null) : Exception(diagnostic.ToString(), inner)
{
    public CompilationException(DiagnosticRule rule, string subject, params object?[] details)
        : this(Diagnostic.Of(rule, SourceLocation.None, subject, details))
    {
    }

    public Diagnostic Diagnostic { get; } = diagnostic;
}
