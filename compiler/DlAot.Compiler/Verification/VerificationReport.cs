using System.Collections.Immutable;

namespace DlAot.Compiler.Verification;

/// <summary>What became of one comparison.</summary>
public enum VerificationOutcome
{
    /// <summary>Both did the same, and the drop-in ran compiled code.</summary>
    Equal,

    /// <summary>They did not do the same.</summary>
    Differs,

    /// <summary>Both did the same, but the drop-in ran the original code too: nothing is proved about the compiled code.</summary>
    OriginalRan,

    /// <summary>No module could be made, or no input was found that the original accepts.</summary>
    NotConstructible,
}

/// <param name="Method">As <see cref="Lifting.LiftedMethod.Name"/>.</param>
/// <param name="Inputs">The arguments, e.g. <c>x: f32[2,784]</c>.</param>
/// <param name="MaxRelError">Norm of the difference over norm of the original's result; 0 where nothing was compared, infinite where shapes, types or positions of NaN and infinities differ.</param>
/// <param name="Detail">What differs, why the original ran, or why nothing could be compared.</param>
public sealed record VerificationRow(string Method, string Inputs, VerificationOutcome Outcome, double MaxRelError, string Detail);

/// <summary>Original against drop-in: a row for each compiled method and generated input.</summary>
public sealed record VerificationReport(ImmutableArray<VerificationRow> Rows)
{
    public bool HasDifferences => Rows.Any(r => r.Outcome == VerificationOutcome.Differs);
}
