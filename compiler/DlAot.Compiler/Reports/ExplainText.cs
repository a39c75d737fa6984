using System.Text;

namespace DlAot.Compiler.Reports;

/// <summary>The report for people at a terminal: one block a method.</summary>
public static class ExplainText
{
    /// <param name="details">Also kernels, guards and assumptions.</param>
    public static string Write(ExplainReport report, bool details)
    {
        var text = new StringBuilder();
        text.AppendLine($"{report.Assembly}: {report.Methods.Length} candidates, {Count("whole")} whole, {Count("parts")} in parts, {Count("eager")} eager");
        foreach (MethodReport m in report.Methods)
        {
            text.AppendLine().AppendLine($"{m.Verdict,-5}  {m.Method}  {m.Location}");
            foreach (BoundaryReport b in m.Boundaries.Where(b => b.Severity != Severity.Hidden))
            {
                text.AppendLine($"       {b.Location}: {b.Code} {b.Text}. {b.Advice}");
            }

            foreach (VersionReport v in m.Versions)
            {
                Write(text, v, details);
            }

            foreach (PartReport p in m.Parts)
            {
                text.AppendLine($"       part {p.Lines}");
                foreach (VersionReport v in p.Versions)
                {
                    Write(text, v, details);
                }
            }
        }

        return text.ToString();

        int Count(string verdict) => report.Methods.Count(m => m.Verdict == verdict);
    }

    private static void Write(StringBuilder text, VersionReport v, bool details)
    {
        text.AppendLine($"       {v.Signature}");
        text.AppendLine($"       {v.Regions.Length} regions, {v.KernelCount} kernels, {v.ExternSteps.Length} extern steps, {v.Guards.Count(g => g.Proved)} guards proved, {v.Guards.Count(g => !g.Proved)} checked");
        if (!details)
        {
            return;
        }

        foreach (KernelReport k in v.Regions.SelectMany(r => r.Kernels))
        {
            text.AppendLine($"         kernel {k.Name}  [{k.Space}]  {string.Join(" ", k.Origins)}");
        }

        foreach (ExternReport e in v.ExternSteps)
        {
            text.AppendLine($"         extern {e.Op}  {e.Location}");
        }

        foreach (GuardReport g in v.Guards)
        {
            text.AppendLine($"         {(g.Proved ? "proved" : "check")} {g.Text}");
        }

        foreach (string a in v.Assumptions)
        {
            text.AppendLine($"         assumes {a}");
        }
    }
}
