using static TorchSharp.torch;

namespace DlAot.Tests.Coverage;

internal static class ControlRows
{
    public static CorpusRow[] Rows { get; } =
    [
        new("Control.ActorCriticNet", "straight gives", c => c.New("Control.ActorCriticNet", 6, 3), _ => [randn(2, 6)], _ => [randn(1, 6)]),
        new("Control.DuelingNetwork", "straight operators", c => c.New("Control.DuelingNetwork", 6L, 3L), _ => [randn(2, 6)], _ => [randn(1, 6)]),
        new("Control.SquashedGaussianPolicy", "modules null optional gives operators", c => c.Call("Control.SquashedGaussianPolicy", "Default", 6, 2), _ => [randn(2, 6), null], _ => [randn(3, 6), null], _ => [randn(2, 6), randn(2, 2)]),
        new("Control.NoisyLinear", "mode operators random", c => c.New("Control.NoisyLinear", 5, 4), _ => [randn(2, 5)], _ => [randn(1, 5)]),
        new("Control.ValueMixer", "straight scope operators", c => c.New("Control.ValueMixer", 3, 6), _ => [randn(2, 4, 3), randn(2, 4, 6)], _ => [randn(1, 5, 3), randn(1, 5, 6)]),
        new("Control.DictionaryEncoder", "loop takes dictionary throw", c => c.New("Control.DictionaryEncoder"),
            _ => [new Dictionary<string, Tensor> { ["position"] = randn(2, 3), ["velocity"] = randn(2, 2) }], _ => [new Dictionary<string, Tensor> { ["position"] = randn(2, 3) }]),
        new("Control.RecurrentPolicy", "null field operators", c => c.New("Control.RecurrentPolicy", 5, 6, 3), _ => [randn(2, 5)], _ => [randn(2, 5)], _ => [randn(2, 5)]),
        new("Control.EpsilonGreedy", "mode scalar random", c => c.New("Control.EpsilonGreedy", 5, 3), _ => [randn(4, 5)], _ => [randn(2, 5)]),
    ];
}
