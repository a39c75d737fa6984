using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.ExceptionServices;
using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Verification;

/// <summary>The few members of TorchSharp that a comparison needs, by reflection: the product does not refer to TorchSharp.</summary>
internal sealed class TorchApi
{
    private const BindingFlags Members = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.FlattenHierarchy;
    private readonly Type torch;
    private readonly Type tensor;
    private readonly Type scalarType;

    private TorchApi(Assembly assembly)
    {
        Assembly = assembly;
        torch = assembly.GetType("TorchSharp.torch", throwOnError: true)!;
        tensor = assembly.GetType("TorchSharp.torch+Tensor", throwOnError: true)!;
        scalarType = assembly.GetType("TorchSharp.torch+ScalarType", throwOnError: true)!;
        Module = assembly.GetType("TorchSharp.torch+nn+Module", throwOnError: true)!;
    }

    public Assembly Assembly { get; }

    /// <summary>torch.nn.Module.</summary>
    public Type Module { get; }

    /// <exception cref="CompilationException">DLAOT1005: TorchSharp is not found.</exception>
    public static TorchApi Load(VerificationContext context, string original) =>
        new(context.TryLoad("TorchSharp") ?? throw new CompilationException(Rules.MissingReference, "", original, "TorchSharp"));

    public bool IsTensor(object? value) => tensor.IsInstanceOfType(value);

    public void Seed(long seed) => Call(torch, null, "manual_seed", seed);

    public IDisposable NoGrad() => (IDisposable)Call(torch, null, "no_grad")!;

    public IDisposable NewScope() => (IDisposable)Call(torch, null, "NewDisposeScope")!;

    /// <summary>The next number of the random stream.</summary>
    public double Draw() => ((double[])Read(Call(torch, null, "rand", new long[] { 1 })!).Values)[0];

    /// <summary>A tensor from values in row order; floats are given as double[], integers as long[], bools as bool[].</summary>
    public object Make(DType type, long[] shape, Array values)
    {
        object flat = Call(torch, null, "from_array", values)!;
        return Call(tensor, Call(tensor, flat, "to_type", Enum.Parse(scalarType, ScalarName(type))), "reshape", shape)!;
    }

    public object Clone(object value) => Call(tensor, value, "clone")!;

    public void Copy(object target, object source) => Call(tensor, target, "copy_", source);

    public long[] Shape(object value) => (long[])Get(value, "shape")!;

    /// <summary>Name of the dtype, shape, and the values in row order: double[] of a float tensor, long[] of others.</summary>
    public (string Type, long[] Shape, Array Values) Read(object value)
    {
        bool isFloat = (bool)Call(tensor, value, "is_floating_point")!;
        object wide = Call(tensor, Call(tensor, Call(tensor, Call(tensor, value, "detach"), "cpu"), "to_type", Enum.Parse(scalarType, isFloat ? "Float64" : "Int64")), "contiguous")!;
        MethodInfo data = tensor.GetMethods().First(m => m is { Name: "data", IsGenericMethodDefinition: true } && m.GetParameters().Length == 0).MakeGenericMethod(isFloat ? typeof(double) : typeof(long));
        object accessor = Invoke(data, wide, [])!;
        return (Get(value, "dtype")!.ToString()!, Shape(value), (Array)Invoke(accessor.GetType().GetMethod("ToArray", Type.EmptyTypes)!, accessor, [])!);
    }

    /// <summary>An operation on one or two tensors, without the cost of reflection: its first argument is the receiver.</summary>
    /// <param name="name">A method of Tensor.</param>
    /// <param name="isBinary">Its first parameter is a tensor.</param>
    /// <param name="constants">What follows; other parameters have their defaults.</param>
    public Action<object, object> Operation(string name, bool isBinary, params object[] constants)
    {
        Type[] given = [.. isBinary ? [tensor] : Type.EmptyTypes, .. constants.Select(c => c.GetType())];
        MethodInfo method = tensor.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(m => m.Name == name && !m.IsGenericMethodDefinition && m.GetParameters() is var p && p.Length >= given.Length && p.Take(given.Length).Select(q => q.ParameterType).SequenceEqual(given) && p.Skip(given.Length).All(q => q.HasDefaultValue))
            .OrderBy(m => m.GetParameters().Length)
            .FirstOrDefault() ?? throw new MissingMethodException(tensor.FullName, name);
        ParameterExpression x = Expression.Parameter(typeof(object)), y = Expression.Parameter(typeof(object));
        IEnumerable<Expression> first = isBinary ? [Expression.Convert(y, tensor)] : [];
        var arguments = first.Concat(constants.Select(c => Expression.Constant(c))).Concat(method.GetParameters().Skip(given.Length).Select(p => Expression.Constant(Default(p), p.ParameterType)));
        return Expression.Lambda<Action<object, object>>(Expression.Call(Expression.Convert(x, tensor), method, arguments), x, y).Compile();
    }

    public void SetTraining(object module, bool training) => Call(Module, module, "train", training);

    /// <summary>Parameters and buffers by name.</summary>
    public SortedDictionary<string, object> State(object module)
    {
        var state = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in (IDictionary)Call(Module, module, "state_dict")!)
        {
            state.Add((string)entry.Key, entry.Value!);
        }

        return state;
    }

    /// <summary>Invokes; what the callee throws comes out as it is.</summary>
    public static object? Invoke(MethodBase method, object? target, object?[] arguments)
    {
        try
        {
            return method is ConstructorInfo constructor ? constructor.Invoke(arguments) : method.Invoke(target, arguments);
        }
        catch (TargetInvocationException e) when (e.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    private object? Get(object value, string property) => Invoke(tensor.GetProperty(property, Members)!.GetMethod!, value, []);

    // The overload whose first parameters take the arguments and whose others are optional.
    private static object? Call(Type type, object? target, string name, params object?[] arguments)
    {
        MethodInfo method = type.GetMethods(Members)
            .Where(m => m.Name == name && !m.IsGenericMethodDefinition && Fits(m.GetParameters(), arguments))
            .OrderBy(m => m.GetParameters().Length)
            .FirstOrDefault() ?? throw new MissingMethodException(type.FullName, name);
        return Invoke(method, target, [.. arguments, .. method.GetParameters().Skip(arguments.Length).Select(Default)]);
    }

    private static bool Fits(ParameterInfo[] parameters, object?[] arguments) =>
        parameters.Length >= arguments.Length
        && parameters.Zip(arguments).All(p => p.First.ParameterType.IsInstanceOfType(p.Second))
        && parameters.Skip(arguments.Length).All(p => p.HasDefaultValue);

    // The default of a struct parameter is recorded as null.
    private static object? Default(ParameterInfo parameter) =>
        parameter.DefaultValue ?? (parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null);

    private static string ScalarName(DType type) => type switch
    {
        DType.Bool => "Bool",
        DType.U8 => "Byte",
        DType.I8 => "Int8",
        DType.I16 => "Int16",
        DType.I32 => "Int32",
        DType.I64 => "Int64",
        DType.F16 => "Float16",
        DType.BF16 => "BFloat16",
        DType.F32 => "Float32",
        DType.F64 => "Float64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
