namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    public static (string Body, string Inputs, string Code)[] Refused { get; } =
    [
        ("torch.rand(2, 3) + x", "", "DLAOT2018"),

        // What TorchSharp 0.107 does otherwise than libtorch, or not at all.
        ("functional.hardtanh(x)", "", "DLAOT2001"), ("x.hardtanh(-1, 1)", "", "DLAOT2001"), ("x.diff(2)", "", "DLAOT2001"), ("x.unflatten(-1, -1, 1)", "", "DLAOT2001"),
        ("var y = x + 1; var z = y.transpose(0, 1).reshape(-1); z.add_(1); return y;", "", "DLAOT2015"),
        ("var y = x + 1; var z = y.transpose(0, 1).contiguous(); y.add_(1); return z;", "", "DLAOT2015"), ("x.t().reshape(-1).add_(1)", "", "DLAOT2015"), ("var y = x.unsqueeze(0).exp().expand(4, 2, 3); y.add_(1); return y;", "", "DLAOT2015"),
    ];
}
