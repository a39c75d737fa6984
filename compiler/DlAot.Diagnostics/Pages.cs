using System;
using System.IO;
using System.Linq;
using System.Reflection;

namespace DlAot.Diagnostics;

/// <summary>
/// Where a rule's page can be read: at the address that the packages were made with (<c>DocumentationUrl</c>, or the repository's), else in
/// the package itself, which brings <c>docs/diagnostics</c>.
/// </summary>
public static class Pages
{
    // analyzers/dotnet/cs of a package; bin/Debug/net10.0 of a project in a folder of the repository.
    private const int Highest = 5;

    private static readonly string? Published = typeof(Pages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "DocumentationUrl")?.Value;

    private static readonly string? Root = FindRoot(typeof(Pages).Assembly.Location);

    /// <summary>An absolute address; null where neither is known.</summary>
    public static string? LinkOf(DiagnosticRule rule) => LinkOf(rule, Published, Root);

    internal static string? LinkOf(DiagnosticRule rule, string? published, string? root) =>
        published is { Length: > 0 } ? $"{published.TrimEnd('/')}/{rule.Help.Substring("docs/".Length)}"
        : root is null ? null : new Uri(Path.Combine(root, rule.Help)).AbsoluteUri;

    internal static string? FindRoot(string assembly)
    {
        string? folder = assembly.Length == 0 ? null : Path.GetDirectoryName(assembly);
        for (int i = 0; i <= Highest && folder is not null; i++, folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, Rules.InternalError.Help)))
            {
                return folder;
            }
        }

        return null;
    }
}
