namespace DlAot.Compiler.Lifting;

/// <summary>
/// Outcomes of branches that only run-time values decide. A lift follows one outcome of each and guards it; when that leads
/// nowhere, the lift is repeated with the last open decision turned round.
/// </summary>
public sealed class Decisions
{
    private readonly List<(int Outcome, int First, int Options)> taken = [];
    private int next;

    public Decisions()
    {
    }

    /// <summary>Begins with these outcomes of so many options, for good.</summary>
    public Decisions(IEnumerable<(int Outcome, int Options)> start) => taken.AddRange(start.Select(o => Fixed((o.Outcome, 0, o.Options))));

    /// <summary>What was decided in this run.</summary>
    public IEnumerable<(int Outcome, int Options)> Outcomes => taken.Take(next).Select(d => (d.Outcome, d.Options));

    /// <summary>The outcome of the next decision.</summary>
    public bool Take(bool preferred) => Choose(2, preferred ? 1 : 0) == 1;

    /// <summary>Which of so many options the next decision takes; the others follow in their order.</summary>
    public int Choose(int options, int preferred = 0)
    {
        if (next == taken.Count)
        {
            taken.Add((preferred, preferred, options));
        }

        return taken[next++].Outcome;
    }

    /// <summary>How many decisions have been taken in this run.</summary>
    public int Count => next;

    /// <summary>Another run that decides as this one did, as far as it got.</summary>
    public void Restart() => next = 0;

    /// <summary>The same decisions up to one of them, and that one each other way, for good.</summary>
    public IEnumerable<Decisions> Others(int index)
    {
        for (int i = 1; i < taken[index].Options; i++)
        {
            var other = new Decisions();
            other.taken.AddRange(taken.Take(index).Select(Fixed));
            other.taken.Add(Fixed(taken[index] with { Outcome = (taken[index].Outcome + i) % taken[index].Options }));
            yield return other;
        }
    }

    // All others count as tried.
    private static (int Outcome, int First, int Options) Fixed((int Outcome, int First, int Options) d) => d with { First = (d.Outcome + 1) % d.Options };

    /// <summary>Prepares another run that differs in the last decision not yet turned; false when all have been tried.</summary>
    public bool TryTurn()
    {
        // Decisions of the failed run that were never reached do not count.
        taken.RemoveRange(next, taken.Count - next);
        while (taken.Count > 0 && (taken[^1].Outcome + 1) % taken[^1].Options == taken[^1].First)
        {
            taken.RemoveAt(taken.Count - 1);
        }

        next = 0;
        if (taken.Count == 0)
        {
            return false;
        }

        taken[^1] = taken[^1] with { Outcome = (taken[^1].Outcome + 1) % taken[^1].Options };
        return true;
    }
}

/// <summary>Decisions of which one goes another way.</summary>
/// <param name="Index">Which one.</param>
internal sealed record Turn(int Index, Decisions Decisions);
