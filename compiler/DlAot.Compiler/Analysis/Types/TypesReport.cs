using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;
using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Reports;

namespace DlAot.Compiler.Analysis.Types;

/// <summary>The data behind <c>dlaot analyze --types</c>: one row a method.</summary>
public sealed record TypesReport(string Assembly, ImmutableArray<TypesReport.Method> Methods)
{
    /// <param name="Name"><c>Ns.Net.forward</c>.</param>
    /// <param name="Signature"><c>Ns.Net.forward(x: f32[N,3,H,W]) -> f32[N,1000] where H%32==0</c>.</param>
    /// <param name="Versions">What each version that lifts takes, where they differ.</param>
    /// <param name="Inferred">What the code shows, where somebody wrote a signature.</param>
    /// <param name="Relation">agrees, tighter, broader or incomparable.</param>
    public sealed record Method(
        string Name, string Location, string Signature, ImmutableArray<Tensor> Parameters, ImmutableArray<Tensor> Results, ImmutableArray<string> Conditions,
        ImmutableArray<Tensor> Fields, ImmutableArray<Tensor> Locals, ImmutableArray<string> Versions, ImmutableArray<string> Calls, string? Inferred, string? Relation, ImmutableArray<Problem> Diagnostics);

    /// <param name="Type"><c>f32[N,3]</c>, or the C# type of what is no tensor.</param>
    public sealed record Tensor(string Name, string Type, string? DType, int? Rank, ImmutableArray<string>? Dims, string? Device, string? Layout, bool? RequiresGrad, string? Origin, bool MayBeNull)
    {
        /// <summary>What is known beside the type, in words.</summary>
        [JsonIgnore]
        public string Facts => string.Join(", ", new[] { Device, Layout, RequiresGrad switch { true => "gradient", false => "no gradient", _ => null }, Origin, MayBeNull ? "may be null" : null }.OfType<string>());
    }

    public sealed record Problem(string Code, string Severity, string Text, string Advice);

    /// <param name="compilation">After <see cref="Compilation.Plan"/>.</param>
    public static TypesReport Of(Compilation compilation) => new(compilation.Assembly.Name.Name, [.. TypeAnalysis.Of(compilation).Select(m => Of(m with { Diagnostics = [.. m.Diagnostics.Select(compilation.Rated)] }))]);

    public string ToJson() => ReportJson.Write(this);

    /// <summary>For people at a terminal.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (Method m in Methods)
        {
            text.AppendLine(m.Signature);
            (string Kind, Tensor Tensor)[] tensors = [.. m.Parameters.Select(t => ("parameter", t)), .. m.Fields.Select(t => ("field", t)), .. m.Locals.Select(t => ("local", t)), .. m.Results.Select(t => ("return", t))];
            int name = tensors.Select(t => t.Tensor.Name.Length).DefaultIfEmpty(0).Max(), type = tensors.Select(t => t.Tensor.Type.Length).DefaultIfEmpty(0).Max();
            foreach ((string kind, Tensor t) in tensors.Where(t => t.Tensor.Facts.Length > 0))
            {
                text.AppendLine($"    {kind,-9}  {t.Name.PadRight(name)}  {t.Type.PadRight(type)}  {t.Facts}");
            }

            foreach (string version in m.Versions)
            {
                text.AppendLine($"    lifts as    {version}");
            }

            foreach (string call in m.Calls)
            {
                text.AppendLine($"    called with {call}");
            }

            foreach (Problem p in m.Diagnostics.Where(p => p.Severity != "hidden"))
            {
                text.AppendLine($"    {p.Code} {p.Text}. {p.Advice}");
            }
        }

        return text.ToString();
    }

    private static Method Of(MethodTypes m) => new(
        m.Inferred.Method,
        Frame.StartOf(m.Method).ToString(),
        m.Signature.ToString(),
        [.. m.Signature.Parameters.Select(Of)],
        [.. m.Signature.Results.Select((r, i) => Of(new ParameterFact(i == 0 ? "result" : $"result{i}", r)))],
        m.Signature.Constraints,
        [.. m.Signature.Fields.Select(Of)],
        [.. m.Signature.Locals.Select(Of)],
        m.Versions.Length > 1 ? [.. m.Versions.Select(v => v.Short)] : [],
        [.. m.Calls.Select(c => $"{MethodSignature.Of("", c.Tensors.Select(t => new ParameterFact(t.Parameter, TensorFact.Of(t.Type))), [], [])} at {c.Location}").Distinct()],
        m.Relation is null ? null : m.Inferred.ToString(),
        m.Relation?.ToString().ToLowerInvariant(),
        [.. m.Diagnostics.Select(d => new Problem(d.Rule.Code, d.Severity.ToString().ToLowerInvariant(), d.Text, d.Rule.Advice))]);

    private static Tensor Of(ParameterFact p) => p.HostType is not null ? new Tensor(p.Name, p.HostType, null, null, null, null, null, null, null, p.IsNull) : new Tensor(
        p.Name,
        p.Tensor.ToString(),
        p.Tensor.DType.Value is { } type ? DlAot.Ir.DTypes.Name(type) : null,
        p.Tensor.Shape.Dims?.Length,
        p.Tensor.Shape.Dims is { } dims ? [.. dims.Select(d => d.ToString())] : null,
        p.Tensor.Device.Value?.ToString().ToLowerInvariant(),
        p.Tensor.Layout.Value?.ToString().ToLowerInvariant(),
        p.Tensor.RequiresGrad.Value,
        p.Tensor.Origin == Origins.None ? null : p.Tensor.Origin.ToString().ToLowerInvariant(),
        p.IsNull);
}
