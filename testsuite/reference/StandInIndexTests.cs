using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>Indexers, against the same elements picked by hand from a 3 x 4 x 5 array of 0..59.</summary>
public class StandInIndexTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly torch.Tensor _x = torch.arange(60, dtype: torch.float32).view(3, 4, 5);

    public void Dispose() => _scope.Dispose();

    private static float At(int i, int j, int k) => i * 20 + j * 5 + k;

    private static void Holds(torch.Tensor actual, long[] shape, Func<int[], float> element)
    {
        Assert.Equal(shape, actual.shape);
        float[] values = actual.contiguous().data<float>().ToArray();
        var index = new int[shape.Length];
        for (int n = 0; n < values.Length; n++)
        {
            int rest = n;
            for (int d = shape.Length - 1; d >= 0; d--)
            {
                (rest, index[d]) = Math.DivRem(rest, (int)shape[d]);
            }
            Assert.Equal(element(index), values[n]);
        }
    }

    [Fact]
    public void Numbers()
    {
        Holds(_x[1], [4, 5], i => At(1, i[0], i[1]));
        Holds(_x[-1, 2], [5], i => At(2, 2, i[0]));
        Holds(_x[2, -4, 3], [], _ => At(2, 0, 3));
    }

    /// <summary>A view that has the same elements as one on the way to it is another tensor.</summary>
    [Fact]
    public void RangesThatLeaveEverything()
    {
        Holds(_x[.., ..2, ..], [3, 2, 5], i => At(i[0], i[1], i[2]));
        Holds(_x[.., torch.TensorIndex.None], [3, 1, 4, 5], i => At(i[0], i[2], i[3]));
    }

    [Fact]
    public void Ranges()
    {
        Holds(_x[1..], [2, 4, 5], i => At(i[0] + 1, i[1], i[2]));
        Holds(_x[.., 1..^1], [3, 2, 5], i => At(i[0], i[1] + 1, i[2]));
        Holds(_x[.., .., ^2..], [3, 4, 2], i => At(i[0], i[1], i[2] + 3));
        Holds(_x[0, .., 4], [4], i => At(0, i[0], 4));
        Holds(_x[^1], [4, 5], i => At(2, i[0], i[1]));
    }

    [Fact]
    public void Indices_by_name()
    {
        Holds(_x[torch.TensorIndex.Slice(null, null, 2)], [2, 4, 5], i => At(i[0] * 2, i[1], i[2]));
        Holds(_x[torch.TensorIndex.Ellipsis, 1], [3, 4], i => At(i[0], i[1], 1));
        Holds(_x[0, torch.TensorIndex.Ellipsis], [4, 5], i => At(0, i[0], i[1]));
        Holds(_x[torch.TensorIndex.None, 1], [1, 4, 5], i => At(1, i[1], i[2]));
        Holds(_x[torch.TensorIndex.Colon, torch.TensorIndex.Single(2), torch.TensorIndex.Null], [3, 1, 5], i => At(i[0], 2, i[2]));
        Holds(_x[torch.TensorIndex.Bool(true), 0, 0], [1, 5], i => At(0, 0, i[1]));
    }

    [Fact]
    public void Tensors()
    {
        torch.Tensor rows = torch.tensor(new long[] { 2, 0 });
        Holds(_x[rows], [2, 4, 5], i => At(i[0] == 0 ? 2 : 0, i[1], i[2]));
        Holds(_x[rows, torch.tensor(new long[] { 3, 1 })], [2, 5], i => i[0] == 0 ? At(2, 3, i[1]) : At(0, 1, i[1]));
        Holds(_x[torch.TensorIndex.Colon, torch.TensorIndex.Tensor(rows)], [3, 2, 5], i => At(i[0], i[1] == 0 ? 2 : 0, i[2]));
        Holds(_x[1, torch.TensorIndex.Tensor(rows), 2..4], [2, 2], i => At(1, i[0] == 0 ? 2 : 0, i[1] + 2));
    }

    [Fact]
    public void Masks()
    {
        Holds(_x[_x > 56.5], [3], i => 57 + i[0]);
        torch.Tensor mask = torch.tensor(new[] { true, false, true });
        Holds(_x[torch.TensorIndex.Tensor(mask), 1], [2, 5], i => At(i[0] * 2, 1, i[1]));
    }

    [Fact]
    public void Views_share_memory()
    {
        torch.Tensor row = _x[1, 1..3];
        row.fill_(-1);
        Holds(_x[1], [4, 5], i => i[0] is 1 or 2 ? -1 : At(1, i[0], i[1]));
    }

    [Fact]
    public void Assignment()
    {
        _x[0] = torch.zeros(4, 5);
        _x[1, 1, 1] = torch.tensor(-7f);
        _x[2, .., 4] = -1f;
        _x[2, 0, 0..2] = torch.ones(1, 1, 2) * -2;
        _x[_x > 58.5f] = 0f;
        Holds(_x, [3, 4, 5], i => i switch
        {
            [0, _, _] => 0,
            [1, 1, 1] => -7,
            [2, _, 4] => -1,
            [2, 0, 0 or 1] => -2,
            _ => At(i[0], i[1], i[2]),
        });
    }

    [Fact]
    public void Assignment_by_tensor()
    {
        torch.Tensor rows = torch.tensor(new long[] { 0, 2 });
        _x[rows] = torch.full(2, 4, 5, 9);
        _x.index_put_((Scalar)3, torch.TensorIndex.Single(1), torch.TensorIndex.Tensor(rows));
        Holds(_x, [3, 4, 5], i => i[0] != 1 ? 9 : i[1] is 0 or 2 ? 3 : At(1, i[1], i[2]));
    }
}
