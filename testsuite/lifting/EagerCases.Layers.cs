namespace DlAot.Tests.Lifting;

internal static partial class EagerCases
{
    public static (string Body, string Inputs)[] Layers { get; } =
    [

    ];
}
