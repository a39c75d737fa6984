using System.Collections.Immutable;
using System.Globalization;

namespace DlAot.Compiler.Analysis.Benefit;

/// <summary>What one unit of something costs.</summary>
/// <param name="Name">How cost terms refer to it.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Microseconds">For one of it, on a machine that was never measured.</param>
/// <param name="Meaning">One line of prose.</param>
public sealed record CostRate(string Name, string Unit, double Microseconds, string Meaning);

/// <summary>Microseconds for each unit of work, eagerly and compiled, and where the numbers come from.</summary>
public sealed class CostRates
{
    /// <summary>What the library's own operations cost.</summary>
    public const string Call = "eager call", View = "eager view", Inner = "eager inner op", Reduction = "eager reduction", Heavy = "eager heavy call", Step = "eager recurrent step",
        Moved = "eager moved", Lane = "eager lane", Product = "eager product", Convolution = "eager convolution", Weights = "eager weights";

    /// <summary>What compiled code costs.</summary>
    public const string Entry = "entry", Guard = "guard", Input = "input", Result = "result", Temporary = "temporary", Region = "region", Kernel = "kernel", Point = "point", KeptCall = "kept call",
        KernelMoved = "kernel moved", KernelLane = "kernel lane", KernelProduct = "kernel product", ThinProduct = "kernel thin product";

    /// <summary>
    /// The table, with the values of a machine that was measured once: by least squares of relative errors from the calls of testsuite/corpus
    /// and some of the sample models, eager and compiled (<c>./build.sh coverage</c>). What few of those calls have is from single measurements.
    /// </summary>
    public static readonly ImmutableArray<CostRate> Rows =
    [
        new(Call, "call", 1.05, "a call of the library that gives a tensor, its managed object included"),
        new(View, "call", 1.6, "a call that gives another view of a tensor"),
        new(Inner, "op", 0.54, "an operation that the library does inside of a call"),
        new(Reduction, "call", 1.15, "what a reduction costs more than a call"),
        new(Heavy, "call", 2.6, "what a convolution, a matrix product or a call that stays one costs more than a call"),
        new(Step, "step", 10, "a step in time of a recurrent layer"),
        new(Moved, "MB", 93, "a megabyte read or written by an operation of its own"),
        new(Lane, "million", 56, "a million elements of elementwise arithmetic, in cycles of a vector"),
        new(Product, "MFLOP", 5.2, "a million operations of a matrix product"),
        new(Convolution, "MFLOP", 6.1, "a million operations of a convolution"),
        new(Weights, "MB", 51, "a megabyte of weights of a product with few rows"),
        new(Entry, "call", 0.23, "entering and leaving compiled code"),
        new(Guard, "guard", 0.012, "a condition on objects, numbers or sizes"),
        new(Input, "tensor", 0.046, "reading and checking a tensor"),
        new(Result, "tensor", 0.77, "making a tensor that is returned"),
        new(Temporary, "tensor", 0.1, "making and freeing a tensor between kernels and calls"),
        new(Region, "region", 0.11, "calling native code"),
        new(Kernel, "kernel", 0.036, "starting a kernel"),
        new(Point, "million", 5300, "a million rows, each with loops of its own"),
        new(KeptCall, "call", 0.16, "calling the library from compiled code, beside what the call itself takes"),
        new(KernelMoved, "MB", 13, "a megabyte read or written by a kernel"),
        new(KernelLane, "million", 77, "a million elements of arithmetic, in cycles of a vector"),
        new(KernelProduct, "MFLOP", 4.7, "a million operations of a product in a kernel"),
        new(ThinProduct, "MFLOP", 4, "a million operations of a product with few rows or columns"),
    ];

    private readonly ImmutableSortedDictionary<string, double> values;

    private CostRates(string source, ImmutableSortedDictionary<string, double> values) => (Source, this.values) = (source, values);

    /// <summary>Those of the table.</summary>
    public static CostRates BuiltIn { get; } = new("built in: measured on a 2-core AVX-512 machine with libtorch 1.13", Rows.ToImmutableSortedDictionary(r => r.Name, r => r.Microseconds, StringComparer.Ordinal));

    /// <summary>Where they come from, in words.</summary>
    public string Source { get; }

    /// <summary>Microseconds for one unit.</summary>
    /// <exception cref="KeyNotFoundException">There is no such row.</exception>
    public double this[string name] => values[name];

    /// <summary>The same with some rates replaced.</summary>
    /// <exception cref="KeyNotFoundException">A name that is no row's.</exception>
    public CostRates With(string source, IEnumerable<KeyValuePair<string, double>> measured) => new(source, measured.Aggregate(values, (v, m) => v.ContainsKey(m.Key) ? v.SetItem(m.Key, m.Value) : throw new KeyNotFoundException(m.Key)));

    /// <summary>Every rate with its unit, a line each.</summary>
    public IEnumerable<string> Describe() => Rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Name,-22} {values[r.Name],10:g4} us/{r.Unit,-8} {r.Meaning}"));
}
