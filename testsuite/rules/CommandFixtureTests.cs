namespace DlAot.Tests.RuleFixtures;

/// <summary>The codes that a command line shows.</summary>
public sealed class CommandFixtureTests
{
    public static TheoryData<string> Codes => [.. CommandFixtures.Rows.Select(r => r.Rule.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_failing_command_tells_it_and_the_fixed_one_does_not(string code)
    {
        CommandFixture fixture = CommandFixtures.Rows.Single(r => r.Rule.Code == code);
        (int failed, string told) = fixture.Fail();
        Assert.Contains($"{fixture.Rule.Severity.ToString().ToLowerInvariant()} {code}: ", told);
        Assert.True(fixture.Rule.Severity != Severity.Error || failed != 0);
        (int succeeded, string rest) = fixture.Succeed();
        Assert.DoesNotContain(code, rest);
        Assert.True(succeeded == 0, rest);
    }
}
