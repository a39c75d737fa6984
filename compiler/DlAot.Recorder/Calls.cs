namespace DlAot.Recorder;

/// <summary>What methods were called with: a row for each method and form of the arguments, whatever their sizes and numbers.</summary>
internal sealed class Calls
{
    private const int MaxRows = 64; // of one method

    private readonly Dictionary<string, Dictionary<string, (Description Arguments, long Count)>> rows = [];

    public void Add(string[] line, Description arguments)
    {
        if (!rows.TryGetValue(line[1], out var known))
        {
            rows[line[1]] = known = [];
        }

        if (known.TryGetValue(arguments.Pattern, out var row))
        {
            known[arguments.Pattern] = (row.Arguments.With(arguments), row.Count + 1);
        }
        else if (known.Count < MaxRows)
        {
            known[arguments.Pattern] = (arguments, 1);
        }
    }

    public override string ToString() => string.Join(",\n", rows.SelectMany(m => m.Value.Values.Select(r => $$"""{"method":{{Json.Quoted(m.Key)}},"count":{{r.Count}},"args":{{r.Arguments}}}""")));
}
