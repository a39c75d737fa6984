using DlAot.Tests.House;

namespace DlAot.Tests.Package;

/// <summary>A package source with the product's packages, packed from what these tests were built with.</summary>
public sealed class PackageFeed : IDisposable
{
    private static readonly string[] Projects =
        ["compiler/DlAot.Build/DlAot.Build.csproj", "compiler/DlAot.Analyzers/DlAot.Analyzers.csproj", "runtime/DlAot.Runtime/DlAot.Runtime.csproj", "runtime/DlAot.Annotations/DlAot.Annotations.csproj"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dlaot-packages-");

    public PackageFeed()
    {
        foreach (var project in Projects)
            Dotnet.Run(Repository.Root, Environment, "pack", Path.Combine(Repository.Root, project), "-c", Repository.Configuration, "--no-build", "-o", Folder, "-v", "q");
    }

    public string Folder => Path.Combine(_folder.FullName, "feed");

    /// <summary>Keeps the packages that are restored apart from the user's: theirs may have the same version.</summary>
    internal Dictionary<string, string> Environment => new() { ["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "restored") };

    public void Dispose() => _folder.Delete(recursive: true);
}
