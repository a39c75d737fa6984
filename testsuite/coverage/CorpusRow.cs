using System.Reflection;

namespace DlAot.Tests.Coverage;

/// <summary>One class of the corpus: what it is an example of, how it is made, and what it is called with.</summary>
/// <param name="Type">The class, without the namespace Corpus.</param>
/// <param name="Features">What real code does that this class does, too; names of <see cref="Feature"/>, separated by blanks.</param>
/// <param name="Make">Makes it from one of the two assemblies.</param>
/// <param name="Inputs">Arguments of calls, one after another on the same object; an input is made for each side anew.</param>
internal sealed record CorpusRow(string Type, string Features, Func<CorpusSide, object> Make, params Func<CorpusSide, object?[]>[] Inputs)
{
    /// <summary>Values of tensors decide which way it goes, so that no single graph can hold it.</summary>
    public bool IsDataDependent { get; init; }

    public string FullName => "Corpus." + Type;

    public IEnumerable<string> FeatureNames => Features.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The assembly as it was written, or its drop-in.</summary>
internal sealed class CorpusSide(Assembly assembly)
{
    /// <summary>An object; missing arguments have their defaults.</summary>
    public object New(string type, params object?[] arguments) => Activator.CreateInstance(
        TypeOf(type), BindingFlags.OptionalParamBinding | BindingFlags.Public | BindingFlags.Instance | BindingFlags.CreateInstance, null, arguments, null)!;

    /// <summary>An object with properties or fields set.</summary>
    public object With(object made, params (string Name, object? Value)[] values)
    {
        foreach (var (name, value) in values)
        {
            if (made.GetType().GetProperty(name) is { } property)
                property.SetValue(made, value);
            else
                made.GetType().GetField(name)!.SetValue(made, value);
        }

        return made;
    }

    /// <summary>What a static method of the type returns.</summary>
    public object Call(string type, string method, params object?[] arguments) => TypeOf(type).GetMethod(method)!.Invoke(null, arguments)!;

    /// <summary>A member of an enum.</summary>
    public object Enum(string type, string member) => System.Enum.Parse(TypeOf(type), member);

    public Type TypeOf(string type) => assembly.GetType("Corpus." + type, throwOnError: true)!;
}
