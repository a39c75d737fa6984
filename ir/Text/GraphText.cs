using System.Collections.Immutable;

namespace DlAot.Ir.Text;

/// <summary>
/// The text form of graphs (<c>.dlir</c>), which prints and parses without loss, except that a source location keeps only what
/// <see cref="SourceLocation.ToString"/> shows.
/// <code>
/// graph Mlp.forward(%x: f32[N,784], %this.fc1.weight: f32[512,784], scalar %eps: f64) {
///   %0 = linear(%x, %this.fc1.weight) : f32[N,512] @ Mlp.cs(12,5)
///   %1 = sum(%0) {dims=[1], keepdim=false} : f32[N]
///   require N >= 1
///   return %1
/// }
/// </code>
/// Attributes are typed by the op's row. In text written by hand the types after a node may be left out: the op's rule gives them.
/// </summary>
public static class GraphText
{
    public static string Print(Graph graph) => GraphPrinter.Print(graph);

    /// <summary>The one graph of a text.</summary>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="TextFormatException">The text is not well formed, or has not exactly one graph.</exception>
    public static Graph Parse(string text, string file = "text")
    {
        var cursor = new TextCursor(text, file);
        Graph graph = new GraphParser(cursor).Read();
        return cursor.AtEnd ? graph : throw cursor.Error("there is more text after the graph");
    }

    /// <summary>All graphs of a text.</summary>
    /// <exception cref="TextFormatException">The text is not well formed.</exception>
    public static ImmutableArray<Graph> ParseAll(string text, string file = "text")
    {
        var cursor = new TextCursor(text, file);
        var graphs = ImmutableArray.CreateBuilder<Graph>();
        while (!cursor.AtEnd)
        {
            graphs.Add(new GraphParser(cursor).Read());
        }

        return graphs.ToImmutable();
    }
}
