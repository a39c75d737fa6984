using System.Collections.Immutable;
using System.Reflection.PortableExecutable;
using DlAot.Tests.House;
using DlAot.Tests.Lifting;
using DlAot.Tests.Profiles;
using Mono.Cecil;

namespace DlAot.Tests.RuleFixtures;

/// <summary>The command lines that show a code: one row each.</summary>
internal static class CommandFixtures
{
    private const string Explain = "dlaot explain Model.dll", Compile = "dlaot compile Model.dll -q -o out", Pack = "dotnet msbuild Model.csproj -t:DlAotPackNative -nologo";

    private const string Sized = "public static class Net { public static (Tensor, nint) Run(Tensor x) => (x.exp() + 1, (nint)x.shape[0]); public static Tensor More(Tensor x) => x.exp() + 1; }";

    private const string Sleeps = "public static class Net { public static Tensor Run(Tensor x) { System.Threading.Thread.Sleep(1); return x.exp() + 1; } }";

    public static ImmutableArray<CommandFixture> Rows { get; } =
    [
        new(Rules.NotFound, "", "dlaot explain Modle.dll", Explain),
        new(Rules.NotAnAssembly, "Model.dll is a text file", Explain, Explain, a => a.Write("Model.dll", "hello")),
        new(Rules.MixedMode, "Model.dll holds native code too", Explain, Explain, a => MarkNative(a.Model)),
        new(Rules.Truncated, "the metadata of Model.dll are damaged", Explain, Explain, a => Damage(a.Model)),
        new(Rules.MissingReference, "TorchSharp.dll lies elsewhere", Explain, Explain, a => File.Delete(a.At("TorchSharp.dll"))),
        new(Rules.AlreadyCompiled, "Model.dll is a drop-in", Explain, Explain, a => Replace(a, "out/Model.dll", Compile)),
        new(Rules.OutputNotWritable, "taken is a file", "dlaot compile Model.dll -q -o taken/out", Compile, a => a.Write("taken", "")),
        new(Rules.OutputIsInput, "", "dlaot compile Model.dll -q -o .", Compile),
        new(Rules.NoCandidates, "Model.dll has an empty class only", Compile, Compile, Empty),
        new(Rules.LlvmMissing, "DLAOT_LLVM names no library", Compile, Compile, a => a.Variables["DLAOT_LLVM"] = "nowhere.so"),
        new(Rules.LinkerMissing, "DLAOT_LINKER names no program", Compile, Compile, a => a.Variables["DLAOT_LINKER"] = "no-linker"),
        new(Rules.LinkFailed, "DLAOT_LINKER names a program that fails", Compile, Compile, FailingLinker),
        new(Rules.KeyUnusable, "my.snk is a text file", "dlaot compile Model.dll -q -o out --key-file my.snk", Compile, a => a.Write("my.snk", "hello")),
        new(Rules.UnknownMethod, "", "dlaot dump Model.dll -m Net.encode", "dlaot dump Model.dll -m Net.forward"),
        new(Rules.VerificationFailed, "out/Model.dll computes something else", "dlaot verify Model.dll out/Model.dll", "dlaot verify Model.dll out/Model.dll", a => Another(a, "relu", "sigmoid"), a => Another(a, "relu", "relu")),
        new(Rules.BadSignature, "", "dlaot explain Model.dll --signature Net.forward=x:f32[4", "dlaot explain Model.dll --signature Net.forward=x:f32[N,4]"),
        new(Rules.UnknownPass, "", "dlaot dump Model.dll -m Net.forward --after luck", "dlaot dump Model.dll -m Net.forward --after lift"),
        new(Rules.Usage, "", "dlaot frobnicate", Explain),
        new(Rules.CopiedUnchanged, "Model.dll has an empty class only", Compile + " --allow-empty", Compile + " --allow-empty", Empty),
        new(Rules.RuntimeMissing, "DlAot.Runtime.dll does not lie beside the tool", "dotnet tool/dlaot.dll compile Model.dll -q -o out", Compile, CopyTool),
        new(Rules.UnknownPlatform, "", "dlaot explain Model.dll --rid amiga-68k", "dlaot explain Model.dll --rid linux-x64"),
        new(Rules.BadConfiguration, "dlaot.json holds an unknown field", Explain, Explain, a => a.Write("dlaot.json", """{ "colour": "red" }"""), a => a.Write("dlaot.json", """{ "maxVersions": 4 }""")),
        new(Rules.BadProfile, "run.dlprofile is a text file", "dlaot explain Model.dll --profile run.dlprofile", "dlaot explain Model.dll --profile run.dlprofile", a => a.Write("run.dlprofile", "hello"), a => a.Write("run.dlprofile", Profile("Net"))),
        new(Rules.ProfileIgnored, "run.dlprofile tells of a class that is gone", "dlaot analyze Model.dll --profile run.dlprofile", "dlaot analyze Model.dll --profile run.dlprofile", a => a.Write("run.dlprofile", Profile("Net", "\"width\": 4")), a => a.Write("run.dlprofile", Profile("Net"))),
        new(Rules.NothingRecorded, "", "dlaot profile Model.dll -- dotnet --version", "dlaot profile Model.dll -- dotnet App.dll"),
        new(Rules.CommandNotStarted, "", "dlaot profile Model.dll -- no-such-program", "dlaot profile Model.dll -- dotnet App.dll"),
        new(Rules.CommandFailed, "App.dll ends with an exception", "dlaot profile Model.dll -- dotnet App.dll fail", "dlaot profile Model.dll -- dotnet App.dll"),
        new(Rules.BadBaseline, "", "dlaot analyze Model.dll --check --baseline nowhere.json", "dlaot analyze Model.dll --update-baseline --baseline new.json"),
        new(Rules.NoLongerCompiled, "the baseline is of a Model.dll without [Eager]", "dlaot analyze Model.dll --check", "dlaot analyze Model.dll --check", a => Regress(a, "[DlAot.Eager] public override"), a => Regress(a, "public override")),
        new(Rules.BadRates, "rates.json is a text file", "dlaot analyze Model.dll --cost-rates rates.json", "dlaot analyze Model.dll", a => a.Write("rates.json", "hello")),
        new(Rules.MissingMember, "the TorchSharp that it is compiled against has no reshape", Compile, Compile, a => Edit(a, "TorchSharp", m => Remove(m, "TorchSharp.torch/Tensor", "get_Handle"))),
        new(Rules.InternalError, "DlAot has a bug", $"{DefectiveTool.WithOutput} explain Model.dll", Explain),
        new(Rules.StubNotWritten, "Net.Run gives a size as nint", Compile, Compile, a => Compiled(a, Sized)),
        new(Rules.InternalLifting, "DlAot has a bug", $"{DefectiveTool.WithModel} analyze Model.dll", "dlaot analyze Model.dll", a => Compiled(a, Sleeps)),
        new(Rules.PackageCannotRun, "Model.csproj refers to DlAot.Build with PrivateAssets=\"all\", and not to DlAot.Runtime", Pack, Pack, a => Project(a, "all"), a => Project(a, "none")),
    ];

