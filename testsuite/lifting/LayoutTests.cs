using static DlAot.Tests.Lifting.Snippet;

namespace DlAot.Tests.Lifting;

/// <summary>Where <c>view</c> is lifted: known strides allow it, or the library chooses them and eager code relies on its choice.</summary>
public class LayoutTests
{
    public static TheoryData<string, string> Allowed => new()
    {
        { "attention returns what lies as [N,L,H,E]", "var q = x.view(2, 4, 2, 8).transpose(1, 2); return functional.scaled_dot_product_attention(q, q, q).transpose(1, 2).view(2, -1, 16);" },
        { "softmax returns a contiguous tensor", "return x.transpose(1, 2).softmax(1).view(-1);" },
        { "a reduction returns a contiguous tensor", "return x.unsqueeze(1).transpose(1, 3).sum(1).view(-1);" },
        { "operands in one order", "var t = x.transpose(1, 2); return (t * 2 + t.sin()).transpose(1, 2).view(-1);" },
        { "the first operand that tells decides", "var t = x.transpose(1, 2); return (t + t.contiguous()).transpose(1, 2).view(-1);" },
        { "a stretched operand does not tell", "return (x.transpose(1, 2) + x[0, 0, ..4]).transpose(1, 2).view(-1);" },
        { "an activation keeps the order", "return functional.gelu(x.transpose(1, 2)).transpose(1, 2).view(-1);" },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void AViewIsLifted(string form, string forward)
    {
        Assert.NotEmpty(form);
        Assert.True(Lift(Net(forward), options: With("x: f32[2,4,16]")).IsWhole);
    }

    public static TheoryData<string> Refused =>
    [
        "return x.transpose(1, 2).view(-1) + 1;",
        "var t = x.transpose(1, 2); return (t * 2).view(-1);",
        "var t = x.transpose(1, 2); return (t + t.contiguous()).view(-1);",
        "return functional.gelu(x.transpose(1, 2)).view(-1);",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public void AViewThatThrowsIsNot(string forward) => Assert.Equal("DLAOT2021", Assert.Single(Lift(Net(forward), options: With("x: f32[2,4,16]")).Diagnostics).Rule.Code);

    [Fact]
    public void NothingIsWrittenThroughAViewThatMayBeACopy() => Assert.Equal(
        "DLAOT2015", Assert.Single(Lift(Net("var q = x.view(2, 4, 2, 8).transpose(1, 2); var a = functional.scaled_dot_product_attention(q, q, q).transpose(1, 2); var v = a.view(2, -1, 16); v.add_(1); return a;"), options: With("x: f32[2,4,16]")).Diagnostics).Rule.Code);

    private static DlAot.Compiler.Lifting.LiftOptions With(string signature) => new(1, System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("Net.forward", signature));
}
