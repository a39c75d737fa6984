namespace DlAot.Tests.Package;

/// <summary>A user's folder: a model library that refers to DlAot.Build, and an application that takes it as a package.</summary>
internal sealed class ModelSolution : IDisposable
{
    private const string ModelSource = """
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        namespace Acme.Models;

        public sealed record ScorerOptions(int Inputs, int Width, int Classes);

        public sealed class Scorer : Module<Tensor, Tensor>
        {
            private readonly Linear embed, classify;

            public Scorer(ScorerOptions options) : base("scorer")
            {
                embed = Linear(options.Inputs, options.Width);
                classify = Linear(options.Width, options.Classes);
                RegisterComponents();
            }

            public override Tensor forward(Tensor input)
            {
                var hidden = functional.relu(embed.call(input)) * 0.5 + 1;
                return functional.softmax(classify.call(hidden), 1);
            }
        }
        """;

    // The model is made by a call of another assembly, and its forward is called through the base class: as users do.
    private const string ApplicationSource = """
        using System.Globalization;
        using Acme.Models;
        using DlAot.Runtime;
        using TorchSharp;

        torch.manual_seed(3);
        using var model = new Scorer(new ScorerOptions(6, 32, 5));
        model.eval();
        using var gradients = torch.no_grad();
        using var output = model.call(torch.randn(7, 6));
        var numbers = string.Join(' ', output.data<float>().ToArray().Select(number => number.ToString("R", CultureInfo.InvariantCulture)));
        Console.WriteLine($"{Fallback.CompiledCalls}|{Fallback.OriginalCalls}|{numbers}");
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dlaot-user-");
    private readonly PackageFeed _feed;

    public ModelSolution(PackageFeed feed)
    {
        _feed = feed;
        var own = Directory.CreateDirectory(Path.Combine(Folder, "feed")).FullName;
        Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="product" value="{feed.Folder}" /><add key="own" value="{own}" /></packageSources></configuration>
            """);
        Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="TorchSharp" HintPath="{Beside("TorchSharp.dll")}" />
              </ItemGroup>
            </Project>
            """);
        Write("model/Acme.Models.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <PackageReference Include="DlAot.Build" Version="*" />
              </ItemGroup>
            </Project>
            """);
        Write("model/Scorer.cs", ModelSource);
        Write("app/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <UseAppHost>false</UseAppHost>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Acme.Models" Version="1.0.0" />
                <None Include="{Beside("libLibTorchSharp.so")}" CopyToOutputDirectory="PreserveNewest" />
              </ItemGroup>
            </Project>
            """);
        Write("app/Program.cs", ApplicationSource);
    }

    public string Folder => _folder.FullName;

    public string Locate(string relative) => Path.Combine(Folder, relative);

    public void Write(string relative, string text)
    {
        var file = Locate(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Runs dotnet in one of the two folders and returns its output.</summary>
    public string Dotnet(string project, params string[] arguments) => Package.Dotnet.Run(Locate(project), _feed.Environment, arguments);

    /// <summary>The same for what may fail.</summary>
    public (int ExitCode, string Output) Try(string project, params string[] arguments) => Package.Dotnet.Try(Locate(project), _feed.Environment, arguments);

    /// <summary>Runs the built application with a setting and returns its line.</summary>
    public string RunApplication(string variable = "DLAOT_DISABLE", string value = "") =>
        Package.Dotnet.Run(Locate("app"), new Dictionary<string, string> { [variable] = value }, "exec", "bin/Release/net10.0/App.dll").Trim();

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);
}
