using System.Collections.Immutable;

namespace DlAot.Ir.Verify;

/// <summary>A graph, kernel or plan breaks invariants: an internal error of whoever made it. Carries every finding.</summary>
public sealed class VerificationException(string subject, ImmutableArray<string> findings)
    : Exception($"{subject} breaks {findings.Length} invariant(s):\n  {string.Join("\n  ", findings)}")
{
    public ImmutableArray<string> Findings { get; } = findings;

    internal static void ThrowIfAny(string subject, IReadOnlyCollection<string> findings)
    {
        if (findings.Count > 0)
        {
            throw new VerificationException(subject, [.. findings]);
        }
    }
}
