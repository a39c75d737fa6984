using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>The method cannot be lifted along this path; carries the rule, the user's line and the details.</summary>
public sealed class LiftException(DiagnosticRule rule, SourceLocation location, params object?[] details)
    : Exception(string.Format(System.Globalization.CultureInfo.InvariantCulture, rule.Message, details))
{
    public DiagnosticRule Rule { get; } = rule;

    public SourceLocation Location { get; } = location;

    /// <summary>Ops lifted before it: of several failures the one that got farthest tells most.</summary>
    public int Progress { get; set; }

    public Diagnostic ToDiagnostic(string subject) => new(Rule, Location, subject, Message);
}

/// <summary>A hypothesis about an argument was wrong in a way that tells the right one: lift again with it.</summary>
internal sealed class HypothesisException(string input, DType? dtype, int? rank) : Exception
{
    public string Input { get; } = input;

    public DType? DType { get; } = dtype;

    public int? Rank { get; } = rank;
}
