namespace DlAot.Diagnostics;

/// <summary>Why code is left as it is although it could be compiled.</summary>
public static partial class Rules
{
    public static readonly DiagnosticRule NoTensorComputation = Info("DLAOT3001", "No tensor computation", "it computes nothing on tensors", "Nothing to do.");

    public static readonly DiagnosticRule KeptEager = Info("DLAOT3002", "Kept eager", "[Eager] on {0} keeps it as it is", "Nothing to do.");

    public static readonly DiagnosticRule Training = Info("DLAOT3003", "Computes gradients", "it calls {0}, and what gradients are computed for stays as it is", "Nothing to do; what runs under no_grad() can be a method of its own.");

    public static readonly DiagnosticRule CompiledElsewhere = Info("DLAOT3004", "Compiled where it is called", "nearly all that it computes is in methods that are compiled themselves", "Nothing to do.");
}