    private static void Compiled(ProfiledApplication a, string source) => Snippet.Compile(source, "Model", folder: a.Folder);

    private static void Empty(ProfiledApplication a) => Compiled(a, "public class Empty { }");

    // What the targets of the package see after a build that made native code.
    private static void Project(ProfiledApplication a, string assets) => a.Write("Model.csproj", $"""
        <Project>
          <Import Project="{Path.Combine(Repository.Root, "compiler", "DlAot.Build", "build", "DlAot.Build.targets")}" />
          <ItemGroup>
            <PackageReference Include="DlAot.Build" PrivateAssets="{assets}" />
            <_DlAotNative Include="libModel.dlaot.so" Rid="linux-x64" />
          </ItemGroup>
        </Project>
        """);

    private static void Replace(ProfiledApplication a, string by, string command)
    {
        Assert.Equal(0, a.DlAot(command.Split(' ')[1..]).Code);
        File.Copy(a.At(by), a.Model, overwrite: true);
    }

    // Another build of it in out/, with one word changed.
    private static void Another(ProfiledApplication a, string word, string by) => Snippet.Compile(CommandFixture.Model.Replace(word, by, StringComparison.Ordinal), "Model", folder: Directory.CreateDirectory(a.At("out")).FullName);

    private static void Regress(ProfiledApplication a, string to)
    {
        Assert.Equal(0, a.DlAot("analyze", "Model.dll", "--update-baseline").Code);
        Compiled(a, CommandFixture.Model.Replace("public override", to, StringComparison.Ordinal));
    }

    private static string Profile(string type, string arguments = "") =>
        $$$"""{ "dlprofile": 1, "instances": [{ "type": "{{{type}}}", "made": 1, "called": 1, "args": { {{{arguments}}} } }], "calls": [], "branches": [] }""";

    private static void Edit(ProfiledApplication a, string assembly, Action<ModuleDefinition> edit)
    {
        string file = a.At(assembly + ".dll");
        using ModuleDefinition module = ModuleDefinition.ReadModule(new MemoryStream(File.ReadAllBytes(file)));
        edit(module);
        File.Delete(file); // a link perhaps
        module.Write(file);
    }

    private static void Remove(ModuleDefinition module, string type, string method)
    {
        TypeDefinition found = module.GetType(type);
        found.Properties.Remove(found.Properties.First(p => p.GetMethod?.Name == method));
        foreach (MethodDefinition m in found.Methods.Where(m => m.Name == method).ToArray())
        {
            m.Name = "removed";
        }
    }

    private static void FailingLinker(ProfiledApplication a)
    {
        File.CreateSymbolicLink(a.At("ld.lld"), "/bin/false");
        a.Variables["DLAOT_LINKER"] = a.At("ld.lld");
    }

    // Flags of the CLI header.
    private static void MarkNative(string file)
    {
        byte[] content = File.ReadAllBytes(file);
        using var reader = new PEReader(new MemoryStream(content));
        content[reader.PEHeaders.CorHeaderStartOffset + 16] &= unchecked((byte)~CorFlags.ILOnly);
        File.WriteAllBytes(file, content);
    }

    // The row counts of its tables say more than is there.
    private static void Damage(string file)
    {
        byte[] content = File.ReadAllBytes(file);
        int tables = content.AsSpan().IndexOf("#~\0\0"u8), root = content.AsSpan().IndexOf("BSJB"u8);
        int at = root + BitConverter.ToInt32(content, tables - 8) + 24;
        content.AsSpan(at, 16).Fill(0x7f);
        File.WriteAllBytes(file, content);
    }

    private static void CopyTool(ProfiledApplication a)
    {
        string tool = Directory.CreateDirectory(a.At("tool")).FullName;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(f => Path.GetExtension(f) is ".dll" or ".json" && Path.GetFileName(f) != "DlAot.Runtime.dll"))
        {
            File.Copy(file, Path.Combine(tool, Path.GetFileName(file)));
        }
    }
}
