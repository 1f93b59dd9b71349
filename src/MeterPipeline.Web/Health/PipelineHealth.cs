using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Health;

/// <summary>What the composition root and the ledger say of the pipeline's state. A ledger that is away is no reason to be silent. Any thread.</summary>
internal sealed class PipelineHealth(ILedger ledger, Func<ReadinessReport> readiness, Func<IEnumerable<MetricSample>> metrics, TimeProvider time)
{
    private const string Silent = "The ledger does not answer.";

    /// <summary>Whoever watches this asks every few seconds and does not wait long.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly IReadOnlyList<KeyValuePair<string, string>> NoLabels = [];

    private readonly Lock gate = new();
    private Task<List<MetricSample>> asking = Task.FromResult<List<MetricSample>>([]);

    /// <summary>The root's report, and whether the ledger can be read.</summary>
    public async Task<ReadinessReport> ReadinessAsync()
    {
        var report = readiness();
        return (await AskAsync().ConfigureAwait(false)).Fault is { } fault ? new ReadinessReport([.. report.Reasons, fault]) : report;
    }

    public async Task<IEnumerable<MetricSample>> MetricsAsync()
    {
        var (samples, fault) = await AskAsync().ConfigureAwait(false);
        return [.. metrics(), Gauge("meterpipeline_ledger_reachable", "1 while the ledger answers.", fault is null ? 1 : 0), .. samples];
    }

    /// <summary>One question at a time, however many want to know and however long it takes.</summary>
    private async Task<(List<MetricSample> Samples, string? Fault)> AskAsync()
    {
        Task<List<MetricSample>> asked;
        lock (gate) asked = asking.IsCompleted ? asking = Task.Run(OfLedger) : asking;
        try
        {
            return (await asked.WaitAsync(Patience, time).ConfigureAwait(false), null);
        }
        catch (TimeoutException)
        {
            return ([], Silent);
        }
        catch (LedgerException error)
        {
            return ([], error.Message);
        }
    }

    private List<MetricSample> OfLedger()
    {
        using var view = ledger.OpenView();
        var head = ledger.JournalHead();
        return
        [
            Gauge("meterpipeline_journal_head_seq", "Sequence number of the newest journal row.", head),
            Gauge("meterpipeline_folded_seq", "Journal row up to which readings are folded and flushed.", view.FoldedSeq),
            Gauge("meterpipeline_fold_lag_rows", "Journal rows acknowledged and not flushed as folded yet.", Math.Max(0, head - view.FoldedSeq)),
            Gauge("meterpipeline_quarantine_open", "Quarantined messages not replayed yet.", view.QuarantineSize().Open),
            Gauge("meterpipeline_registry_version", "Version of the registry.", ledger.RegistryVersion()),
        ];
    }

    private static MetricSample Gauge(string name, string help, long value) => new(name, help, "gauge", NoLabels, value);
}
