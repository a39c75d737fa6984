using System.Diagnostics.Tracing;

namespace DlAot.Runtime;

/// <summary>
/// The event source DlAot. Each fact is written exactly once: at once when somebody listens, otherwise to the first who
/// does, since libraries load before a tool can attach.
/// </summary>
[EventSource(Name = "DlAot")]
internal sealed class DlAotEventSource : EventSource
{
    public static readonly DlAotEventSource Log = new();

    private readonly List<Fact> _unheard = [];
    private DiagnosticCounter[] _counters = [];

    private sealed record Fact(EventLevel Level, Action Write);

    private DlAotEventSource()
        : base(EventSourceSettings.EtwSelfDescribingEventFormat)
    {
    }

    [NonEvent]
    public void ReportLoaded(string library, string path, string isa, int regions) =>
        Tell(EventLevel.Informational, () => LibraryLoaded(library, path, isa, regions));

    [NonEvent]
    public void ReportDisabled(string library, string reason) =>
        Tell(EventLevel.Warning, () => LibraryDisabled(library, reason));

    [NonEvent]
    public void ReportMiss(string method, string reason) =>
        Tell(EventLevel.Warning, () => CallRanOriginal(method, reason));

    [NonEvent]
    public void ReportReplaced(string library, string reference, string reason) =>
        Tell(EventLevel.Warning, () => ReferenceReplaced(library, reference, reason));

    [Event(1, Level = EventLevel.Informational, Message = "{0}: compiled code from {1} ({2}, {3} regions)")]
    private void LibraryLoaded(string library, string path, string isa, int regions) =>
        WriteEvent(1, library, path, isa, regions);

    [Event(2, Level = EventLevel.Warning, Message = "{0}: the original code runs: {1}")]
    private void LibraryDisabled(string library, string reason) => WriteEvent(2, library, reason);

    [Event(3, Level = EventLevel.Warning, Message = "{0}: a call ran the original code: {1}")]
    private void CallRanOriginal(string method, string reason) => WriteEvent(3, method, reason);

    [Event(4, Level = EventLevel.Warning, Message = "{0}: methods made of code of {1} run as written: {2}")]
    private void ReferenceReplaced(string library, string reference, string reason) => WriteEvent(4, library, reference, reason);

    /// <inheritdoc/>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        if (command.Command != EventCommand.Enable)
            return;
        List<Fact> heard;
        lock (_unheard)
        {
            if (_counters.Length == 0)
                _counters = MakeCounters();
            heard = _unheard.FindAll(fact => IsEnabled(fact.Level, EventKeywords.None));
            _unheard.RemoveAll(heard.Contains);
        }
        foreach (var fact in heard)
            fact.Write();
    }

    [NonEvent]
    private void Tell(EventLevel level, Action write)
    {
        lock (_unheard)
        {
            if (!IsEnabled(level, EventKeywords.None))
            {
                _unheard.Add(new(level, write));
                return;
            }
        }
        write();
    }

    [NonEvent]
    private DiagnosticCounter[] MakeCounters() =>
    [
        new PollingCounter("calls-compiled", this, () => Fallback.CompiledCalls) { DisplayName = "Calls run compiled" },
        new PollingCounter("calls-original", this, () => Fallback.OriginalCalls) { DisplayName = "Calls run as written" },
        new PollingCounter("arena-bytes", this, () => Arena.TotalBytes) { DisplayName = "Scratch memory", DisplayUnits = "B" },
        new PollingCounter("worker-threads", this, () => WorkerPool.Shared.StartedWorkers) { DisplayName = "Worker threads" },
    ];
}
