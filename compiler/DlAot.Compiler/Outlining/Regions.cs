using Mono.Cecil.Cil;

namespace DlAot.Compiler.Outlining;

/// <summary>Which protected blocks and handlers the instructions of a body stand in.</summary>
internal sealed class Regions
{
    private readonly List<Block> blocks = [];
    private readonly int[] innermost;

    /// <param name="Start">First index.</param>
    /// <param name="End">Index after the last.</param>
    /// <param name="WholeStart">Where the try statement that it belongs to begins.</param>
    /// <param name="WholeEnd">Where the try statement that it belongs to ends, handlers included.</param>
    internal sealed record Block(int Start, int End, int WholeStart, int WholeEnd, bool IsTry);

    public Regions(WorkingBody body)
    {
        foreach (IGrouping<(int, int), ExceptionHandler> statement in body.Handlers.GroupBy(h => (body.IndexOf(h.TryStart), body.IndexOf(h.TryEnd))))
        {
            (int start, int end) = statement.Key;
            int whole = statement.Max(h => body.IndexOfEnd(h.HandlerEnd));
            blocks.Add(new Block(start, end, start, whole, true));
            foreach (ExceptionHandler h in statement)
            {
                int handler = body.IndexOf(h.HandlerStart);
                blocks.Add(new Block(handler, body.IndexOfEnd(h.HandlerEnd), start, whole, false));
                if (h.FilterStart is not null)
                {
                    blocks.Add(new Block(body.IndexOf(h.FilterStart), handler, start, whole, false));
                }
            }
        }

        innermost = new int[body.Code.Count];
        Array.Fill(innermost, -1);
        foreach ((Block b, int number) in blocks.Select((b, number) => (b, number)).OrderByDescending(x => x.b.End - x.b.Start))
        {
            Array.Fill(innermost, number, b.Start, b.End - b.Start);
        }
    }

    /// <summary>The number of the innermost block around an instruction, -1 for none.</summary>
    public int At(int index) => innermost[index];

    public Block Of(int number) => blocks[number];

    /// <summary>Whether one block is within another.</summary>
    public bool IsWithin(int number, int outer) => outer < 0 || (number >= 0 && blocks[number].Start >= blocks[outer].Start && blocks[number].End <= blocks[outer].End);
}
