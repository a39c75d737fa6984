using static TorchSharp.torch;

public static class Steps
{
    public static Tensor Sum(Tensor x)
    {
        var sum = x[0].exp() + 1;
        for (int i = 1; i < x.shape[0]; i++)
        {
            sum = sum + x[i].exp();
        }

        return sum;
    }
}
