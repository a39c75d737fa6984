using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Passes;

namespace DlAot.Compiler.Driver;

/// <summary>What a compilation is asked for. Each property is one option of the command line and of the MSBuild task.</summary>
public sealed record CompileOptions
{
    /// <summary>The assembly to read.</summary>
    public required string Input { get; init; }

    /// <summary>Folders or files with what it references.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>Runtime identifier that native code is made for, e.g. <c>linux-x64</c>.</summary>
    public string Rid { get; init; } = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier is var rid && rid.StartsWith("linux", StringComparison.Ordinal) ? "linux-x64" : rid;

    /// <summary>What holds for methods of which no attribute says otherwise.</summary>
    public MethodSettings Settings { get; init; } = MethodSettings.None;

    /// <summary>Who computes matrix products.</summary>
    public MatMulChoice MatMul { get; init; } = MatMulChoice.Kernel;

    /// <summary>Whether what would not gain stays eager; null means what dlaot.json says, else <see cref="DefaultBenefit"/>.</summary>
    public BenefitChoice? Benefit { get; init; }

    /// <summary>What holds where nobody says.</summary>
    public BenefitChoice DefaultBenefit { get; init; } = BenefitChoice.Off;

    /// <summary>Measured costs of a machine, from <c>dlaot analyze --calibrate</c>; null means those built in, so that the same input gives the same bytes.</summary>
    public string? CostRates { get; init; }

    /// <summary>Argument types by method: <c>Ns.Net.forward</c> to <c>x: f32[N,784]; mask: bool[N,1]</c>.</summary>
    public ImmutableDictionary<string, string> Signatures { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The dlaot.json to read; null means the one beside the assembly, if there is one.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>What <c>dlaot profile</c> recorded.</summary>
    public ImmutableArray<string> Profiles { get; init; } = [];

    /// <summary>How bad a diagnostic is for this project.</summary>
    public Func<Diagnostic, Severity> Severities { get; init; } = d => d.Rule.Severity;

    /// <summary>The strong-name key to sign with.</summary>
    public string? KeyFile { get; init; }

    /// <summary>An assembly without candidates is copied as it is.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>The name under which the application loads the native library.</summary>
    public string LibraryName => Path.GetFileNameWithoutExtension(Input) + ".dlaot";
}

/// <summary>What becomes of a method that compiling would not make faster.</summary>
public enum BenefitChoice
{
    /// <summary>It stays eager.</summary>
    On,

    /// <summary>It is compiled like any other.</summary>
    Off,
}
