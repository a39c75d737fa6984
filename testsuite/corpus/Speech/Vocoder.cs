using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Corpus.Speech;

/// <summary>Dilated convolutions with residual connections, as in HiFi-GAN.</summary>
public class VocoderResBlock : Module<Tensor, Tensor?, Tensor>
{
    private const float Slope = 0.1f;
    private readonly ModuleList<Conv1d> convs1 = new();
    private readonly ModuleList<Conv1d> convs2 = new();

    public VocoderResBlock(int channels, int kernel = 3, int[]? dilations = null) : base("resblock1")
    {
        foreach (var d in dilations ?? [1, 3, 5])
        {
            convs1.Add(Conv1d(channels, channels, kernel, dilation: d, padding: Padding(kernel, d)));
            convs2.Add(Conv1d(channels, channels, kernel, padding: Padding(kernel, 1)));
        }

        RegisterComponents();
    }

    private static int Padding(int kernel, int dilation) => (kernel * dilation - dilation) / 2;

    public override Tensor forward(Tensor x, Tensor? mask = null)
    {
        foreach (var (c1, c2) in convs1.Zip(convs2))
        {
            var xt = functional.leaky_relu(x, Slope);
            if (mask is not null)
            {
                xt = xt * mask;
            }

            xt = c1.forward(xt);
            xt = functional.leaky_relu(xt, Slope);
            xt = c2.forward(xt);
            x = xt + x;
        }

        return mask is null ? x : x * mask;
    }
}

public class VocoderConfig
{
    public int MelBands { get; init; } = 20;

    public int InitialChannels { get; init; } = 32;

    public int[] UpsampleRates { get; init; } = [4, 2];

    public int[] UpsampleKernels { get; init; } = [8, 4];

    public int[] ResKernels { get; init; } = [3, 5];
}

/// <summary>Mel spectrogram to waveform.</summary>
public class VocoderGenerator : Module<Tensor, Tensor>
{
    private readonly VocoderConfig h;
    private readonly Conv1d conv_pre, conv_post;
    private readonly ModuleList<ConvTranspose1d> ups = new();
    private readonly ModuleList<VocoderResBlock> resblocks = new();

    public VocoderGenerator(VocoderConfig config) : base("generator")
    {
        h = config;
        conv_pre = Conv1d(h.MelBands, h.InitialChannels, 7, padding: 3);
        int ch = h.InitialChannels;
        for (int i = 0; i < h.UpsampleRates.Length; i++)
        {
            ch = h.InitialChannels / (1 << (i + 1));
            ups.Add(ConvTranspose1d(ch * 2, ch, h.UpsampleKernels[i], stride: h.UpsampleRates[i], padding: (h.UpsampleKernels[i] - h.UpsampleRates[i]) / 2));
            foreach (var k in h.ResKernels)
            {
                resblocks.Add(new VocoderResBlock(ch, k));
            }
        }

        conv_post = Conv1d(ch, 1, 7, padding: 3);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = conv_pre.forward(x);
        var kernels = h.ResKernels.Length;
        for (int i = 0; i < ups.Count; i++)
        {
            x = functional.leaky_relu(x, 0.1);
            x = ups[i].forward(x);
            Tensor? xs = null;
            for (int j = 0; j < kernels; j++)
            {
                xs = xs is null ? resblocks[i * kernels + j].forward(x, null) : xs + resblocks[i * kernels + j].forward(x, null);
            }

            x = xs! / kernels;
        }

        x = conv_post.forward(functional.leaky_relu(x));
        return torch.tanh(x).MoveToOuterDisposeScope();
    }
}

/// <summary>Folds the waveform into two dimensions and keeps every feature map.</summary>
public class PeriodDiscriminator : Module<Tensor, (Tensor, List<Tensor>)>
{
    private readonly int period;
    private readonly ModuleList<Conv2d> convs;
    private readonly Conv2d post;

    public PeriodDiscriminator(int period) : base($"period{period}")
    {
        this.period = period;
        convs = new ModuleList<Conv2d>(Conv2d(1, 4, (5L, 1L), stride: (3L, 1L), padding: (2L, 0L)), Conv2d(4, 8, (5L, 1L), stride: (3L, 1L), padding: (2L, 0L)));
        post = Conv2d(8, 1, (3L, 1L), padding: (1L, 0L));
        RegisterComponents();
    }

    public override (Tensor, List<Tensor>) forward(Tensor x)
    {
        var maps = new List<Tensor>();
        var (b, c, t) = (x.shape[0], x.shape[1], x.shape[2]);
        if (t % period != 0)
        {
            var n = period - (t % period);
            x = functional.pad(x, [0, n], PaddingModes.Reflect);
            t += n;
        }

        x = x.view(b, c, t / period, period);
        foreach (var l in convs)
        {
            x = functional.leaky_relu(l.forward(x), 0.1);
            maps.Add(x);
        }

        x = post.forward(x);
        maps.Add(x);
        return (x.flatten(1, -1), maps);
    }
}

/// <summary>Runs real and generated signals through all periods.</summary>
public class MultiPeriodDiscriminator : Module<Tensor, Tensor, (List<Tensor> real, List<Tensor> fake, List<List<Tensor>> features)>
{
    private readonly ModuleList<PeriodDiscriminator> discriminators = new();

    public MultiPeriodDiscriminator() : base("mpd")
    {
        foreach (var p in new[] { 2, 3 })
        {
            discriminators.Add(new PeriodDiscriminator(p));
        }

        RegisterComponents();
    }

    public override (List<Tensor> real, List<Tensor> fake, List<List<Tensor>> features) forward(Tensor y, Tensor y_hat)
    {
        List<Tensor> real = [], fake = [];
        List<List<Tensor>> features = [];
        foreach (var d in discriminators)
        {
            var (r, fr) = d.forward(y);
            var (g, _) = d.forward(y_hat);
            real.Add(r);
            fake.Add(g);
            features.Add(fr);
        }

        return (real, fake, features);
    }
}
