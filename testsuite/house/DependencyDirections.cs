using Mono.Cecil;

namespace DlAot.Tests.House;

/// <summary>Data goes one way through the house: who may know whom, checked in the built assemblies.</summary>
public class DependencyDirections
{
    /// <summary>Each assembly of the product and the ones of ours that it may refer to.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["DlAot.Ir"] = [],
        ["DlAot.Passes"] = ["DlAot.Ir"],
        ["DlAot.CodeGen.Llvm"] = ["DlAot.Ir", "DlAot.Passes"],
        ["DlAot.CodeGen.Cpu"] = ["DlAot.Ir", "DlAot.Passes", "DlAot.CodeGen.Llvm"],
        ["DlAot.CodeGen.Cuda"] = ["DlAot.Ir", "DlAot.Passes", "DlAot.CodeGen.Llvm"],
        ["DlAot.Diagnostics"] = [],
        ["DlAot.Analyzers"] = ["DlAot.Diagnostics"],
        ["DlAot.CodeFixes"] = ["DlAot.Diagnostics"],
        ["DlAot.Compiler"] = ["DlAot.Diagnostics", "DlAot.Ir", "DlAot.Passes", "DlAot.CodeGen.Llvm", "DlAot.CodeGen.Cpu", "DlAot.CodeGen.Cuda"],
        ["dlaot"] = ["DlAot.Compiler", "DlAot.Diagnostics", "DlAot.Ir", "DlAot.Passes", "DlAot.CodeGen.Llvm", "DlAot.CodeGen.Cpu", "DlAot.CodeGen.Cuda"],
        ["DlAot.Recorder"] = [],
        ["DlAot.Runtime"] = [],
        ["DlAot.Annotations"] = [],
    };

    public static TheoryData<string> Product => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(Product))]
    public void Uses_only_what_stands_above_it(string assembly)
    {
        var ours = References(assembly).Where(MayUse.ContainsKey);
        Assert.Equal([], ours.Except(MayUse[assembly]));
    }

    [Theory]
    [MemberData(nameof(Product))]
    public void Does_not_refer_to_TorchSharp(string assembly) => Assert.DoesNotContain("TorchSharp", References(assembly));

    [Theory]
    [MemberData(nameof(Product))]
    public void Only_the_front_end_knows_IL(string assembly)
    {
        if (assembly == "DlAot.Compiler")
            return;
        Assert.DoesNotContain(References(assembly), name => name.StartsWith("Mono.Cecil", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Product))]
    public void Only_the_code_generators_know_LLVM(string assembly)
    {
        using var module = Read(assembly);
        var native = module.ModuleReferences.Where(reference => reference.Name.Contains("LLVM", StringComparison.OrdinalIgnoreCase));
        if (assembly == "DlAot.CodeGen.Llvm")
            Assert.NotEmpty(native); // or this test would be blind
        else
            Assert.Empty(native);
    }

    [Fact]
    public void Every_project_of_the_product_has_a_row()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "DlAot.sln"));
        string[] rooms = ["ir", "passes", "codegen-llvm", "codegen-cpu", "codegen-cuda", "compiler", "runtime"];
        var projects = rooms
            .SelectMany(room => Directory.EnumerateFiles(Path.Combine(Repository.Root, room), "*.csproj", SearchOption.AllDirectories))
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => name != "DlAot.Build") // has no assembly, only MSBuild files
            .Order()
            .ToArray();
        Assert.All(projects, name => Assert.Contains($"\\{name}.csproj\"", solution, StringComparison.Ordinal));
        Assert.Equal(MayUse.Keys.Order(), projects);
    }

    private static IEnumerable<string> References(string assembly)
    {
        using var module = Read(assembly);
        return [.. module.AssemblyReferences.Select(reference => reference.Name)];
    }

    private static ModuleDefinition Read(string assembly) =>
        ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
}
