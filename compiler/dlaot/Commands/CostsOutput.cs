using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using DlAot.Compiler.Analysis.Benefit;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;

namespace DlAot.Cli.Commands;

/// <summary><c>dlaot analyze --costs</c>: what the verdicts on benefit rest on; <c>--calibrate</c> measures it.</summary>
internal static class CostsOutput
{
    public static readonly Option<bool> Costs = new("--costs") { Description = "Print predicted times of every version, what they are the sum of, and the rates" };
    public static readonly Option<bool> Calibrate = new("--calibrate") { Description = "First measure this machine and keep the rates for later (in the file of --cost-rates; that of 'machine' is in the user's folder)" };

    /// <summary>Measures with the TorchSharp that the assembly refers to.</summary>
    public static void Measure(CompileOptions options)
    {
        string file = RateFile.PathOf(options.CostRates ?? RateFile.ThisMachine);
        ImmutableSortedDictionary<string, double> measured = Calibration.Measure(options.Input, options.References);
        RateFile.Write(file, measured);
        Console.Error.WriteLine($"{file}: {measured.Count} rates of {RateFile.Machine}");
    }

    public static void Write(IEnumerable<CompileOptions> inputs)
    {
        foreach (CompileOptions options in inputs)
        {
            using Compilation compilation = Compilation.Open(options with { Benefit = BenefitChoice.Off });
            compilation.Plan();
            var check = new BenefitCheck(options.CostRates is { } file ? RateFile.Read(file) : CostRates.BuiltIn);
            foreach (CompiledMethod method in compilation.Methods.SelectMany(m => m.WithParts))
            {
                foreach (Estimate e in method.Versions.SelectMany(v => check.Estimates(v.Lifted, v.Plan)).Concat(check.Estimates(method)))
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{method.Lifted.Name}{(method.Parts.IsEmpty ? "" : $", {method.Parts.Length} parts")}: eager {e.Eager:F1} us, compiled {e.Compiled:F1} us, {e.Speedup:F2} times as fast ({e.Sizes})"));
                    Console.WriteLine($"  eager:    {Terms(e.EagerTerms, e.Rates)}");
                    Console.WriteLine($"  compiled: {Terms(e.CompiledTerms, e.Rates)}");
                }
            }

            Console.WriteLine($"rates: {check.Rates.Source}");
            foreach (string line in check.Rates.Describe())
            {
                Console.WriteLine($"  {line}");
            }
        }
    }

    private static string Terms(ImmutableArray<CostTerm> terms, CostRates rates) =>
        string.Join(", ", terms.OrderByDescending(t => t.At(rates)).Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Rate} {t.Amount:0.####} = {t.At(rates):F2} us")));
}
