using System.Collections.Immutable;

namespace DlAot.Compiler.Configuration;

/// <summary>One setting of <c>[Compile]</c>, with the same name everywhere.</summary>
/// <param name="Name">The property of the attribute.</param>
/// <param name="Type">string, bool or int.</param>
/// <param name="Default">What holds when nobody writes it.</param>
/// <param name="Summary">For help texts.</param>
public sealed record SettingRow(string Name, Type Type, object? Default, string Summary)
{
    /// <summary><c>--max-versions</c></summary>
    public string CommandLine => "--" + string.Concat(Name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));

    /// <summary><c>DlAotMaxVersions</c></summary>
    public string MsBuild => "DlAot" + Name;

    /// <summary><c>maxVersions</c> in dlaot.json.</summary>
    public string Json => char.ToLowerInvariant(Name[0]) + Name[1..];
}

/// <summary>What is asked for methods, as far as somebody wrote it in one place. The nearest place wins: method, class, assembly, command line, dlaot.json.</summary>
public sealed record MethodSettings
{
    /// <summary>The table of settings: attribute, command line, MSBuild and dlaot.json are made of it or tested against it.</summary>
    public static ImmutableArray<SettingRow> Rows { get; } =
    [
        new("Signature", typeof(string), null, "Types of a method's tensor arguments: \"Ns.Net.forward=x: f32[N,784]; mask: bool[N,1]\""),
        new("Dynamic", typeof(bool), true, "false: a version for each set of sizes known at compile time, and none for others (default: true)"),
        new("MaxVersions", typeof(int), DefaultMaxVersions, "Most versions of one method (default: 24)"),
        new("Exact", typeof(bool), false, "Keep eager's order of operations (default: false)"),
        new("Freeze", typeof(bool), false, "What depends on parameters alone is computed once and kept while their contents stay (default: false)"),
    ];

    public const int DefaultMaxVersions = 24;

    public static MethodSettings None { get; } = new();

    public bool? Dynamic { get; init; }

    /// <summary>At least 1.</summary>
    public int? MaxVersions { get; init; }

    public bool? Exact { get; init; }

    public bool? Freeze { get; init; }

    /// <summary>These, and where they say nothing those of a place farther away.</summary>
    public MethodSettings Or(MethodSettings farther) => new()
    {
        Dynamic = Dynamic ?? farther.Dynamic,
        MaxVersions = MaxVersions ?? farther.MaxVersions,
        Exact = Exact ?? farther.Exact,
        Freeze = Freeze ?? farther.Freeze,
    };

    /// <summary>With the setting of that name; the others have places of their own.</summary>
    public MethodSettings With(string name, object? value) => (name, value) switch
    {
        (nameof(Dynamic), bool dynamic) => this with { Dynamic = dynamic },
        (nameof(MaxVersions), int most) => this with { MaxVersions = Math.Max(1, most) },
        (nameof(Exact), bool exact) => this with { Exact = exact },
        (nameof(Freeze), bool freeze) => this with { Freeze = freeze },
        _ => this,
    };
}
