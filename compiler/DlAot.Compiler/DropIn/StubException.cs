using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.DropIn;

/// <summary>A stub that cannot be written: the method stays as it was, for the reason given.</summary>
internal sealed class StubException(DiagnosticRule rule, SourceLocation location, params object?[] details) : Exception(rule.Title)
{
    public StubException(DiagnosticRule rule, params object?[] details)
        : this(rule, SourceLocation.None, details)
    {
    }

    public Diagnostic ToDiagnostic(string method) => Diagnostic.Of(rule, location, method, details);
}
