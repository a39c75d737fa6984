namespace DlAot.Tests.Lifting;

/// <summary>Snippets for <see cref="EagerTests"/>; no inputs written means <c>x: f32[2,3]</c>.</summary>
internal static partial class EagerCases
{
    private const string Special = "x: f32[13] in special";
    private const string Two = "x: f32[2,3]; y: f32[2,3]";
    private const string Ints = "x: i64[2,3]; y: i64[3] in 1..4";

    private static (string Body, string Inputs)[] Each(string inputs, params string[] bodies) => [.. bodies.Select(b => (b, inputs))];
}
