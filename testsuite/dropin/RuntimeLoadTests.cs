using DlAot.Runtime;

namespace DlAot.Tests.DropIn;

/// <summary>
/// An assembly whose native library cannot be used runs its original code, and the reason is told once and not on the
/// console. Each case is a process of its own.
/// </summary>
public sealed class RuntimeLoadTests
{
    private static readonly Dictionary<string, string?> _plain = new() { ["DLAOT_DISABLE"] = null, ["DLAOT_ISA"] = null };

    [Fact]
    public void AGoodLibraryIsLoadedWithTheBestLevelItHas()
    {
        using var native = Usable();
        AssertEnabled(Load(native, _plain), "x86-64-v2", "aarch64");
    }

    [Fact]
    public void ALibraryInTheRuntimesFolderIsFound()
    {
        using var native = new RuntimeNative();
        native.Compile("LibTorchSharp", RuntimeNative.Torch());
        var system = OperatingSystem.IsMacOS() ? "osx" : "linux";
        var architecture = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        native.Compile("regions", RuntimeNative.Regions(), $"runtimes/{system}-{architecture}/native");
        AssertEnabled(Load(native, _plain), "x86-64-v2", "aarch64");
    }

    [Fact]
    public void AStaleLibraryBesideDoesNotHideTheRightOne()
    {
        using var native = Usable(RuntimeNative.Regions(buildId: 1));
        var system = OperatingSystem.IsMacOS() ? "osx" : "linux";
        var architecture = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        native.Compile("regions", RuntimeNative.Regions(), $"runtimes/{system}-{architecture}/native");
        AssertEnabled(Load(native, _plain), "x86-64-v2", "aarch64");
    }

    [Fact]
    public void AMissingLibraryIsReported()
    {
        using var native = new RuntimeNative();
        AssertDisabled(Load(native, _plain), "was not found beside");
    }

    [Fact]
    public void AFileThatIsNoLibraryIsReported()
    {
        using var native = new RuntimeNative();
        File.WriteAllText(Path.Combine(native.Folder, NativeSearch.FileName("regions")), "not a library");
        AssertDisabled(Load(native, _plain), "was not found beside");
    }

    [Fact]
    public void AnotherInterfaceVersionIsReported()
    {
        using var native = Usable(RuntimeNative.Regions(abi: 2));
        AssertDisabled(Load(native, _plain), "native interface version 2, this runtime has 1");
    }

    [Fact]
    public void AnotherBuildIsReported()
    {
        using var native = Usable(RuntimeNative.Regions(buildId: 0xabc));
        AssertDisabled(Load(native, _plain), "build id 0000000000000abc");
    }

    [Fact]
    public void AnotherNumberOfRegionsIsReported()
    {
        using var native = Usable(RuntimeNative.Regions(count: 4));
        AssertDisabled(Load(native, _plain), "4 regions, the assembly expects 5");
    }

    [Fact]
    public void ALibraryOfSomethingElseIsReported()
    {
        using var native = Usable("int unrelated;");
        AssertDisabled(Load(native, _plain), "not a DlAot library");
    }

    [Fact]
    public void ALibraryForOtherCpusIsReported()
    {
        using var native = Usable(RuntimeNative.Regions(levels: "riscv64"));
        AssertDisabled(Load(native, _plain), "no code for");
    }

    [Fact]
    public void AMissingLibTorchSharpIsReported()
    {
        using var native = new RuntimeNative();
        native.Compile("regions", RuntimeNative.Regions());
        AssertDisabled(Load(native, _plain), "LibTorchSharp");
    }

    [Fact]
    public void ALibTorchSharpWithoutANeededExportIsReported()
    {
        using var native = Usable();
        native.Compile("LibTorchSharp", RuntimeNative.Torch(without: ["THSTensor_data", "THSTensor_type"]));
        AssertDisabled(Load(native, _plain), "does not export THSTensor_type, THSTensor_data");
    }

