using System.Collections.Immutable;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Ir;

namespace DlAot.Compiler.Configuration;

/// <summary>
/// <c>dlaot.json</c>: what modules are made with and what their methods are called with, where the assembly does not tell.
/// docs/dlaot.schema.json describes it.
/// </summary>
/// <param name="Instances">In the order in which versions are tried.</param>
/// <param name="Inputs">By method, by parameter: <c>f32[N,3,H,W]</c>.</param>
public sealed record ConfigurationFile(ImmutableArray<ConfigurationFile.MadeInstance> Instances, ImmutableArray<ConfigurationFile.MethodInputs> Inputs)
{
    /// <summary>The name under which the file is found beside a project or an assembly.</summary>
    public const string FileName = "dlaot.json";

    public static ConfigurationFile Empty { get; } = new([], []);

    /// <summary>What holds for methods where neither an attribute nor the command line says otherwise.</summary>
    public MethodSettings Settings { get; init; } = MethodSettings.None;

    /// <summary>Signatures by method, <c>x: f32[N,784]; mask: bool[N,1]</c>.</summary>
    public ImmutableDictionary<string, string> Signatures { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether what would not gain stays eager, where the command line does not say.</summary>
    public BenefitChoice? Benefit { get; init; }

    /// <summary>A module made with these arguments, by the names of constructor parameters.</summary>
    public sealed record MadeInstance(string Type, ImmutableArray<PositionedJson.Member> Arguments, SourceLocation Location);

    /// <summary>Types of a method's tensor arguments.</summary>
    public sealed record MethodInputs(string Method, ImmutableArray<Input> Types, SourceLocation Location);

    /// <summary>The type of one tensor argument, as written.</summary>
    public sealed record Input(string Parameter, string Type, SourceLocation Location);

    /// <summary>Reads the file that was asked for, else the one beside the assembly, else nothing.</summary>
    /// <exception cref="CompilationException">DLAOT1001: the file asked for is missing. DLAOT1022: it is not as the schema says.</exception>
    public static ConfigurationFile Find(string? given, string assembly)
    {
        if (given is not null && !File.Exists(given))
        {
            throw new CompilationException(Rules.NotFound, "", given);
        }

        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(assembly))!, FileName);
        return given is not null ? Read(given) : File.Exists(beside) ? Read(beside) : Empty;
    }

    /// <exception cref="CompilationException">DLAOT1022: it is not as the schema says.</exception>
    public static ConfigurationFile Read(string file)
    {
        var (instances, inputs) = (ImmutableArray<MadeInstance>.Empty, ImmutableArray<MethodInputs>.Empty);
        (MethodSettings settings, BenefitChoice? benefit) = (MethodSettings.None, null);
        ImmutableDictionary<string, string> signatures = Empty.Signatures;
        foreach (PositionedJson.Member member in Members(PositionedJson.Read(file), "the file"))
        {
            switch (member.Name)
            {
                case "$schema":
                    Text(member);
                    break;
                case "instances" when member.Value is PositionedJson.List list:
                    instances = [.. list.Items.Select(Instance)];
                    break;
                case "instances":
                    throw PositionedJson.Problem(member.Value.Location, $"\"instances\" is an array, not {member.Value.Kind}");
                case "inputs":
                    inputs = [.. Members(member.Value, "\"inputs\"").Select(InputsOf)];
                    break;
                case "signature":
                    signatures = Members(member.Value, "\"signature\"").ToImmutableDictionary(m => m.Name, Text);
                    break;
                case "benefit":
                    benefit = Choice(member);
                    break;
                case var name when MethodSettings.Rows.FirstOrDefault(r => r.Json == name) is { } row:
                    settings = settings.With(row.Name, Setting(member, row));
                    break;
                default:
                    throw Unknown(member, $"$schema, instances, inputs, {string.Join(", ", MethodSettings.Rows.Select(r => r.Json))}, benefit");
            }
        }

        return new ConfigurationFile(instances, inputs) { Settings = settings, Signatures = signatures, Benefit = benefit };
    }

    private static MadeInstance Instance(PositionedJson json)
    {
        string? type = null;
        ImmutableArray<PositionedJson.Member> arguments = [];
        foreach (PositionedJson.Member member in Members(json, "an instance"))
        {
            switch (member.Name)
            {
                case "type":
                    type = Text(member);
                    break;
                case "args":
                    arguments = Members(member.Value, "\"args\"");
                    break;
                default:
                    throw Unknown(member, "type, args");
            }
        }

        return new MadeInstance(type ?? throw PositionedJson.Problem(json.Location, "the instance has no \"type\""), arguments, json.Location);
    }

    private static MethodInputs InputsOf(PositionedJson.Member method) =>
        new(method.Name, [.. Members(method.Value, $"the inputs of {method.Name}").Select(p => new Input(p.Name, Text(p), p.Location))], method.Location);

    private static object Setting(PositionedJson.Member member, SettingRow row) => member.Value switch
    {
        PositionedJson.Scalar { Value: bool value } when row.Type == typeof(bool) => value,
        PositionedJson.Scalar { Value: long and >= 1 and <= int.MaxValue and var value } when row.Type == typeof(int) => (int)value,
        _ => throw PositionedJson.Problem(member.Value.Location, $"\"{member.Name}\" is {(row.Type == typeof(bool) ? "true or false" : "a whole number of at least 1")}, not {member.Value.Kind}"),
    };

    private static BenefitChoice Choice(PositionedJson.Member member) => Text(member) switch
    {
        "on" => BenefitChoice.On,
        "off" => BenefitChoice.Off,
        _ => throw PositionedJson.Problem(member.Value.Location, $"\"{member.Name}\" is \"on\" or \"off\""),
    };

    private static ImmutableArray<PositionedJson.Member> Members(PositionedJson json, string what) =>
        json is PositionedJson.Map map ? map.Members : throw PositionedJson.Problem(json.Location, $"{what} is an object, not {json.Kind}");

    private static string Text(PositionedJson.Member member) =>
        member.Value is PositionedJson.Scalar { Value: string text } ? text : throw PositionedJson.Problem(member.Value.Location, $"\"{member.Name}\" is a string, not {member.Value.Kind}");

    private static CompilationException Unknown(PositionedJson.Member member, string known) => PositionedJson.Problem(member.Location, $"\"{member.Name}\" is unknown here; there are {known}");
}
