using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class SpeechRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Speech.VocoderResBlock", "modules null optional operators linq", c => c.New("Speech.VocoderResBlock", 6), _ => [randn(1, 6, 20), null], _ => [randn(2, 6, 15), null], _ => [randn(1, 6, 8), ones(1, 1, 8)]),
        new("Speech.VocoderGenerator", "modules loop null scope operators", c => c.New("Speech.VocoderGenerator", c.New("Speech.VocoderConfig")), _ => [randn(1, 20, 6)], _ => [randn(2, 20, 4)]),
        new("Speech.PeriodDiscriminator", "shape modules gives", c => c.New("Speech.PeriodDiscriminator", 3), _ => [randn(1, 1, 60)], _ => [randn(1, 1, 64)]),
        new("Speech.MultiPeriodDiscriminator", "modules shape gives", c => c.New("Speech.MultiPeriodDiscriminator"), _ => [randn(1, 1, 60), randn(1, 1, 60)], _ => [randn(2, 1, 66), randn(2, 1, 66)]),
        new("Speech.GatedConvStack", "loop null scalar optional scope operators indexer dropout", c => c.New("Speech.GatedConvStack"),
            _ => [randn(1, 16, 9), ones(1, 1, 9), null], _ => [randn(2, 16, 7), ones(2, 1, 7), null]),
        new("Speech.CouplingLayer", "config null optional gives operators", c => c.Call("Speech.CouplingLayer", "Small"), _ => [randn(1, 8, 6), ones(1, 1, 6), false], _ => [randn(1, 8, 6), ones(1, 1, 6), true]),
        new("Speech.DurationPredictor", "null operators", c => c.New("Speech.DurationPredictor", 8, 6), _ => [randn(1, 8, 5), ones(1, 1, 5), null], _ => [randn(2, 8, 7), ones(2, 1, 7), null]),
        new("Speech.LengthRegulator", "data loop host gives indexer", c => c.New("Speech.LengthRegulator"), _ => [randn(2, 3, 4), randint(1, 4, [2, 3], int64)], _ => [randn(1, 2, 4), randint(0, 3, [1, 2], int64)]) { IsDataDependent = true },
        new("Speech.PhonemeEncoder", "modules null gives operators cast device", c => c.New("Speech.PhonemeEncoder", 20, 8), _ => [randint(0, 20, [2, 6], int64), tensor([6L, 4L])], _ => [randint(0, 20, [1, 9], int64), tensor([9L])]),
        new("Speech.FrameSubsampling", "config throw", c => c.New("Speech.FrameSubsampling", 16, 6), _ => [randn(1, 12, 16)], _ => [randn(2, 20, 16)]),
        new("Speech.ConformerConvolution", "straight operators indexer dropout", c => c.New("Speech.ConformerConvolution", 8), _ => [randn(1, 9, 8)], _ => [randn(2, 5, 8)]),
        new("Speech.AcousticModel", "straight", c => c.New("Speech.AcousticModel", 8, 6, 5), _ => [randn(1, 7, 8)], _ => [randn(2, 4, 8)]),
        new("Speech.AttentiveStatisticsPooling", "straight operators", c => c.New("Speech.AttentiveStatisticsPooling", 6), _ => [randn(1, 6, 9)], _ => [randn(2, 6, 5)]),
        new("Speech.MelFilter", "config operators", c => c.New("Speech.MelFilter", 12, 5), _ => [rand(1, 12, 7)], _ => [rand(2, 12, 4)]),
    ];
}
