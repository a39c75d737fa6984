using System.Globalization;

namespace DlAot.Benchmarks.Reports;

/// <summary>Numbers as the tables show them.</summary>
internal static class Numbers
{
    /// <summary>Microseconds: 3.21, 32.1, 321, 3210.</summary>
    public static string Time(double? us) => us is not { } v ? "-" : v.ToString(v < 10 ? "0.00" : v < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    public static string Ratio(double? ratio) => ratio is not { } v ? "-" : v.ToString(v < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + "x";

    public static string Error(double? error) => error is not { } v ? "-" : v == 0 ? "0" : v.ToString("0.0e+0", CultureInfo.InvariantCulture);

    /// <summary>The geometric mean.</summary>
    public static double GeometricMean(IEnumerable<double> ratios) => Math.Exp(ratios.Select(ratio => Math.Log(ratio)).DefaultIfEmpty(0).Average());
}
