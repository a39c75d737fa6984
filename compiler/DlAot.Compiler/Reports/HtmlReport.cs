using System.Globalization;
using System.Net;
using System.Text;

namespace DlAot.Compiler.Reports;

/// <summary>The report as one self-contained HTML page: per method its verdict, and per version the fused graph drawn as SVG.</summary>
public static class HtmlReport
{
    private const int Width = 380, RowHeight = 58, BoxHeight = 40;

    private const string Style = """
        body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1c2330;background:#fff}
        h1{font-size:1.5rem} h2{font-size:1.05rem;margin:0;display:inline} h3{font-size:.95rem} p{overflow-wrap:anywhere} code,pre,svg text{font-family:ui-monospace,monospace}
        details{border:1px solid #d7dce5;border-radius:8px;padding:.7rem 1rem;margin:.7rem 0} summary{cursor:pointer}
        .whole{color:#0b6b3a} .parts{color:#8a5a00} .eager{color:#a12020} .verdict{font-weight:700;display:inline-block;width:4rem}
        .muted{color:#5c6675} table{border-collapse:collapse;font-size:.85rem} td,th{text-align:left;padding:.15rem .8rem .15rem 0;vertical-align:top}
        .kernel rect{fill:#e7f0ff;stroke:#2f6fde} .extern rect{fill:#fff3e0;stroke:#d9822b} svg text{font-size:12px;fill:#1c2330} svg .small{font-size:10px;fill:#5c6675}
        .columns{display:flex;gap:2rem;flex-wrap:wrap;align-items:flex-start}
        """;

    public static string Write(ExplainReport report)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{E(report.Assembly)}: what was compiled</title><style>{Style}</style>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{E(report.Assembly)}</h1><p>{report.Methods.Length} candidate methods: ");
        html.AppendJoin(", ", new[] { "whole", "parts", "eager" }.Select(v => $"<b class=\"{v}\">{report.Methods.Count(m => m.Verdict == v)} {v}</b>")).Append("</p>");
        foreach (MethodReport m in report.Methods)
        {
            html.Append(CultureInfo.InvariantCulture, $"<details{(m.Verdict == "whole" ? " open" : "")}><summary><span class=\"verdict {m.Verdict}\">{m.Verdict}</span><h2>{E(m.Method)}</h2> <span class=\"muted\">{E(m.Location)}</span></summary>");
            foreach (BoundaryReport b in m.Boundaries.Where(b => b.Severity != Severity.Hidden))
            {
                html.Append(CultureInfo.InvariantCulture, $"<p><b>{b.Code}</b> {E(b.Location)}: {E(b.Text)}. <span class=\"muted\">{E(b.Advice)}</span></p>");
            }

            foreach (VersionReport v in m.Versions)
            {
                Write(html, v);
            }

            foreach (PartReport p in m.Parts)
            {
                html.Append(CultureInfo.InvariantCulture, $"<h3>Part {E(p.Lines)}</h3>");
                foreach (VersionReport v in p.Versions)
                {
                    Write(html, v);
                }
            }

            html.Append("</details>");
        }

