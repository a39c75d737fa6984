namespace DlAot.Diagnostics;

/// <summary>What goes wrong with packages.</summary>
public static partial class Rules
{
    public static readonly DiagnosticRule PackageCannotRun = Warning("DLAOT5001", "Package cannot run", "the package does not depend on DlAot.Runtime and cannot run where it is used", "Add a PackageReference to DlAot.Runtime, or take PrivateAssets away from that to DlAot.Build.", beyondSource: "It is about the package that the build makes.");
}
