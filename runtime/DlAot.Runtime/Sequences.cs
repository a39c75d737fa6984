using System.Collections;
using System.ComponentModel;

namespace DlAot.Runtime;

/// <summary>What a walk over a module's parameters or buffers gives, for guards that look at it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Sequences
{
    /// <summary>The first element; null when there is none.</summary>
    public static object? First(IEnumerable elements)
    {
        IEnumerator e = elements.GetEnumerator();
        try
        {
            return e.MoveNext() ? e.Current : null;
        }
        finally
        {
            (e as IDisposable)?.Dispose();
        }
    }

    /// <summary>All elements in their order.</summary>
    public static object?[] All(IEnumerable elements)
    {
        var all = new List<object?>();
        foreach (object? element in elements)
            all.Add(element);
        return [.. all];
    }

    /// <summary>All elements that an enumerator has yet to give; disposes of it.</summary>
    public static object?[] Rest(IEnumerator elements)
    {
        var all = new List<object?>();
        try
        {
            while (elements.MoveNext())
                all.Add(elements.Current);
            return [.. all];
        }
        finally
        {
            (elements as IDisposable)?.Dispose();
        }
    }
}
