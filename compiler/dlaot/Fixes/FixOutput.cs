using System.CommandLine;
using System.Text;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using DlAot.Compiler.Analysis;
using DlAot.Compiler.Analysis.Types;
using DlAot.Compiler.Driver;

namespace DlAot.Cli.Fixes;

/// <summary><c>dlaot analyze --fix</c>: shows what would change in the sources, asks, and changes it.</summary>
internal static class FixOutput
{
    public static readonly Option<bool> Fix = new("--fix") { Description = "Show how [Compile] attributes in the sources would change, and change them after a yes" };
    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "With --fix: do not ask" };

    private const int Context = 2;

    /// <param name="compilation">After <see cref="Compilation.Plan"/>.</param>
    public static void Write(Compilation compilation, AnalysisReport report, bool isAgreed)
    {
        var files = SourceFixes.Of(report, TypeAnalysis.Of(compilation));
        foreach (FixedFile file in files)
        {
            Console.Out.Write(Diff(file));
        }

        if (files.IsEmpty)
        {
            Console.Out.WriteLine($"{report.Assembly}: nothing to change in the sources");
        }
        else if (isAgreed || (!Console.IsInputRedirected && Asks()))
        {
            foreach (FixedFile file in files)
            {
                using var writer = new StreamWriter(file.Path, append: false, file.After.Encoding ?? new UTF8Encoding(false));
                file.After.Write(writer);
            }

            Console.Out.WriteLine($"{files.Length} files changed; [Compile] comes with the package DlAot.Annotations");
        }
        else
        {
            Console.Out.WriteLine($"nothing changed; --yes changes {files.Length} files");
        }
    }

    private static bool Asks()
    {
        Console.Out.Write("Change these files? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    /// <summary>The unified form.</summary>
    internal static string Diff(FixedFile file)
    {
        DiffPaneModel model = new InlineDiffBuilder(new Differ()).BuildDiffModel(file.Before.ToString(), file.After.ToString());
        var text = new StringBuilder($"--- {file.Path}\n+++ {file.Path}\n");
        bool[] shown = [.. model.Lines.Select((_, i) => model.Lines.Skip(Math.Max(0, i - Context)).Take((2 * Context) + 1 - Math.Max(0, Context - i)).Any(l => l.Type != ChangeType.Unchanged))];
        int before = 1, after = 1;
        for (int i = 0; i < model.Lines.Count; i++)
        {
            DiffPiece line = model.Lines[i];
            if (shown[i] && (i == 0 || !shown[i - 1]))
            {
                DiffPiece[] hunk = [.. model.Lines.Skip(i).TakeWhile((_, k) => shown[i + k])];
                text.Append($"@@ -{before},{hunk.Count(l => l.Type != ChangeType.Inserted)} +{after},{hunk.Count(l => l.Type != ChangeType.Deleted)} @@\n");
            }

            if (shown[i])
            {
                text.Append(line.Type switch { ChangeType.Inserted => '+', ChangeType.Deleted => '-', _ => ' ' }).Append(line.Text).Append('\n');
            }

            before += line.Type == ChangeType.Inserted ? 0 : 1;
            after += line.Type == ChangeType.Deleted ? 0 : 1;
        }

        return text.ToString();
    }
}
