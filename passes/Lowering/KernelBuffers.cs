using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;

namespace DlAot.Passes.Lowering;

/// <summary>The buffers of a kernel, numbered as they are met: first those that it reads, then those that it writes.</summary>
internal sealed class KernelBuffers(Func<Value, string> nameOf)
{
    private readonly List<Value> values = [];
    private readonly HashSet<Value> written = [];

    public IReadOnlyList<Value> Values => values;

    public int Number(Value value)
    {
        int at = values.IndexOf(value);
        if (at < 0)
        {
            values.Add(value);
        }

        return at < 0 ? values.Count - 1 : at;
    }

    public int Written(Value value)
    {
        written.Add(value);
        return Number(value);
    }

    public ImmutableArray<KernelBuffer> ToKernel() => [.. values.Select(v => new KernelBuffer(nameOf(v), v.DType, v.Type.Numel, written.Contains(v)))];
}
