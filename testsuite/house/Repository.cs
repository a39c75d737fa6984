using System.Reflection;

namespace DlAot.Tests.House;

/// <summary>Where the sources of this build lie.</summary>
internal static class Repository
{
    /// <summary>The folder of DlAot.sln.</summary>
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    /// <summary>Release or Debug, as these tests were built.</summary>
    public static string Configuration { get; } = typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
}
