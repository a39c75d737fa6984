using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace DlAot.Tests.Reference;

/// <summary>
/// Every public function of the stand-in, called with some arguments. What libtorch says of their values does not
/// matter; that the operator exists and takes arguments of these types, in this order, does.
/// </summary>
public class StandInOperatorTests
{
    // These change the process for the other tests, or read files.
    private static readonly HashSet<string> s_excluded =
    [
        "set_num_threads", "set_num_interop_threads", "set_default_dtype", "set_default_device", "manual_seed", "seed",
        "set_rng_state", "InitializeDeviceType", "NewDisposeScope", "DecoupleFromNativeHandle", "UnsafeCreateTensor",
        "Dispose", "print", "Load", "Save", "load", "save", "cuda", "no_grad", "enable_grad", "set_grad_enabled",
        "inference_mode", "manual_seed_all", "synchronize",
    ];

    // The native side's own complaints, as opposed to libtorch's.
    private static readonly string[] s_defects = ["has the wrong type", "too many arguments", "Could not find schema", "a result of type"];

    public static TheoryData<string> Owners => [.. s_owners.Keys];

    private static readonly Dictionary<string, Type> s_owners = new()
    {
        ["torch"] = typeof(torch),
        ["Tensor"] = typeof(torch.Tensor),
        ["functional"] = typeof(torch.nn.functional),
        ["special"] = typeof(torch.special),
        ["linalg"] = typeof(torch.linalg),
    };

    [Theory]
    [MemberData(nameof(Owners))]
    public void Every_function_reaches_its_operator(string owner)
    {
        var defects = new List<string>();
        int called = 0;
        foreach (MethodInfo method in Functions(s_owners[owner]))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            object?[]? arguments = Arguments(method);
            if (arguments is null)
            {
                continue;
            }
            called++;
            try
            {
                method.Invoke(method.IsStatic ? null : Square(), arguments);
            }
            catch (TargetInvocationException e) when (e.InnerException is ExternalException external)
            {
                if (s_defects.Any(defect => external.Message.Contains(defect, StringComparison.Ordinal)))
                {
                    defects.Add($"{method}: {external.Message.Split('\n')[0]}");
                }
            }
            catch (TargetInvocationException e) when (e.InnerException is ArgumentException or InvalidOperationException or IndexOutOfRangeException)
            {
                // A managed check of the arguments.
            }
        }
        Assert.True(defects.Count == 0, string.Join('\n', defects));
        Assert.True(called > 15, $"only {called} functions could be called");
    }

    private static IEnumerable<MethodInfo> Functions(Type owner) => owner
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        .Where(method => !method.IsSpecialName && !method.IsGenericMethod && !s_excluded.Contains(method.Name));

    private static torch.Tensor Square() => torch.tensor(new float[,] { { 1, 2 }, { 3, 5 } });

    // Spans cannot be passed by reflection: their overloads forward to the ones with arrays.
    private static object?[]? Arguments(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        var arguments = new object?[parameters.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            Type type = parameters[i].ParameterType;
            if (type.IsByRef || type.IsByRefLike)
            {
                return null;
            }
            arguments[i] = Sample(Nullable.GetUnderlyingType(type) ?? type);
            if (arguments[i] is null && !parameters[i].HasDefaultValue)
            {
                return null;
            }
        }
        return arguments;
    }

    private static readonly Dictionary<Type, Func<object>> s_samples = new()
    {
        [typeof(torch.Tensor)] = Square,
        [typeof(torch.Tensor[])] = () => new[] { Square(), Square() },
        [typeof(Scalar)] = () => (Scalar)1,
        [typeof(long)] = () => 1L,
        [typeof(int)] = () => 1,
        [typeof(double)] = () => 0.5,
        [typeof(float)] = () => 0.5f,
        [typeof(bool)] = () => true,
        [typeof(char)] = () => 'L',
        [typeof(string)] = () => "ij,jk->ik",
        [typeof(long[])] = () => new long[] { 1, 1 },
        [typeof(int[])] = () => new[] { 1, 1 },
        [typeof(double[])] = () => new[] { 2.0, 2.0 },
        [typeof((long, long))] = () => (1L, 1L),
        [typeof(Array)] = () => new float[] { 1, 2 },
        [typeof(torch.Size)] = () => new torch.Size(2),
        [typeof(torch.Device)] = () => torch.CPU,
        [typeof(torch.ScalarType)] = () => torch.ScalarType.Float32,
        [typeof(torch.TensorIndex[])] = () => new torch.TensorIndex[] { 1 },
        [typeof(Func<torch.Tensor, torch.Tensor>)] = () => (torch.Tensor t) => t,
        [typeof(Func<torch.Tensor>)] = () => (Func<torch.Tensor>)Square,
    };

    private static object? Sample(Type type)
    {
        if (s_samples.TryGetValue(type, out Func<object>? sample))
        {
            return sample();
        }
        if (type.IsAssignableFrom(typeof(List<torch.Tensor>)))
        {
            return new List<torch.Tensor> { Square(), Square() };
        }
        if (type.IsEnum)
        {
            return Enum.ToObject(type, 1);
        }
        if (type.IsArray)
        {
            return Array.CreateInstance(type.GetElementType()!, Enumerable.Repeat(2, type.GetArrayRank()).ToArray());
        }
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }
}
