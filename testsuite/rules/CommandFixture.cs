using DlAot.Tests.Profiles;

namespace DlAot.Tests.RuleFixtures;

/// <summary>A command line that raises a code, and one that does not, for codes that no source file of its own can show.</summary>
/// <param name="Where">What else the failing command needs, for the page of the code: <c>Model.dll is a text file</c>; empty where the command says it all.</param>
/// <param name="Failing">Run in the folder of an application: Model.dll, App.dll, TorchSharp.dll.</param>
/// <param name="Fixed">The same for a folder as it is, or as <paramref name="Mend"/> leaves it.</param>
internal sealed record CommandFixture(DiagnosticRule Rule, string Where, string Failing, string Fixed, Action<ProfiledApplication>? Prepare = null, Action<ProfiledApplication>? Mend = null)
{
    public const string Model = "public class Net : Module<Tensor, Tensor> { readonly Linear l = Linear(4, 2); public Net() : base(\"n\") { RegisterComponents(); } public override Tensor forward(Tensor x) => l.call(x).relu(); }";

    /// <summary>Exit code, and all that is printed.</summary>
    public (int Code, string Error) Fail() => Run(Failing, Prepare);

    public (int Code, string Error) Succeed() => Run(Fixed, Mend);

    private static (int Code, string Error) Run(string command, Action<ProfiledApplication>? prepare)
    {
        using var application = new ProfiledApplication(Model, "using var net = new Net(); net.call(rand(2, 4)).Dispose(); if (args.Length > 0) throw new ArgumentException();");
        prepare?.Invoke(application);
        string[] words = command.Split(' ');
        (int code, string output, string error) = words[0] == "dotnet" ? application.Start(words[0], words[1..]) : application.DlAot(words[1..]);
        return (code, output + error);
    }
}
