using System.Reflection;
using System.Runtime.Loader;

namespace DlAot.Benchmarks.Samples;

/// <summary>
/// A load context for one assembly; all it refers to, TorchSharp and the runtime among them, comes from the default context, so
/// that original and drop-in of one name live side by side on the same tensors.
/// </summary>
internal sealed class OneAssembly : AssemblyLoadContext
{
    private OneAssembly(string path)
        : base(path)
    {
    }

    public static Assembly Load(string path) => new OneAssembly(path).LoadFromAssemblyPath(Path.GetFullPath(path));

    protected override Assembly? Load(AssemblyName assemblyName) => null;
}
