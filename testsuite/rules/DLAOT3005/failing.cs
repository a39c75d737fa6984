using DlAot;
using static TorchSharp.torch;

public static class Steps
{
    [Compile]
    public static int Twice(int n) => n * 2;
}
