using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Configuration;

/// <summary>
/// What <c>dlaot profile</c> saw when an application ran: how modules were made, what their methods were called with, which way
/// branches went. docs/profiles.md describes the file. All of it is likely and nothing of it is certain.
/// </summary>
public sealed record Profile(ImmutableArray<Profile.MadeInstance> Instances, ImmutableArray<Profile.Call> Calls, ImmutableArray<Profile.Branches> Outcomes)
{
    /// <summary>The version of the format that this compiler reads and writes.</summary>
    public const int Version = 1;

    public const string Extension = ".dlprofile";

    public static Profile Empty { get; } = new([], [], []);

    /// <summary>Modules of a class that were made with the same arguments.</summary>
    /// <param name="Made">How many.</param>
    /// <param name="Called">How often methods of them were called.</param>
    public sealed record MadeInstance(string Type, long Made, long Called, PositionedJson.Map Arguments);

    /// <summary>Calls of a method that differ in sizes and numbers only.</summary>
    public sealed record Call(string Method, long Count, PositionedJson.Map Arguments);

    /// <summary>Branches of a method.</summary>
    /// <param name="Code">Identifies its IL: places in other code mean nothing.</param>
    public sealed record Branches(string Method, string Code, ImmutableArray<Branch> Rows);

    /// <summary>A branch instruction.</summary>
    /// <param name="At">Its offset in the IL.</param>
    /// <param name="Line">Where that is in the source, 0 where nobody knows.</param>
    public sealed record Branch(int At, int Line, long Taken, long NotTaken);

    /// <summary>What several profiles say together.</summary>
    public static Profile Read(IEnumerable<string> files) => ProfileMerge.Of([.. files.Select(Read)]);

    /// <exception cref="CompilationException">DLAOT1001: there is no such file. DLAOT1023: it is no profile of this version.</exception>
    public static Profile Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new CompilationException(Rules.NotFound, "", file);
        }

        try
        {
            PositionedJson root = PositionedJson.Read(file);
            Dictionary<string, PositionedJson> members = Members(root);
            return members.GetValueOrDefault("dlprofile") is PositionedJson.Scalar { Value: long version } && version == Version
                ? new Profile([.. List(members, "instances").Select(Instance)], [.. List(members, "calls").Select(CallOf)], [.. List(members, "branches").Select(BranchesOf)])
                : throw Problem(root, $"it is no profile of version {Version}");
        }
        catch (CompilationException e) when (e.Diagnostic.Rule == Rules.BadConfiguration)
        {
            throw new CompilationException(e.Diagnostic with { Rule = Rules.BadProfile, Text = string.Format(null, Rules.BadProfile.Message, file, e.Diagnostic.Text) }, e);
        }
    }

    private static MadeInstance Instance(PositionedJson json) => Members(json) is var m ? new(Text(json, m, "type"), Number(m, "made"), Number(m, "called"), Map(json, m, "args")) : null!;

    private static Call CallOf(PositionedJson json) => Members(json) is var m ? new(Text(json, m, "method"), Number(m, "count"), Map(json, m, "args")) : null!;

    private static Branches BranchesOf(PositionedJson json) => Members(json) is var m ? new(Text(json, m, "method"), Text(json, m, "code"), [.. List(m, "outcomes").Select(BranchOf)]) : null!;

    private static Branch BranchOf(PositionedJson json) => Members(json) is var m ? new((int)Number(m, "at"), (int)Number(m, "line"), Number(m, "taken"), Number(m, "notTaken")) : null!;

    private static Dictionary<string, PositionedJson> Members(PositionedJson json) =>
        json is PositionedJson.Map map ? map.Members.ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal) : throw Problem(json, $"{json.Kind} stands where an object belongs");

    private static IEnumerable<PositionedJson> List(Dictionary<string, PositionedJson> members, string name) =>
        members.GetValueOrDefault(name) switch
        {
            null => [],
            PositionedJson.List list => list.Items,
            var other => throw Problem(other, $"\"{name}\" is an array"),
        };

    private static string Text(PositionedJson owner, Dictionary<string, PositionedJson> members, string name) =>
        members.GetValueOrDefault(name) is PositionedJson.Scalar { Value: string text } ? text : throw Problem(members.GetValueOrDefault(name, owner), $"\"{name}\" is a string");

    private static PositionedJson.Map Map(PositionedJson owner, Dictionary<string, PositionedJson> members, string name) =>
        members.GetValueOrDefault(name) as PositionedJson.Map ?? throw Problem(members.GetValueOrDefault(name, owner), $"\"{name}\" is an object");

    private static long Number(Dictionary<string, PositionedJson> members, string name) =>
        members.GetValueOrDefault(name) switch
        {
            null => 0,
            PositionedJson.Scalar { Value: long n } => n,
            var other => throw Problem(other, $"\"{name}\" is a whole number"),
        };

    private static CompilationException Problem(PositionedJson json, string text) => PositionedJson.Problem(json.Location, text);
}
