using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.DropIn;

/// <summary>Members of the TorchSharp that the user's assembly references, found by name and parameter types.</summary>
internal sealed class TorchMembers
{
    private readonly TypeImporter types;
    private readonly ModuleDefinition torch;
    private readonly Dictionary<string, MethodReference> found = new(StringComparer.Ordinal);

    public TorchMembers(TypeImporter types)
    {
        this.types = types;
        AssemblyNameReference reference = types.Module.AssemblyReferences.FirstOrDefault(r => r.Name == "TorchSharp")
            ?? throw new StubException(Rules.MissingMember, "TorchSharp");
        torch = types.Module.AssemblyResolver.Resolve(reference).MainModule;
    }

    /// <summary>Major and minor version: what a member means may change with them.</summary>
    public string Version => torch.Assembly.Name.Version.ToString(2);

    public TypeReference Tensor => Type("TorchSharp.torch/Tensor");

    public TypeReference ScalarType => Type("TorchSharp.torch/ScalarType");

    public FieldReference Cpu => types.Import(
        Definition("TorchSharp.torch").Fields.FirstOrDefault(f => f.Name == "CPU") ?? throw new StubException(Rules.MissingMember, "torch.CPU"));

    public TypeReference Type(string name) => types.Import(Definition(name));

    public TypeDefinition Definition(string name) => torch.GetType(name) ?? throw new StubException(Rules.MissingMember, name);

    /// <summary>A method of <c>torch.Tensor</c>.</summary>
    public MethodReference OfTensor(string name, params string[] parameters) => Method("TorchSharp.torch/Tensor", name, parameters);

    /// <summary>A function of <c>torch</c>.</summary>
    public MethodReference Function(string name, params string[] parameters) => Method("TorchSharp.torch", name, parameters);

    /// <summary>A function of <c>torch.nn.functional</c>.</summary>
    public MethodReference Functional(string name, params string[] parameters) => Method("TorchSharp.torch/nn/functional", name, parameters);

    /// <param name="parameters">Short forms, see <see cref="Short"/>: <c>Tensor</c>, <c>long</c>, <c>long[]</c>, <c>long?</c>, <c>ReadOnlySpan&lt;long&gt;</c>.</param>
    public MethodReference Method(string type, string name, params string[] parameters)
    {
        string key = $"{type}.{name}({string.Join(",", parameters)})";
        if (!found.TryGetValue(key, out MethodReference? method))
        {
            MethodDefinition? definition = Definition(type).Methods.FirstOrDefault(m =>
                m.IsPublic && m.Name == name && !m.HasGenericParameters && m.Parameters.Select(p => Short(p.ParameterType)).SequenceEqual(parameters));
            found[key] = method = types.Import(definition ?? throw new StubException(Rules.MissingMember, key.Replace("TorchSharp.", "", StringComparison.Ordinal).Replace('/', '.')));
        }

        return method;
    }

    /// <summary>torch.ScalarType's number of a dtype (c10/core/ScalarType.h).</summary>
    public static int NumberOf(DType type) => type switch
    {
        DType.U8 => 0,
        DType.I8 => 1,
        DType.I16 => 2,
        DType.I32 => 3,
        DType.I64 => 4,
        DType.F16 => 5,
        DType.F32 => 6,
        DType.F64 => 7,
        DType.Bool => 11,
        DType.BF16 => 15,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown dtype"),
    };

    private static string Short(TypeReference type) => type switch
    {
        ArrayType a => Short(a.ElementType) + "[]",
        GenericInstanceType { ElementType.Name: "Nullable`1" } g => Short(g.GenericArguments[0]) + "?",
        GenericInstanceType g => $"{g.ElementType.Name[..^2]}<{string.Join(",", g.GenericArguments.Select(Short))}>",
        _ => type.MetadataType switch
        {
            MetadataType.Int64 => "long",
            MetadataType.Int32 => "int",
            MetadataType.Double => "double",
            MetadataType.Boolean => "bool",
            MetadataType.String => "string",
            _ => type.Name,
        },
    };
}
