namespace TorchSharp;

/// <summary>The stack of dispose scopes of a thread.</summary>
public class DisposeScopeManager
{
    [ThreadStatic] private static DisposeScopeManager? t_instance;

    internal static DisposeScopeManager ThreadSingleton => t_instance ??= new DisposeScopeManager();

    public static ThreadDisposeScopeStatistics Statistics => ThreadSingleton.StatisticsInstance;

    internal ThreadDisposeScopeStatistics StatisticsInstance { get; } = new();
    internal DisposeScope? Current { get; private set; }

    internal DisposeScope NewDisposeScope() => Current = new DisposeScope(this);

    /// <summary>Gives a new tensor to the innermost scope, which is returned; null when there is none.</summary>
    internal DisposeScope? Register(torch.Tensor tensor)
    {
        LifetimeStatistics statistics = StatisticsInstance.TensorStatistics;
        if (Current is null)
        {
            statistics.CreatedOutsideScopeCount++;
            return null;
        }
        statistics.CreatedInScopeCount++;
        Current.Add(tensor);
        return Current;
    }

    internal void Disposing(torch.Tensor tensor)
    {
        LifetimeStatistics statistics = StatisticsInstance.TensorStatistics;
        if (tensor.OwningDisposeScope is null)
        {
            statistics.DisposedOutsideScopeCount++;
        }
        else
        {
            statistics.DisposedInScopeCount++;
        }
    }

    // Scopes may be disposed in any order: the one that goes is taken out of the chain.
    internal void Remove(DisposeScope scope)
    {
        if (Current == scope)
        {
            Current = scope.Outer;
            return;
        }
        for (DisposeScope? inner = Current; inner is not null; inner = inner.Outer)
        {
            if (inner.Outer == scope)
            {
                inner.Outer = scope.Outer;
                return;
            }
        }
    }
}
