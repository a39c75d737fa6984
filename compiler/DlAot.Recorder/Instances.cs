using System.Runtime.CompilerServices;

namespace DlAot.Recorder;

/// <summary>How modules were made: a row for each class and list of arguments.</summary>
internal sealed class Instances
{
    private const int MaxRows = 64; // of one class

    private readonly Dictionary<string, Dictionary<string, Row>> rows = [];
    private readonly ConditionalWeakTable<object, Row> of = [];

    private sealed class Row(string type, string arguments)
    {
        public long Made, Called;

        public override string ToString() => $$"""{"type":{{Json.Quoted(type)}},"made":{{Made}},"called":{{Called}},"args":{{arguments}}}""";

        /// <summary>As an argument of another module.</summary>
        public string Value => $$"""{"type":{{Json.Quoted(type)}},"args":{{arguments}}}""";
    }

    /// <summary>A constructor begins. Those of base classes, and those that it hands its work to, are no objects of their own.</summary>
    public void Made(string[] line, object self, object?[] arguments)
    {
        string type = Description.NameOf(self.GetType());
        if (type != line[1] || of.TryGetValue(self, out _))
        {
            return;
        }

        string text = Description.Of(line.AsSpan(2), arguments, this).ToString();
        if (!rows.TryGetValue(type, out Dictionary<string, Row>? known))
        {
            rows[type] = known = [];
        }

        if (!known.TryGetValue(text, out Row? row))
        {
            row = new Row(type, text);
            if (known.Count < MaxRows)
            {
                known[text] = row;
            }
        }

        row.Made++;
        of.Add(self, row);
    }

    public void Called(object? self)
    {
        if (self is not null && of.TryGetValue(self, out Row? row))
        {
            row.Called++;
        }
    }

    /// <summary>How the object was made, null when nobody saw that.</summary>
    public string? Find(object module) => of.TryGetValue(module, out Row? row) ? row.Value : null;

    public override string ToString() => string.Join(",\n", rows.Values.SelectMany(r => r.Values));
}
