namespace DlAot.Tests.Coverage;

/// <summary>The table of the corpus: one class, one row.</summary>
internal static class CorpusTable
{
    public static IReadOnlyList<CorpusRow> Rows { get; } =
    [
        .. AttentionRows.Rows, .. VisionRows.Rows, .. SpeechRows.Rows, .. LanguageRows.Rows, .. GenerativeRows.Rows, .. ControlRows.Rows, .. LossRows.Rows, .. GeneralRows.Rows,
    ];
}
