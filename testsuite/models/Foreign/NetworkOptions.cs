namespace Samples.Foreign
{
    public class NetworkOptions
    {
        public int InputSize { get; set; } = 32;

        public int[] HiddenSizes { get; set; } = { 128, 64, 64 };

        public int OutputSize { get; set; } = 3;

        public string Activation { get; set; } = "swish";

        public bool UseLayerNorm { get; set; } = true;
    }
}
