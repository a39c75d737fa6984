using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Another assembly whose code became part of a version, which so holds for that build of it alone.</summary>
/// <param name="Assembly">Its full name.</param>
/// <param name="Origin">The module version id that the user's compiler gave it; a drop-in made of it carries the same.</param>
public sealed record Tie(string Assembly, Guid Origin)
{
    /// <summary>The simple name.</summary>
    public string Name => Assembly.Split(',')[0];

    public override string ToString() => $"{Name} is the build that was compiled in ({Origin:D})";

    /// <summary>Why the version does not run.</summary>
    public string Broken => $"{Name} is another build than the one whose code was compiled in";

    internal static IEnumerable<Tie> To(IEnumerable<ModuleDefinition> modules) =>
        modules.Select(m => new Tie(m.Assembly.Name.FullName, DropInOrigin.Of(m))).OrderBy(t => t.Assembly, StringComparer.Ordinal);
}
