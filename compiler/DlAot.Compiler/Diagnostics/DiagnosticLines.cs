namespace DlAot.Compiler.Diagnostics;

/// <summary>What was found in one assembly, by code, as lines that editors and build servers read.</summary>
public static class DiagnosticLines
{
    // A code that is found more often than this in one assembly gets one line instead.
    private const int MostOfCode = 20;

    /// <param name="assembly">Its name.</param>
    /// <param name="found">Hidden ones are left out.</param>
    /// <param name="all">Each on a line of its own.</param>
    public static IEnumerable<string> Of(string assembly, IEnumerable<Diagnostic> found, bool all)
    {
        foreach (IGrouping<(string Code, Severity Severity), Diagnostic> group in found.Where(d => d.Severity != Severity.Hidden).GroupBy(d => (d.Rule.Code, d.Severity)).OrderBy(g => g.Key))
        {
            Diagnostic[] equal = [.. group];
            bool isMany = !all && equal.Length > MostOfCode;
            foreach (Diagnostic d in isMany ? equal[..1] : equal)
            {
                yield return d.ToString();
            }

            if (isMany)
            {
                yield return $"dlaot: {group.Key.Severity.ToString().ToLowerInvariant()} {group.Key.Code}: {equal.Length - 1} more of it in {assembly}; --all lists them";
            }
        }
    }
}
