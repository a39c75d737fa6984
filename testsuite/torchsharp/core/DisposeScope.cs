namespace TorchSharp;

/// <summary>Disposes, at its own end, every tensor that was made while it was the innermost scope of its thread.</summary>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager _manager;
    private HashSet<IDisposable> _owned = new(ReferenceEqualityComparer.Instance);
    private bool _disposed;

    internal DisposeScope(DisposeScopeManager manager)
    {
        _manager = manager;
        Outer = manager.Current;
    }

    internal DisposeScope? Outer { get; set; }

    public IReadOnlyList<IDisposable> DisposablesView => Live.ToArray();
    public int DisposablesCount => Live.Count;

    private HashSet<IDisposable> Live
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _owned;
        }
    }

    public bool Contains(IDisposable disposable) => _owned.Contains(disposable);

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(Outer, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
        => MoveToOther(Outer, first, second);

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
        => MoveToOther(Outer, first, second, third);

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(Outer, (IEnumerable<IDisposable>)disposables);
    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(Outer, disposables);

    public T MoveToOther<T>(DisposeScope? scope, T disposable) where T : IDisposable
    {
        MoveOne(scope, disposable);
        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope? scope, T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable
    {
        MoveOne(scope, first);
        MoveOne(scope, second);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope? scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        MoveOne(scope, first);
        MoveOne(scope, second);
        MoveOne(scope, third);
        return (first, second, third);
    }

    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        foreach (IDisposable disposable in disposables)
        {
            MoveOne(scope, disposable);
        }
    }

    public T Detach<T>(T disposable) where T : IDisposable => MoveToOther(null, disposable);

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
        => MoveToOther(null, first, second);

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
        => MoveToOther(null, first, second, third);

    public void Detach(params IDisposable[] disposables) => MoveToOther(null, (IEnumerable<IDisposable>)disposables);
    public void Detach(IEnumerable<IDisposable> disposables) => MoveToOther(null, disposables);

    public void Attach(IDisposable disposable) => AttachOne(disposable);
    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var attached = disposables.ToArray();
        Array.ForEach(attached, AttachOne);
        return attached;
    }

    public void DisposeEverything() => DisposeEverythingBut(Enumerable.Empty<IDisposable>());
    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        HashSet<IDisposable> before = Live;
        _owned = new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance);
        foreach (IDisposable disposable in before)
        {
            if (!_owned.Contains(disposable))
            {
                disposable.Dispose();
            }
        }
    }

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    public void MarkAsDisposed(IDisposable disposable)
    {
        Live.Remove(disposable);
        Managed(disposable).OwningDisposeScope = null;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            DisposeEverything();
            _manager.Remove(this);
            _disposed = true;
        }
    }

    internal void Add(torch.Tensor tensor) => _owned.Add(tensor);

    /// <summary>Puts <paramref name="replacement"/> where <paramref name="original"/> was: in its scope, if it has one.</summary>
    internal static void ReplaceWith(torch.Tensor original, torch.Tensor replacement)
    {
        if (original.OwningDisposeScope is { } scope && scope._owned.Remove(original))
        {
            original.OwningDisposeScope = null;
            scope._owned.Add(replacement);
            replacement.OwningDisposeScope = scope;
        }
    }

    private static torch.Tensor Managed(IDisposable disposable) => disposable as torch.Tensor
        ?? throw new InvalidOperationException("DisposeScope can only manage Tensor or PackedSequence");

    private void MoveOne(DisposeScope? scope, IDisposable disposable)
    {
        if (!Live.Remove(disposable))
        {
            return;
        }
        Managed(disposable).OwningDisposeScope = scope;
        if (scope is null)
        {
            _manager.StatisticsInstance.TensorStatistics.DetachedFromScopeCount++;
        }
        else
        {
            scope._owned.Add(disposable);
        }
    }

    private void AttachOne(IDisposable disposable)
    {
        torch.Tensor tensor = Managed(disposable);
        if (tensor.OwningDisposeScope == this)
        {
            return;
        }
        Live.Add(tensor);
        tensor.OwningDisposeScope?._owned.Remove(tensor);
        tensor.OwningDisposeScope = this;
        _manager.StatisticsInstance.TensorStatistics.AttachedToScopeCount++;
    }
}
