using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reading;
using DlAot.Ir.Reference;

namespace DlAot.Tests.Lifting;

/// <summary>Operations of the library, one snippet each: what is lifted computes what eager code computes.</summary>
public class EagerTests
{
    private static readonly (string Body, string Inputs)[] s_cases =
        [.. EagerCases.Pointwise, .. EagerCases.InPlace, .. EagerCases.Shapes, .. EagerCases.Reductions, .. EagerCases.Factories, .. EagerCases.Indexers, .. EagerCases.Layers, .. EagerCases.Losses];

    private static readonly Lazy<(System.Reflection.Assembly Assembly, AssemblyReader Reader)> s_compiled = new(() => (EagerSnippets.Compile(s_cases, "EagerCases", out string path), AssemblyReader.Open(path, [AppContext.BaseDirectory])));

    private static readonly Lazy<AssemblyReader> s_refused = new(() =>
    {
        EagerSnippets.Compile([.. EagerCases.Refused.Select(r => (r.Body, r.Inputs))], "EagerRefusals", out string path);
        return AssemblyReader.Open(path, [AppContext.BaseDirectory]);
    });

    public static TheoryData<int, string> Cases => Numbered(s_cases.Select(c => $"{c.Body} {c.Inputs}"));

    public static TheoryData<int, string> Refusals => Numbered(EagerCases.Refused.Select(c => $"{c.Body} {c.Inputs}"));

    [Theory]
    [MemberData(nameof(Cases))]
    public void LiftsToWhatEagerComputes(int number, string snippet)
    {
        Assert.NotEmpty(snippet);
        string inputs = s_cases[number].Inputs;
        LiftedMethod lifted;
        lock (s_compiled)
        {
            lifted = EagerSnippets.Lift(s_compiled.Value.Reader, number, inputs);
        }

        Assert.True(lifted.IsWhole, string.Join(Environment.NewLine, lifted.Diagnostics));
        EagerSnippets.Compare(s_compiled.Value.Assembly, number, lifted.Versions[0], inputs);
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void RefusesWhatItCannotKnow(int number, string snippet)
    {
        Assert.NotEmpty(snippet);
        lock (s_refused)
        {
            LiftedMethod lifted = EagerSnippets.Lift(s_refused.Value, number, EagerCases.Refused[number].Inputs);
            Assert.Equal(EagerCases.Refused[number].Code, Assert.Single(lifted.Diagnostics).Rule.Code);
        }
    }

    [Fact]
    public void ADifferenceIsSeen()
    {
        var (assembly, reader) = (EagerSnippets.Compile([("x.exp()", "")], "EagerDifference", out string path), AssemblyReader.Open(path, [AppContext.BaseDirectory]));
        using (reader)
        {
            LiftedVersion version = EagerSnippets.Lift(reader, 0, "").Versions[0];
            Ir.Graph wrong = Ir.Text.GraphText.Parse(Ir.Text.GraphText.Print(version.Graph).Replace("exp", "sin", StringComparison.Ordinal));
            Assert.ThrowsAny<Exception>(() => EagerSnippets.Compare(assembly, 0, version with { Graph = wrong }, ""));
        }
    }

    private static TheoryData<int, string> Numbered(IEnumerable<string> snippets)
    {
        TheoryData<int, string> data = [];
        int number = 0;
        foreach (string snippet in snippets)
        {
            data.Add(number++, snippet);
        }

        return data;
    }
}
