namespace DlAot.Compiler.Lifting;

/// <summary>Which way a branch went when it was recorded.</summary>
/// <param name="IsTaken">The way it went more often.</param>
/// <param name="IsAlways">It never went the other way.</param>
public sealed record BranchOutcome(bool IsTaken, bool IsAlways)
{
    public BranchOutcome Opposite => this with { IsTaken = !IsTaken };
}
