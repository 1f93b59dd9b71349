using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Health;

/// <summary>What the composition root and the ledger say of the pipeline's state. Any thread.</summary>
internal sealed class PipelineHealth(ILedger ledger, Func<ReadinessReport> readiness, Func<IEnumerable<MetricSample>> metrics)
{
    private static readonly IReadOnlyList<KeyValuePair<string, string>> NoLabels = [];

    /// <summary>The root's report, and whether the ledger can be read.</summary>
    public ReadinessReport Readiness()
    {
        var report = readiness();
        try
        {
            ledger.JournalHead();
            return report;
        }
        catch (LedgerException e)
        {
            return new ReadinessReport([.. report.Reasons, e.Message]);
        }
    }

    public IEnumerable<MetricSample> Metrics() => metrics().Concat(OfLedger());

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
