namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // The factories take a size as one number, as a tuple or as an array; the layers keep arrays.
        private static long[] Window(int dimensions, long size)
        {
            var window = new long[dimensions];
            Array.Fill(window, size);
            return window;
        }

        private static long[] Window((long, long) size) => [size.Item1, size.Item2];

        private static long[] Window((long, long, long) size) => [size.Item1, size.Item2, size.Item3];
    }
}
