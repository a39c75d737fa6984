namespace DlAot.Compiler.Lifting;

/// <summary>
/// Outcomes of branches that only run-time values decide. A lift follows one outcome of each and guards it; when that leads
/// nowhere, the lift is repeated with the last open decision turned round.
/// </summary>
public sealed class Decisions
{
    private readonly List<(bool Outcome, bool Turned)> taken = [];
    private int next;

    /// <summary>The outcome of the next decision.</summary>
    public bool Take(bool preferred)
    {
        if (next == taken.Count)
        {
            taken.Add((preferred, false));
        }

        return taken[next++].Outcome;
    }

    /// <summary>How many decisions have been taken in this run.</summary>
    public int Count => next;

    /// <summary>The same decisions up to one of them, and that one the other way round, for good.</summary>
    public Decisions Flipped(int index)
    {
        var flipped = new Decisions();
        flipped.taken.AddRange(taken.Take(index).Select(d => (d.Outcome, true)));
        flipped.taken.Add((!taken[index].Outcome, true));
        return flipped;
    }

    /// <summary>Prepares another run that differs in the last decision not yet turned; false when all have been tried.</summary>
    public bool TryTurn()
    {
        // Decisions of the failed run that were never reached do not count.
        taken.RemoveRange(next, taken.Count - next);
        while (taken.Count > 0 && taken[^1].Turned)
        {
            taken.RemoveAt(taken.Count - 1);
        }

        next = 0;
        if (taken.Count == 0)
        {
            return false;
        }

        taken[^1] = (!taken[^1].Outcome, true);
        return true;
    }
}
