using System.Text;
using System.Text.Json;

namespace DlAot.Compiler.Configuration;

/// <summary>Writes a profile for people and for version control: a row a line, in an order that does not depend on the run's.</summary>
public static class ProfileText
{
    public static string Write(Profile profile) => $$"""
        {
          "dlprofile": {{Profile.Version}},
          "instances": [{{Rows(profile.Instances.Select(i => $$"""{ "type": {{Quoted(i.Type)}}, "made": {{i.Made}}, "called": {{i.Called}}, "args": {{Json(i.Arguments)}} }"""))}}],
          "calls": [{{Rows(profile.Calls.Select(c => $$"""{ "method": {{Quoted(c.Method)}}, "count": {{c.Count}}, "args": {{Json(c.Arguments)}} }"""))}}],
          "branches": [{{Rows(profile.Outcomes.Select(b => $$"""{ "method": {{Quoted(b.Method)}}, "code": {{Quoted(b.Code)}}, "outcomes": [{{string.Join(", ", b.Rows.Select(Branch))}}] }"""))}}]
        }

        """;

    private static string Branch(Profile.Branch b) => $$"""{ "at": {{b.At}}, "line": {{b.Line}}, "taken": {{b.Taken}}, "notTaken": {{b.NotTaken}} }""";

    private static string Rows(IEnumerable<string> rows)
    {
        var text = new StringBuilder();
        foreach (string row in rows)
        {
            text.Append(text.Length == 0 ? "" : ",").Append("\n    ").Append(row);
        }

        return text.Length == 0 ? "" : text.Append("\n  ").ToString();
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    // With a space after each colon and comma.
    private static string Json(PositionedJson json) => json switch
    {
        PositionedJson.Map { Members: [] } => "{}",
        PositionedJson.Map m => $"{{ {string.Join(", ", m.Members.Select(x => $"{Quoted(x.Name)}: {Json(x.Value)}"))} }}",
        PositionedJson.List l => $"[{string.Join(", ", l.Items.Select(Json))}]",
        PositionedJson.Scalar s => s.Value is double d ? d.ToString("R", System.Globalization.CultureInfo.InvariantCulture) is var text && text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text : JsonSerializer.Serialize(s.Value),
        _ => "null",
    };
}
