using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace DlAot.Runtime;

/// <summary>One ISA level that a native library may have code for.</summary>
/// <param name="Name">As users write it, in DLAOT_ISA.</param>
/// <param name="Suffix">As exported: <c>dlaot_regions_SUFFIX</c>.</param>
/// <param name="Architecture">The processes that can run it.</param>
/// <param name="Present">Whether this CPU has all of it.</param>
internal sealed record InstructionSet(string Name, string Suffix, Architecture Architecture, Func<bool> Present)
{
    /// <summary>Every level there is, better ones later within an architecture.</summary>
    public static IReadOnlyList<InstructionSet> All { get; } =
    [
        new("x86-64-v2", "x86_64_v2", Architecture.X64, HasV2),
        new("x86-64-v3", "x86_64_v3", Architecture.X64, HasV3),
        new("x86-64-v4", "x86_64_v4", Architecture.X64, HasV4),
        new("aarch64", "aarch64", Architecture.Arm64, () => true),
    ];

    /// <summary>
    /// The levels to try on this CPU, best first. <paramref name="limit"/> (DLAOT_ISA) leaves out what is above it.
    /// Empty, with a reason, when the limit is not the name of a level of this architecture, or the CPU has none.
    /// </summary>
    public static IReadOnlyList<InstructionSet> Usable(string? limit, out string? reason)
    {
        var architecture = RuntimeInformation.ProcessArchitecture;
        var levels = All.Where(level => level.Architecture == architecture).ToList();
        reason = null;
        if (!string.IsNullOrEmpty(limit))
        {
            var last = levels.FindIndex(level => level.Name.Equals(limit, StringComparison.OrdinalIgnoreCase));
            if (last < 0)
            {
                reason = $"DLAOT_ISA names '{limit}', which is not an ISA level of {architecture} "
                    + $"({string.Join(", ", levels.Select(level => level.Name))})";
                return [];
            }
            levels.RemoveRange(last + 1, levels.Count - last - 1);
        }
        levels.RemoveAll(level => !level.Present());
        levels.Reverse();
        if (levels.Count == 0)
            reason = $"this {architecture} CPU has none of the ISA levels that kernels are compiled for";
        return levels;
    }

    private static bool HasV2() => Sse42.IsSupported && Ssse3.IsSupported && Popcnt.IsSupported;

    private static bool HasV3() =>
        HasV2() && Avx2.IsSupported && Fma.IsSupported && Bmi1.IsSupported && Bmi2.IsSupported && Lzcnt.IsSupported
        && HasF16cAndMovbe();

    private static bool HasV4() =>
        HasV3() && Avx512F.VL.IsSupported && Avx512BW.VL.IsSupported && Avx512CD.VL.IsSupported && Avx512DQ.VL.IsSupported;

    // The two features of x86-64-v3 that have no class of their own in System.Runtime.Intrinsics.
    private static bool HasF16cAndMovbe()
    {
        const int F16c = 1 << 29, Movbe = 1 << 22;
        var (_, _, ecx, _) = X86Base.CpuId(1, 0);
        return (ecx & (F16c | Movbe)) == (F16c | Movbe);
    }
}
