using static TorchSharp.torch;

public static class Steps
{
    public static int Twice(int n) => n * 2;
}
