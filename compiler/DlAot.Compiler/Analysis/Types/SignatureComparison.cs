namespace DlAot.Compiler.Analysis.Types;

/// <summary>How a signature that somebody wrote stands to the one that the code shows.</summary>
public enum SignatureRelation
{
    /// <summary>Both admit the same calls.</summary>
    Agrees,

    /// <summary>The written one admits fewer calls.</summary>
    Tighter,

    /// <summary>The written one admits more calls.</summary>
    Broader,

    /// <summary>Each admits calls that the other does not.</summary>
    Incomparable,
}

/// <summary>
/// The order of the lattice: a is at most b when the join of both is b. Conditions are not compared: who writes sizes that are numbers
/// has met them, and who writes names leaves them to the guards.
/// </summary>
public static class SignatureComparison
{
    public static SignatureRelation Compare(MethodSignature written, MethodSignature inferred)
    {
        (written, inferred) = (Bare(written), Bare(inferred));
        MethodSignature both = SignatureJoin.Of(written, inferred);
        return (both == inferred, both == written) switch
        {
            (true, true) => SignatureRelation.Agrees,
            (true, false) => SignatureRelation.Tighter,
            (false, true) => SignatureRelation.Broader,
            _ => SignatureRelation.Incomparable,
        };
    }

    private static MethodSignature Bare(MethodSignature s) => SignatureNames.Apply(s.Open() with { Constraints = [] });
}
