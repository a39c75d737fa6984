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

    /// <summary>Where the methods were that had been entered, innermost first.</summary>
    internal List<CodePlace> Path { get; } = [];

    /// <summary>What happened and where.</summary>
    internal string Key => $"{Rule.Code} {Location} {Message}";

    /// <summary>What the locals of the outermost of them held.</summary>
    internal IReadOnlyList<AbstractValue?> Held { get; private set; } = [];

    /// <summary>What was on the stack of the outermost of them, bottom first, below what its instruction takes.</summary>
    internal IReadOnlyList<AbstractValue> HeldOnStack { get; private set; } = [];

    /// <summary>Where it is the choice of an element by a number that varies: the element that is there first.</summary>
    internal Access? Element { get; init; }

    /// <summary>Notes a method that it leaves; for the filter of a catch clause that never catches.</summary>
    internal bool Pass(Frame frame)
    {
        Path.Add(new CodePlace(frame.Method, frame.Current));
        (Held, HeldOnStack) = (frame.Locals, frame.OnStack);
        return false;
    }

    /// <summary>The hypothesis under which it happened.</summary>
    internal PlaceTypes? Places { get; set; }

    /// <summary>Of failures equally far, one that a wrong hypothesis about an argument may have caused tells less.</summary>
    public bool TellsMoreThan(LiftException other) => Progress > other.Progress || (Progress == other.Progress && MayBeHypothesis(other.Rule) && !MayBeHypothesis(Rule));

    private static bool MayBeHypothesis(DiagnosticRule rule) => rule == Rules.ShapeMismatch || rule == Rules.AlwaysThrows;

    public Diagnostic ToDiagnostic(string subject) => new(Rule, Location, subject, Message);
}

/// <summary>A hypothesis about a place was wrong in a way that tells the right one: lift again with it.</summary>
/// <param name="place">Its <see cref="Access.Key"/>.</param>
internal sealed class HypothesisException(string place, Func<PlaceType, PlaceType> correct, LiftException otherwise) : Exception
{
    public string Place { get; } = place;

    public Func<PlaceType, PlaceType> Correct { get; } = correct;

    /// <summary>What is wrong when the place is no matter of hypothesis.</summary>
    public LiftException Otherwise { get; } = otherwise;
}
