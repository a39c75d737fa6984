using System.Reflection;

namespace DlAot.Compiler.Verification;

/// <summary>What the drop-in's runtime counts: calls that ran compiled code, calls that ran the original, and why.</summary>
internal sealed class CallCounts(VerificationContext context)
{
    private readonly Type? fallback = context.TryLoad("DlAot.Runtime")?.GetType("DlAot.Runtime.Fallback");
    private long compiled;
    private long original;
    private Dictionary<(string Method, string Reason), long> reasons = [];

    /// <summary>Counts from here on.</summary>
    public void Start()
    {
        compiled = Number("CompiledCalls");
        original = Number("OriginalCalls");
        reasons = Reasons();
    }

    /// <summary>Null when since <see cref="Start"/> compiled code ran and the original did not; else why.</summary>
    public string? WhyOriginalRan()
    {
        if (fallback is null)
        {
            return "the drop-in has no DlAot.Runtime beside it";
        }

        if (Number("OriginalCalls") > original)
        {
            return string.Join("; ", Reasons().Where(r => r.Value > reasons.GetValueOrDefault(r.Key)).Select(r => $"{r.Key.Method}: {r.Key.Reason}"));
        }

        return Number("CompiledCalls") > compiled ? null : "the method is not compiled, or its native library is disabled";
    }

    private long Number(string property) => fallback is null ? 0 : (long)fallback.GetProperty(property, BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    private Dictionary<(string Method, string Reason), long> Reasons() => fallback is null ? []
        : ((IReadOnlyList<(string Method, string Reason, long Count)>)fallback.GetMethod("Reasons")!.Invoke(null, [])!).ToDictionary(r => (r.Method, r.Reason), r => r.Count);
}
