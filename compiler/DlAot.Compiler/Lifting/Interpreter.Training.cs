using DlAot.Compiler.Reading;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Modules start in training mode, and <c>eval()</c> reaches those that are registered: one that the receiver only keeps in a field
/// goes on normalising by batches and dropping elements.
/// </summary>
public sealed partial class Interpreter
{
    /// <summary>Begins the names of facts that are modules registered by name, and of those that are modules that fields held when they were registered.</summary>
    internal const string ByName = "child:", ByField = "registered:";

    private HashSet<Instance>? leftInTraining;

    /// <summary>The modules that the fields hold now are registered.</summary>
    internal void RegisterFields(Instance module)
    {
        foreach ((string field, AbstractValue value) in module.Fields.Where(f => f.Value is ObjectRef held && World.IsModule(held.Instance.Type)))
        {
            module.Facts[ByField + field] = value;
        }
    }

    /// <summary>What a module's training flag is taken to be: off, except where <c>eval()</c> of the receiver does not reach it.</summary>
    internal bool PredictTraining(Instance module)
    {
        leftInTraining ??= LeftInTraining();
        return leftInTraining.Contains(module) && DecideSetting("training", likely: true);
    }

    private HashSet<Instance> LeftInTraining()
    {
        var (reached, left) = (new HashSet<Instance>(), new HashSet<Instance>());
        if (Shared.Receiver is not { IsOpaque: false } receiver || !IsOurs(receiver.Type))
        {
            return left;
        }

        foreach (Instance child in Modules(RegisteredAs(receiver, ByName, ByField)))
        {
            Reach(child, reached);
        }

        Collect(receiver, [], left);
        left.ExceptWith(reached);
        return left;
    }

    // Who is registered registers what it holds.
    private void Reach(Instance module, HashSet<Instance> reached)
    {
        if (reached.Add(module))
        {
            foreach (Instance child in Modules(Held(module)))
            {
                Reach(child, reached);
            }
        }
    }

    // Also what lists and other objects hold, of which registration knows nothing.
    private void Collect(Instance holder, HashSet<Instance> seen, HashSet<Instance> modules)
    {
        foreach (Instance held in Held(holder).OfType<ObjectRef>().Select(o => o.Instance).Where(seen.Add))
        {
            if (World.IsModule(held.Type))
            {
                modules.Add(held);
            }

            Collect(held, seen, modules);
        }
    }

    private static IEnumerable<AbstractValue> Held(Instance holder) => holder.Fields.Values.Concat(holder.Items ?? []).Concat(RegisteredAs(holder, ByName));

    private static IEnumerable<AbstractValue> RegisteredAs(Instance module, params string[] ways) => module.Facts.Where(f => ways.Any(w => f.Key.StartsWith(w, StringComparison.Ordinal))).Select(f => f.Value);

    private IEnumerable<Instance> Modules(IEnumerable<AbstractValue> held) => held.OfType<ObjectRef>().Select(o => o.Instance).Where(i => World.IsModule(i.Type));
}
