using System;

namespace DlAot.Diagnostics;

/// <summary>How bad it is.</summary>
public enum Severity
{
    /// <summary>Known, and not shown: a project asked for that.</summary>
    Hidden,
    Info,
    Warning,
    Error,
}

/// <summary>One row of the diagnostics table.</summary>
/// <param name="code">See <see cref="Code"/>.</param>
/// <param name="severity">See <see cref="Severity"/>.</param>
/// <param name="title">See <see cref="Title"/>.</param>
/// <param name="message">See <see cref="Message"/>.</param>
/// <param name="advice">See <see cref="Advice"/>.</param>
/// <param name="condition">See <see cref="Condition"/>.</param>
/// <param name="beyondSource">See <see cref="BeyondSource"/>.</param>
public sealed class DiagnosticRule(string code, Severity severity, string title, string message, string advice, string condition, string? beyondSource) : IEquatable<DiagnosticRule>
{
    /// <summary>Stable: DLAOT1xxx input and tool errors, 2xxx safety, 3xxx benefit, 4xxx numerics, 5xxx packaging.</summary>
    public string Code { get; } = code;

    /// <summary>How bad it is unless a project says otherwise.</summary>
    public Severity Severity { get; } = severity;

    /// <summary>A few words.</summary>
    public string Title { get; } = title;

    /// <summary>What happened and why, with <c>{0}</c>.. for the details.</summary>
    public string Message { get; } = message;

    /// <summary>What to do.</summary>
    public string Advice { get; } = advice;

    /// <summary>The precondition of compiling that it stands for, in a few words; empty where it is no precondition.</summary>
    public string Condition { get; } = condition;

    /// <summary>Why the source of one method does not show it, so that only the compiler tells it; null where the analyzer tells it too.</summary>
    public string? BeyondSource { get; } = beyondSource;

    /// <summary>Its page, relative to the repository.</summary>
    public string Help => $"docs/diagnostics/{Code}.md";

    public bool Equals(DiagnosticRule? other) => other?.Code == Code;

    public override bool Equals(object? obj) => Equals(obj as DiagnosticRule);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Code);

    public override string ToString() => $"{Code} {Title}";
}
