using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting;

/// <summary>Settings of the thread: what the method asks of them, and what it changes for a while.</summary>
public sealed partial class Interpreter
{
    private readonly Dictionary<string, bool> settings = new(StringComparer.Ordinal);

    /// <summary>Calls of <c>no_grad</c> that have not been disposed of yet.</summary>
    internal List<(Instance Mode, SourceLocation Location)> GradientModes { get; } = [];

    /// <summary>What a setting that is asked for is taken to be: the same each time.</summary>
    internal bool DecideSetting(string name, bool likely)
    {
        if (!settings.TryGetValue(name, out bool outcome))
        {
            openDecisions.Add(Decisions.Count);
            settings[name] = outcome = Decisions.Take(likely);
        }

        return outcome;
    }

    // The caller would go on with what the method leaves behind.
    private void RequireRestored()
    {
        if (GradientModes.Count > 0)
        {
            throw new LiftException(Rules.SideEffect, GradientModes[0].Location, "the gradient mode");
        }
    }
}
