using System.Reflection;
using DlAot.Tests.House;
using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>The stand-in may have less than the real TorchSharp, never anything else.</summary>
public class StandInApiTests
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "testsuite", "torchsharp", "api");

    private static readonly HashSet<string> s_real = Directory.GetFiles(s_folder, "*.txt")
        .SelectMany(File.ReadAllLines)
        .Select(line => line.Replace("  [Obsolete]", "", StringComparison.Ordinal))
        .ToHashSet();

    private static readonly HashSet<string> s_realTypes = s_real.Select(line => line.Split(" :: ")[0]).ToHashSet();

    private static IEnumerable<Type> Types => typeof(torch).Assembly.GetTypes().Where(Visible);

    [Fact]
    public void The_list_of_real_members_is_there() => Assert.True(s_real.Count > 5000, $"only {s_real.Count} members listed");

    [Fact]
    public void Every_type_exists_in_the_real_library()
        => Assert.All(Types.Select(ApiText.Name), name => Assert.Contains(name, s_realTypes));

    [Fact]
    public void Every_member_exists_in_the_real_library()
    {
        var text = new ApiText();
        string[] unknown = Types.SelectMany(text.Of).Where(member => !s_real.Contains(member)).Order().ToArray();
        Assert.True(unknown.Length == 0, $"{unknown.Length} members are not in the real library:\n" + string.Join('\n', unknown));
    }

    [Fact]
    public void The_identity_is_that_of_the_real_library()
    {
        AssemblyName name = typeof(torch).Assembly.GetName();
        Assert.Equal("TorchSharp", name.Name);
        Assert.Equal(new Version(0, 107, 0, 0), name.Version);
    }

    private static bool Visible(Type type) => type.IsNested
        ? Visible(type.DeclaringType!) && (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem)
        : type.IsPublic;
}