        return html.Append("</html>\n").ToString();
    }

    private static void Write(StringBuilder html, VersionReport v)
    {
        html.Append(CultureInfo.InvariantCulture, $"<p><code>{E(v.Signature)}</code><br><span class=\"muted\">{v.Regions.Length} regions, {v.KernelCount} kernels, {v.ExternSteps.Length} extern steps, arena {E(v.ArenaBytes)} bytes</span></p><div class=\"columns\">");
        Draw(html, v);
        html.Append("<div>");
        Table(html, "Guards", v.Guards.Select(g => (g.Proved ? "proved" : "checked", g.Text, g.Location)));
        Table(html, "Assumptions", v.Assumptions.Select(a => ("", a, "")));
        html.Append("</div></div>");
    }

    private static void Table(StringBuilder html, string title, IEnumerable<(string, string, string)> rows)
    {
        html.Append(CultureInfo.InvariantCulture, $"<details><summary>{title}</summary><table>");
        foreach ((string kind, string text, string place) in rows)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"muted\">{kind}<td>{E(text)}<td class=\"muted\">{E(place)}");
        }

        html.Append("</table></details>");
    }

    // Steps from top to bottom; an arc on the right for each buffer that goes from the step that writes it to one that reads it.
    private static void Draw(StringBuilder html, VersionReport v)
    {
        (string Kind, string Title, string Note, IReadOnlyList<int> Reads, IReadOnlyList<int> Writes)[] steps =
        [
            .. v.Regions.SelectMany(r => r.Kernels).Select(k => ("kernel", k.Name, $"{k.Space}   {string.Join(" ", k.Origins.Take(2))}", (IReadOnlyList<int>)k.Reads, (IReadOnlyList<int>)k.Writes)),
            .. v.ExternSteps.Select(x => ("extern", x.Op, x.Location, (IReadOnlyList<int>)x.Reads, (IReadOnlyList<int>)x.Writes)),
        ];
        steps = Ordered(steps);
        html.Append(CultureInfo.InvariantCulture, $"<svg role=\"img\" width=\"{Width + 120}\" height=\"{(steps.Length * RowHeight) + 10}\">");
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (int buffer in steps[i].Reads)
            {
                int from = Array.FindLastIndex(steps, Math.Max(0, i - 1), s => s.Writes.Contains(buffer));
                if (from < 0 || from >= i)
                {
                    continue;
                }

                int y1 = (from * RowHeight) + 5 + (BoxHeight / 2), y2 = (i * RowHeight) + 5 + (BoxHeight / 2), bend = Width + 15 + Math.Min(80, (i - from) * 12);
                string type = v.Buffers.First(b => b.Id == buffer).Type;
                html.Append(i - from == 1
                    ? $"<path d=\"M{Width / 2} {y1 + (BoxHeight / 2)}V{y2 - (BoxHeight / 2)}\" stroke=\"#7b8794\" fill=\"none\"><title>{E(type)}</title></path><text class=\"small\" x=\"{(Width / 2) + 5}\" y=\"{y2 - (BoxHeight / 2) - 5}\">{E(Short(type, 34))}</text>"
                    : $"<path d=\"M{Width} {y1}C{bend} {y1} {bend} {y2} {Width} {y2}\" stroke=\"#b0b8c4\" fill=\"none\"><title>{E(type)}</title></path>");
            }

            int top = (i * RowHeight) + 5;
            html.Append(CultureInfo.InvariantCulture, $"<g class=\"{steps[i].Kind}\"><title>{E(steps[i].Title)} {E(steps[i].Note)}</title><rect x=\"1\" y=\"{top}\" width=\"{Width - 2}\" height=\"{BoxHeight}\" rx=\"6\"/><text x=\"10\" y=\"{top + 17}\">{E(Short(steps[i].Title, 48))}</text><text class=\"small\" x=\"10\" y=\"{top + 32}\">{E(Short(steps[i].Note, 58))}</text></g>");
        }

        html.Append("</svg>");
    }

    // Kernels and extern steps are listed apart; producers come before consumers.
    private static (string, string, string, IReadOnlyList<int> Reads, IReadOnlyList<int> Writes)[] Ordered((string Kind, string Title, string Note, IReadOnlyList<int> Reads, IReadOnlyList<int> Writes)[] steps)
    {
        var done = new List<(string, string, string, IReadOnlyList<int> Reads, IReadOnlyList<int> Writes)>();
        var left = steps.ToList();
        while (left.Count > 0)
        {
            int next = left.FindIndex(s => s.Reads.All(r => !left.Any(o => o != s && o.Writes.Contains(r))));
            done.Add(left[Math.Max(0, next)]);
            left.RemoveAt(Math.Max(0, next));
        }

        return [.. done];
    }

    private static string Short(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static string E(string text) => WebUtility.HtmlEncode(text);
}