    [Fact]
    public void ALibTorchSharpWithoutAnOptionalExportWillDo()
    {
        using var native = Usable();
        native.Compile("LibTorchSharp", RuntimeNative.Torch(without: ["THSTensor_is_neg", "THSTensor_is_conj"]));
        AssertEnabled(Load(native, _plain), "x86-64-v2", "aarch64");
    }

    [Fact]
    public void TheEnvironmentSwitchIsReported()
    {
        using var native = Usable();
        AssertDisabled(Load(native, new Dictionary<string, string?>(_plain) { ["DLAOT_DISABLE"] = "1" }), "DLAOT_DISABLE=1");
    }

    [Fact]
    public void TheEnvironmentSwitchAtZeroIsOff()
    {
        using var native = Usable();
        AssertEnabled(Load(native, new Dictionary<string, string?>(_plain) { ["DLAOT_DISABLE"] = "0" }), "x86-64-v2", "aarch64");
    }

    [Fact]
    public void TheAppContextSwitchIsReported()
    {
        using var native = Usable();
        AssertDisabled(Load(native, _plain, "DlAot.Disable"), "AppContext switch DlAot.Disable");
    }

    [Fact]
    public void AnUnknownIsaIsReported()
    {
        using var native = Usable();
        AssertDisabled(Load(native, new Dictionary<string, string?>(_plain) { ["DLAOT_ISA"] = "x87" }), "DLAOT_ISA names 'x87'");
    }

    [Fact]
    public void ALoweredIsaIsUsed()
    {
        using var native = Usable(RuntimeNative.Regions(levels: ["x86_64_v2", "x86_64_v3", "x86_64_v4", "aarch64"]));
        var best = InstructionSet.Usable(null, out _)[0].Name;
        var lowest = InstructionSet.Usable(null, out _)[^1].Name;
        AssertEnabled(Load(native, _plain), best);
        AssertEnabled(Load(native, new Dictionary<string, string?>(_plain) { ["DLAOT_ISA"] = lowest }), lowest);
    }

    [Fact]
    public void ALoweredIsaThatTheLibraryLacksIsReported()
    {
        using var native = Usable(RuntimeNative.Regions(levels: ["x86_64_v3"]));
        var lowest = InstructionSet.Usable(null, out _)[^1].Name;
        AssertDisabled(Load(native, new Dictionary<string, string?>(_plain) { ["DLAOT_ISA"] = lowest }), $"no code for {lowest}");
    }

    [Theory]
    [InlineData("watching")]
    [InlineData("asleep")]
    [InlineData("working")]
    public void AProcessEndsWhateverItsWorkersDo(string how) => Assert.Equal("leaving 1", RuntimeProbe.Run(_plain, "exit", how));

    private static RuntimeNative Usable(string? regions = null)
    {
        var native = new RuntimeNative();
        native.Compile("LibTorchSharp", RuntimeNative.Torch());
        native.Compile("regions", regions ?? RuntimeNative.Regions());
        return native;
    }

    private static string[] Load(RuntimeNative native, IReadOnlyDictionary<string, string?> environment, params string[] switches) =>
        RuntimeProbe.Run(environment, ["load", native.Anchor.Assembly.Location, .. switches]).Split('|');

    // Answers: enabled, has region 0, then the events. All of standard output is this one line.
    private static void AssertDisabled(string[] answer, string reason)
    {
        Assert.Equal(["False", "False"], answer[..2]);
        var told = Assert.Single(answer[2..]);
        Assert.StartsWith("LibraryDisabled: regions, ", told);
        Assert.Contains(reason, told);
        Assert.DoesNotContain('\n', told);
    }

    private static void AssertEnabled(string[] answer, params string[] levels)
    {
        Assert.Equal(["True", "True"], answer[..2]);
        var told = Assert.Single(answer[2..]);
        Assert.StartsWith("LibraryLoaded: regions, ", told);
        Assert.Contains(levels, level => told.EndsWith($", {level}, {RuntimeNative.RegionCount}", StringComparison.Ordinal));
    }
}
