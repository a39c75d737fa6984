using System.Reflection;

namespace DlAot.Benchmarks.Verbs;

/// <summary>Where results go.</summary>
internal static class Artifacts
{
    private static readonly string Root = typeof(Artifacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public static string Folder { get; } = Path.Combine(Root, "artifacts");

    public static string Demo => Path.Combine(Folder, "demo");

    public static string DemoRows => Path.Combine(Folder, "demo.json");

    public static string DemoMachine => Path.Combine(Demo, "machine.json");

    /// <summary>A path as the user, who stands in the root, would write it.</summary>
    public static string Shown(string path) => Path.GetRelativePath(Root, path);
}
