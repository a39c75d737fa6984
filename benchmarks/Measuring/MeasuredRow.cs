namespace DlAot.Benchmarks.Measuring;

/// <summary>What the measuring process found out about one model at one batch size.</summary>
internal sealed record MeasuredRow(string Model, int Batch, int Threads)
{
    /// <summary>Against eager on the same inputs; infinite where shapes or positions of NaN differ.</summary>
    public double MaxRelError { get; init; } = double.PositiveInfinity;

    public Timing? Eager { get; init; }

    public Timing? Compiled { get; init; }

    /// <summary>Calls that the runtime counted as compiled, per call of the drop-in.</summary>
    public double CompiledCalls { get; init; }

    /// <summary>Calls that it counted as run by the original code, per call of the drop-in.</summary>
    public double OriginalCalls { get; init; }

    /// <summary>Why the original code ran.</summary>
    public string[] Reasons { get; init; } = [];

    /// <summary>Managed heap bytes that one call of the original allocates.</summary>
    public long EagerBytes { get; init; }

    public long CompiledBytes { get; init; }

    /// <summary>The share of the processors that other programs used meanwhile.</summary>
    public double OthersShare { get; init; }

    /// <summary>The exception that ended it, or null.</summary>
    public string? Failure { get; init; }
}
