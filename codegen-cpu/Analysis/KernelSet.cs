using System.Collections.Immutable;
using DlAot.Ir;
using DlAot.Ir.Kernels;
using DlAot.Ir.Plans;

namespace DlAot.CodeGen.Cpu.Analysis;

/// <summary>A kernel of the library, whatever plans call it.</summary>
/// <param name="Name">An identifier; ends with the name of the first kernel that it was made for.</param>
/// <param name="Kernel">Over the symbols <c>s0, s1...</c> and buffers in its own order.</param>
/// <param name="Symbols">How many symbols it has.</param>
/// <param name="Scalars">The dtypes in which its scalars are passed.</param>
internal sealed record LibraryKernel(string Name, Kernel Kernel, int Symbols, ImmutableArray<DType> Scalars)
{
    /// <summary>The kernel as a plan of its own: what its functions see as their frame.</summary>
    public Plan Plan { get; } = new(
        Name, [.. Enumerable.Range(0, Symbols).Select(i => $"s{i}")], Scalars,
        [.. Kernel.Buffers.Select((b, i) => new PlanBuffer(i, "", new TensorType(b.Type, [b.Elements]), BufferKind.Input, i))], [], [], DimExpr.Zero);

    /// <summary>The only call in that plan.</summary>
    public KernelCall Call { get; } = new(Kernel, [.. Enumerable.Range(0, Kernel.Buffers.Length)]);
}

/// <summary>A call of a library kernel: the plan's buffers, symbols and scalars in the kernel's order.</summary>
/// <param name="Kernel">Position in <see cref="KernelSet.Kernels"/>.</param>
internal sealed record BoundKernel(int Kernel, ImmutableArray<int> Buffers, ImmutableArray<string> Symbols, ImmutableArray<int> Scalars);

/// <summary>The kernels of several regions, equal ones once, and what each region calls in order.</summary>
internal sealed record KernelSet(ImmutableArray<LibraryKernel> Kernels, ImmutableArray<ImmutableArray<BoundKernel>> Regions)
{
    public static KernelSet Of(IReadOnlyList<(Plan Plan, RegionStep Step)> regions)
    {
        List<LibraryKernel> kernels = [];
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        ImmutableArray<ImmutableArray<BoundKernel>> bound =
            [.. regions.Select(r => r.Step.Kernels.Select(call => Bind(r.Plan, call)).ToImmutableArray())];
        return new([.. kernels], bound);

        BoundKernel Bind(Plan plan, KernelCall call)
        {
            CanonicalKernel canonical = CanonicalKernel.Of(call.Kernel);
            ImmutableArray<DType> scalars = [.. canonical.Scalars.Select(i => plan.Scalars[i])];
            string key = $"{canonical.Text} {string.Join(' ', scalars)}";
            if (!numbers.TryGetValue(key, out int number))
            {
                numbers[key] = number = kernels.Count;
                kernels.Add(new($"k{number}_{Identifier(call.Kernel.Name)}", canonical.Kernel, canonical.Symbols.Length, scalars));
            }

            return new(number, call.Buffers, canonical.Symbols, canonical.Scalars);
        }
    }

    private static string Identifier(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
