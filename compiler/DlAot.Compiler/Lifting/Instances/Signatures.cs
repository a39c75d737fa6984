using System.Collections.Immutable;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>The type of a tensor argument as somebody wrote it; a size that is no number may be any.</summary>
/// <param name="DType">Null when only the sizes are written.</param>
/// <param name="Names">What sizes are called, null where they are numbers or <c>?</c>: equal names are equal sizes.</param>
public sealed record WrittenType(DType? DType, ImmutableArray<long?> Sizes, ImmutableArray<string?> Names)
{
    /// <summary>Reads <c>f32[N,3,H,W]</c>; null when it is none.</summary>
    public static WrittenType? TryParse(string text)
    {
        int open = text.IndexOf('[');
        if (open < 0 || !text.EndsWith(']') || DTypes.TryParse(text[..open].Trim()) is not { } type)
        {
            return null;
        }

        return TryParseSizes(text[(open + 1)..^1]) is { } sizes ? sizes with { DType = type } : null;
    }

    /// <summary>Reads <c>N,3,H,W</c>; null when it is none.</summary>
    public static WrittenType? TryParseSizes(string text)
    {
        string[] dims = text.Split(',', StringSplitOptions.TrimEntries);
        if (dims is [""])
        {
            return new WrittenType(null, [], []);
        }

        return dims.Any(d => d.Length == 0 || d.Contains('[') || (d != "?" && !d.All(c => char.IsLetterOrDigit(c) || c == '_'))) ? null
            : new WrittenType(null, [.. dims.Select(Number)], [.. dims.Select(d => d == "?" || Number(d) is not null ? null : d)]);
    }

    private static long? Number(string text) => long.TryParse(text, System.Globalization.NumberStyles.None, null, out long n) ? n : null;
}

/// <summary>Types of tensor arguments that somebody wrote: attributes on the method and its parameters, else the command line, else dlaot.json.</summary>
internal sealed class Signatures
{
    private readonly ImmutableDictionary<string, string>? commandLine;
    private readonly ImmutableDictionary<string, string> fileTexts;
    private readonly Dictionary<string, ImmutableDictionary<string, WrittenType>> file = new(StringComparer.Ordinal);

    /// <exception cref="CompilationException">DLAOT1022: the file names a method or parameter that is not there.</exception>
    public Signatures(World world, LiftOptions options)
    {
        commandLine = options.Signatures;
        fileTexts = (options.Configuration ?? ConfigurationFile.Empty).Signatures;
        foreach (ConfigurationFile.MethodInputs inputs in (options.Configuration ?? ConfigurationFile.Empty).Inputs)
        {
            file[inputs.Method] = Checked(world, inputs);
        }
    }

    /// <summary>By parameter; empty when nothing is written.</summary>
    /// <exception cref="CompilationException">DLAOT1016: it is no signature.</exception>
    public ImmutableDictionary<string, WrittenType> Of(MethodDefinition method)
    {
        string name = LiftedMethod.NameOf(method);
        string? text = Annotations.SignatureOf(method) ?? commandLine?.GetValueOrDefault(name) ?? fileTexts.GetValueOrDefault(name);
        ImmutableDictionary<string, WrittenType> given = text is not null ? Parse(text) : file.GetValueOrDefault(name) ?? ImmutableDictionary<string, WrittenType>.Empty;
        foreach (ParameterDefinition p in method.Parameters.Where(p => World.IsTensor(p.ParameterType)))
        {
            // What says the dtype as well says more.
            if (Annotations.ShapeOf(p) is { } dims && (Annotations.SignatureOf(method) is null || !given.ContainsKey(p.Name)))
            {
                given = given.SetItem(p.Name, Shape(dims) with { DType = given.GetValueOrDefault(p.Name)?.DType });
            }
        }

        return given;
    }

    /// <summary>What <c>[return: Shape]</c> says of the tensor that the method returns, null when it says nothing.</summary>
    /// <exception cref="CompilationException">DLAOT1016: it is no shape.</exception>
    public static WrittenType? ResultOf(MethodDefinition method) => Annotations.ShapeOf(method.MethodReturnType) is { } dims && World.IsTensor(method.ReturnType) ? Shape(dims) : null;

    /// <summary>What <c>[Shape]</c> says of a field or property, null when it says nothing.</summary>
    /// <exception cref="CompilationException">DLAOT1016: it is no shape.</exception>
    public static WrittenType? ShapeAt(Access place) => Annotations.ShapeOf(place) is { } dims ? Shape(dims) : null;

    private static WrittenType Shape(string dims) => WrittenType.TryParseSizes(dims) ?? throw new CompilationException(Rules.BadSignature, "", $"[Shape(\"{dims}\")]");

    /// <summary>Reads <c>x: f32[N,784]; mask: bool[N,1]</c> or <c>forward(x: f32[N,784]) -> f32[N,10]</c>.</summary>
    private static ImmutableDictionary<string, WrittenType> Parse(string signature)
    {
        int open = signature.IndexOf('('), close = signature.IndexOf(')', Math.Max(open, 0));
        string inside = open >= 0 && close > open ? signature[(open + 1)..close] : signature;
        var types = ImmutableDictionary.CreateBuilder<string, WrittenType>();
        foreach (string part in Split(inside))
        {
            int colon = part.IndexOf(':');
            types[part[..Math.Max(colon, 0)].Trim()] = (colon > 0 ? WrittenType.TryParse(part[(colon + 1)..].Trim()) : null) ?? throw new CompilationException(Rules.BadSignature, "", part);
        }

        return types.ToImmutable();
    }

    // At ';' and at ',' outside of brackets.
    private static IEnumerable<string> Split(string text)
    {
        int depth = 0, from = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            depth += i < text.Length ? (text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0) : 0;
            if (i == text.Length || text[i] == ';' || (text[i] == ',' && depth == 0))
            {
                if (text[from..i].Trim() is { Length: > 0 } part)
                {
                    yield return part;
                }

                from = i + 1;
            }
        }
    }

    // Nothing where the method is another assembly's, of which the file tells as well.
    private static ImmutableDictionary<string, WrittenType> Checked(World world, ConfigurationFile.MethodInputs inputs)
    {
        string owner = inputs.Method[..Math.Max(0, inputs.Method.LastIndexOf('.'))];
        if (world.Find(owner)?.Methods.FirstOrDefault(m => LiftedMethod.NameOf(m) == inputs.Method) is not { } method)
        {
            return world.Find(owner) is null && world.IsElsewhere(owner) ? ImmutableDictionary<string, WrittenType>.Empty : throw PositionedJson.Problem(inputs.Location, $"the assembly has no method {inputs.Method}");
        }

        var types = ImmutableDictionary.CreateBuilder<string, WrittenType>();
        foreach (ConfigurationFile.Input input in inputs.Types)
        {
            if (!method.Parameters.Any(p => p.Name == input.Parameter && World.IsTensor(p.ParameterType)))
            {
                throw PositionedJson.Problem(input.Location, $"{inputs.Method} has no tensor parameter {input.Parameter}; there are {string.Join(", ", method.Parameters.Where(p => World.IsTensor(p.ParameterType)).Select(p => p.Name).DefaultIfEmpty("none"))}");
            }

            types[input.Parameter] = WrittenType.TryParse(input.Type) ?? throw PositionedJson.Problem(input.Location, $"\"{input.Type}\" is no tensor type such as f32[N,3,H,W]");
        }

        return types.ToImmutable();
    }
}
