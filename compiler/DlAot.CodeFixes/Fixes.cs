using System.Collections.Immutable;

namespace DlAot.CodeFixes;

/// <summary>All fixes: one row each.</summary>
internal static class Fixes
{
    public static ImmutableArray<Fix> Rows { get; } =
    [
        new UseForwardHook(),
        new HoistHostRead(),
        new MoveToOuterScope(),
        new ReturnInsteadOfUsing(),
        new UseReshape(),
        new UseOutOfPlace(),
        new RestoreGradientMode(),
        new RemoveEager(DlAot.Diagnostics.Rules.EagerCall),
        new RemoveEager(DlAot.Diagnostics.Rules.KeptEager),
        new RemoveCompile(DlAot.Diagnostics.Rules.NoTensorComputation),
        new RemoveCompile(DlAot.Diagnostics.Rules.Training),
        new RemoveCompile(DlAot.Diagnostics.Rules.NoTensorReaches),
        new RemoveCompile(DlAot.Diagnostics.Rules.UnsupportedSignature),
        new RemoveCompile(DlAot.Diagnostics.Rules.AlwaysThrows),
    ];
}
