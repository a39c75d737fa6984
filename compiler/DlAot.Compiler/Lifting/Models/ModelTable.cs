using DlAot.Compiler.Diagnostics;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>What a library call does in the abstract: its result, null for void.</summary>
public delegate AbstractValue? CallModel(CallSite site);

/// <summary>
/// The library as the interpreter knows it: one row a method, keyed by short type name and method name, e.g.
/// <c>Tensor.softmax</c>, <c>functional.relu</c>, <c>nn.Linear</c> (a factory), <c>Linear.forward</c> (a layer), <c>Math.Sqrt</c>.
/// </summary>
public sealed class ModelTable
{
    private readonly Dictionary<string, CallModel> rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> calls = new(StringComparer.Ordinal); // key: nothing else is known for it
    private readonly Dictionary<string, Func<FieldReference, AbstractValue>> staticFields = new(StringComparer.Ordinal);

    private ModelTable()
    {
        BclModels.Register(this);
        TorchModels.Register(this);
    }

    public static ModelTable Default { get; } = new();

    /// <summary>All keys, for reports and tests.</summary>
    public IEnumerable<string> Keys => rows.Keys;

    /// <summary>Whether a method becomes graph operations, stays a call, or the latter where the former does not know the overload or setting.</summary>
    public string HowItRuns(string key) => !calls.TryGetValue(key, out bool alone) ? "graph" : alone ? "call" : "graph, else call";

    public CallModel this[string key]
    {
        set => rows.Add(key, value);
    }

    /// <summary>Adds a row unless there is one.</summary>
    public void TryAdd(string key, CallModel model) => rows.TryAdd(key, model);

    /// <summary>Adds one model under several keys.</summary>
    public void Add(CallModel model, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            rows.Add(key, model);
        }
    }

    /// <summary>Adds what keeps the call under those keys: alone, or after what is there.</summary>
    public void AddCall(CallModel model, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            calls.TryAdd(key, !rows.ContainsKey(key));
            AddMissing(model, key);
        }
    }

    /// <summary>Adds a model where there is none.</summary>
    public void AddFirst(CallModel model, string key) => rows.TryAdd(key, model);

    /// <summary>
    /// Adds one model under several keys. Where there is one already it comes after that: it is asked when the first does not know this
    /// overload or setting.
    /// </summary>
    private void AddMissing(CallModel model, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (!rows.TryGetValue(key, out CallModel? first))
            {
                rows.Add(key, model);
                continue;
            }

            rows[key] = s =>
            {
                try
                {
                    return first(s);
                }
                catch (LiftException e) when (!s.Interpreter.IsConstructorPhase && (e.Rule == Rules.UnknownCall || e.Rule == Rules.UnknownBranch))
                {
                    try
                    {
                        return model(s);
                    }
                    catch (LiftException)
                    {
                        throw e; // what the first says is nearer to what the user wrote
                    }
                }
            };
        }
    }

    public CallModel Find(string key) => rows[key];

    public bool Has(string key) => rows.ContainsKey(key);

    public void AddStatic(string key, Func<FieldReference, AbstractValue> value) => staticFields.Add(key, value);

    public CallModel? TryFind(CallSite site)
    {
        if (!IsLibrary(site.Declaring))
        {
            return null;
        }

        string key = $"{ShortName(site.Declaring)}.{site.Method.Name}";
        CallModel? row = Array.Exists(site.Arguments, a => a is ComplexTensor) ? ComplexModels.Find(key)
            : rows.GetValueOrDefault(key) ?? (IsLayerFactory(site) ? LayerModels.Made : LayerProperties.TryFind(site));
        if (row is not null)
        {
            site.Interpreter.Shared.ModelUsed?.Invoke(key);
        }

        return row;
    }

    // torch.nn.X(...), which makes a layer that remembers what it was made with.
    private static bool IsLayerFactory(CallSite site) =>
        site.Declaring.FullName == "TorchSharp.torch/nn" && !site.Method.HasThis && site.ReturnType.GetElementType().Namespace == "TorchSharp.Modules" && site.World.IsModule(site.ReturnType);

    public AbstractValue? TryStaticField(FieldReference field) =>
        IsLibrary(field.DeclaringType) ? staticFields.GetValueOrDefault($"{ShortName(field.DeclaringType)}.{field.Name}")?.Invoke(field) : null;

    /// <summary>The type's own name without generic arity: <c>TorchSharp.torch/nn/functional</c> is <c>functional</c>.</summary>
    public static string ShortName(TypeReference type)
    {
        string name = type is ArrayType ? "Array" : type.GetElementType().Name;
        int tick = name.IndexOf('`');
        return tick < 0 ? name : name[..tick];
    }

    // Only TorchSharp and the base class library have models.
    private static bool IsLibrary(TypeReference type) =>
        Reading.World.IsTorchSharp(type)
        || (Reading.World.ScopeName(type) is var scope && (scope.StartsWith("System.", StringComparison.Ordinal) || scope.StartsWith("Microsoft.Extensions.Logging", StringComparison.Ordinal) || scope is "Microsoft.CSharp" or "System" or "mscorlib" or "netstandard"))
        || type.Name.StartsWith("<PrivateImplementationDetails>", StringComparison.Ordinal)
        || type is ArrayType;
}
