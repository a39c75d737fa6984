namespace DlAot.Compiler.Lifting;

/// <summary>How much work one method may take, counted and not timed, so that the outcome is always the same.</summary>
public sealed class Budget
{
    /// <summary>Instructions of all attempts together.</summary>
    public int Instructions { get; set; } = 1_500_000;

    public bool IsSpent => Instructions <= 0;
}
