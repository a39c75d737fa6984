namespace TorchSharp;

/// <summary>
/// Mixed subscripts taken apart as libtorch's own indexing does: numbers, slices, new dimensions and the ellipsis
/// make a view; masks and index tensors are left for index or index_put_ on that view.
/// </summary>
internal sealed class Subscripts
{
    private readonly torch.Tensor _source;
    private readonly List<torch.Tensor> _views = [];
    private readonly List<torch.Tensor> _made = [];
    private readonly List<torch.Tensor?> _indices = [];

    internal Subscripts(torch.Tensor source, torch.TensorIndex[] subscripts)
    {
        _source = source;
        View = source;
        int consumed = subscripts.Sum(s => s.kind switch
        {
            torch.TensorIndex.Kind.None or torch.TensorIndex.Kind.Ellipsis or torch.TensorIndex.Kind.Bool => 0,
            torch.TensorIndex.Kind.Tensor when IsMask(s.tensor!) => (int)s.tensor!.ndim,
            _ => 1,
        });
        int dim = 0;
        foreach (torch.TensorIndex subscript in subscripts)
        {
            switch (subscript.kind)
            {
                case torch.TensorIndex.Kind.None:
                    Step(Native.Call("unsqueeze", View, dim));
                    dim++;
                    break;
                case torch.TensorIndex.Kind.Ellipsis:
                    dim += (int)source.ndim - consumed;
                    break;
                case torch.TensorIndex.Kind.Single:
                    Step(Native.Call("select.int", View, dim, subscript.start));
                    break;
                case torch.TensorIndex.Kind.Slice:
                    if (subscript.start is not null || subscript.stop is not null || subscript.step is not null)
                    {
                        Step(Native.Call("slice.Tensor", View, dim, subscript.start, subscript.stop, subscript.step ?? 1));
                    }
                    dim++;
                    break;
                case torch.TensorIndex.Kind.Bool:
                    Step(Native.Call("unsqueeze", View, dim));
                    torch.Tensor mask = Native.Call("scalar_tensor", subscript.start!.Value != 0, torch.ScalarType.Bool, Arg.None, source.device);
                    torch.Tensor row = Native.Call("unsqueeze", mask, 0);
                    mask.Dispose();
                    _made.Add(row);
                    Index(dim, row);
                    dim++;
                    break;
                default:
                    Index(dim, subscript.tensor!);
                    dim += IsMask(subscript.tensor!) ? (int)subscript.tensor!.ndim : 1;
                    break;
            }
        }
    }

    /// <summary>What the view subscripts leave of the source.</summary>
    internal torch.Tensor View { get; private set; }

    /// <summary>The index tensors, null where a whole dimension is meant; null when there are none.</summary>
    internal torch.Tensor?[]? Indices => _indices.Count == 0 ? null : _indices.ToArray();

    /// <summary>The result of an indexing expression, the intermediate views disposed.</summary>
    internal torch.Tensor Finish(torch.Tensor? gathered)
    {
        torch.Tensor result = gathered ?? (ReferenceEquals(View, _source) ? _source.alias() : View);
        _views.RemoveAll(view => ReferenceEquals(view, result)); // tensors are equal when their elements are
        DisposeViews();
        return result;
    }

    /// <summary>The value with leading dimensions of size one dropped, as an assignment allows.</summary>
    internal torch.Tensor Fit(torch.Tensor value)
    {
        if (_indices.Count != 0 || value.ndim <= View.ndim)
        {
            return value;
        }
        long[] shape = value.shape;
        int skip = shape.TakeWhile(size => size == 1).Count();
        return skip == 0 ? value : value.view(shape[Math.Min(skip, shape.Length - (int)View.ndim)..]);
    }

    internal void DisposeViews()
    {
        _views.ForEach(view => view.Dispose());
        _made.ForEach(tensor => tensor.Dispose());
    }

    // A mask of bytes is a mask of booleans, as in libtorch.
    private static bool IsMask(torch.Tensor tensor) => tensor.dtype is torch.ScalarType.Bool or torch.ScalarType.Byte;

    private void Step(torch.Tensor view)
    {
        _views.Add(view);
        View = view;
    }

    private void Index(int dim, torch.Tensor tensor)
    {
        while (_indices.Count < dim)
        {
            _indices.Add(null);
        }
        _indices.Add(tensor);
    }
}
