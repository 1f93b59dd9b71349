using System.Globalization;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt.Subscriber;
using MeterPipeline.Web;

namespace MeterPipeline.Run;

/// <summary>The stages' counters as metrics. Names of companies and sources only; never of households or meters.</summary>
internal static class PipelineMetrics
{
    private static readonly KeyValuePair<string, string>[] NoLabels = [];
    private static readonly (Trouble Kind, string Name)[] Troubles = [(Trouble.NotConnected, "not-connected"), (Trouble.NoCommits, "no-commits"), (Trouble.Backlog, "backlog")];

    public static IEnumerable<MetricSample> Of(Pipeline pipeline, Certificates tls, GcPauses pauses)
    {
        yield return Counter("meterpipeline_readings_recorded_total", "Readings committed to the journal.", pipeline.Recorder.Readings.Value);
        yield return Counter("meterpipeline_commits_total", "Journal commits, each with one fsync.", pipeline.Recorder.Commits.Value);
        yield return Counter("meterpipeline_readings_folded_total", "Readings merged into meter days, duplicates included.", pipeline.Folding.Folded.Value);
        yield return Counter("meterpipeline_values_rounded_total", "Readings with more than four decimals.", pipeline.Intake.Rounded.Value);
        yield return Gauge("meterpipeline_recorder_healthy", "1 while the ledger takes commits.", pipeline.Recorder.Healthy ? 1 : 0);
        yield return Gauge("meterpipeline_folding_waiting", "1 while folding waits for the ledger, 2 when it has stopped until a restart.", pipeline.Keeper.Folds.Select(fold => fold.Accruer.Failure is not null ? 2 : fold.Accruer.Waiting is not null ? 1 : 0).DefaultIfEmpty().Max());
        yield return Gauge("meterpipeline_mqtt_connections", "Clients connected to the built-in endpoint.", pipeline.Endpoint.Count);
        yield return Counter("meterpipeline_mqtt_messages_total", "PUBLISH packets taken by the built-in endpoint.", pipeline.Endpoint.Counters.Messages);
        yield return Counter("meterpipeline_mqtt_bytes_total", "Bytes of packets taken by the built-in endpoint.", pipeline.Endpoint.Counters.Bytes);
        yield return Gauge("meterpipeline_mqtt_stored_sessions", "Sessions kept for clients that are not connected.", pipeline.Endpoint.StoredSessions);
        yield return Counter("meterpipeline_mqtt_feedback_sent_total", "Rejections sent to readers of feedback.", pipeline.Endpoint.Counters.FeedbackSent);
        yield return Counter("meterpipeline_mqtt_feedback_dropped_total", "Rejections that readers of feedback were too slow for.", pipeline.Endpoint.Counters.FeedbackDropped);
        foreach (var (reason, count) in pipeline.Endpoint.Counters.Refusals)
            yield return new MetricSample("meterpipeline_mqtt_refusals_total", "Clients or requests refused, by reason.", "counter", [new("reason", reason)], count);
        yield return Gauge("meterpipeline_mqtt_unfinished_bytes", "Taken by large packets that have begun and are not complete.", pipeline.Endpoint.Unfinished.Taken);
        yield return Counter("meterpipeline_mqtt_throttled_total", "Times that a client was not read for a while because it, or its company, was over a rate.", pipeline.Endpoint.Counters.Throttled);
        yield return Counter("meterpipeline_password_derivations_total", "Passwords checked the slow way; the rest were known to be right.", pipeline.Accounts.Derived);
        yield return Gauge("meterpipeline_gc_heap_bytes", "Managed memory after the last collection, free room in it included.", GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes);
        yield return Counter("meterpipeline_gc_collections_total", "Garbage collections of any generation.", GC.CollectionCount(0));
        yield return Counter("meterpipeline_gc_pause_milliseconds_total", "Time that everything stood still for collections.", (long)GC.GetTotalPauseDuration().TotalMilliseconds);
        foreach (var sample in pauses.Samples()) yield return sample;
        foreach (var sample in OfCertificates(tls)) yield return sample;
        foreach (var sample in OfSubscribers(pipeline)) yield return sample;
        foreach (var sample in OfPartitions(pipeline.Keeper)) yield return sample;
        if (pipeline.Projectors.ToList() is not { Count: > 0 } projectors) yield break;
        yield return Gauge("meterpipeline_influx_cursor_seq", "Journal rows up to which InfluxDB has everything, of the partitions folded here.", projectors.Sum(projector => projector.Cursor));
        yield return Counter("meterpipeline_influx_points_total", "Points that InfluxDB has stored.", pipeline.Folding.Written.Value);
        yield return Counter("meterpipeline_influx_refused_total", "Points that InfluxDB refused for good.", pipeline.Folding.Refused.Value);
        yield return Gauge("meterpipeline_influx_waiting", "1 while InfluxDB takes nothing.", projectors.Any(projector => projector.Waiting is not null) ? 1 : 0);
    }

    private static IEnumerable<MetricSample> OfPartitions(PartitionKeeper keeper)
    {
        yield return Gauge("meterpipeline_partitions_folded", "Partitions of the journal that this node folds.", keeper.Folds.Count());
        if (keeper.Spread.Partitions.Count == 0) yield break;
        yield return Gauge("meterpipeline_nodes", "Nodes that live and share the folding.", keeper.Spread.Nodes);
        yield return Gauge("meterpipeline_partitions_unowned", "Partitions that nobody folds; for a moment while a node joins, leaves or dies.", keeper.Spread.Partitions.Count(state => state.Holder == FoldHolder.Nobody));
        foreach (var state in keeper.Spread.Partitions)
            yield return new MetricSample(
                "meterpipeline_partition_lag_rows", "Journal rows of a partition acknowledged and not flushed as folded yet.", "gauge",
                [new("partition", state.Partition.ToString(CultureInfo.InvariantCulture))], Math.Max(0, state.Head - state.Folded));
    }

    private static IEnumerable<MetricSample> OfCertificates(Certificates tls)
    {
        foreach (var (name, files) in new[] { ("mqtt", tls.Mqtt), ("web", tls.Web) })
        {
            if (files is null) continue;
            KeyValuePair<string, string>[] listener = [new("listener", name)];
            yield return new MetricSample("meterpipeline_tls_certificate_expiry_seconds", "End of the certificate's validity, seconds since 1970.", "gauge", listener, files.Current.NotAfter.ToUnixTimeSeconds());
            yield return new MetricSample("meterpipeline_tls_reload_failures_total", "Changed certificate files that could not be used.", "counter", listener, files.Failures);
        }
    }

    private static IEnumerable<MetricSample> OfSubscribers(Pipeline pipeline)
    {
        foreach (var subscriber in pipeline.Subscribers)
        {
            var counters = subscriber.Counters;
            KeyValuePair<string, string>[] broker = [new("broker", subscriber.Name)];
            MetricSample Gauge(string name, string help, long value) => new($"meterpipeline_broker_{name}", help, "gauge", broker, value);
            MetricSample Counter(string name, string help, long value) => new($"meterpipeline_broker_{name}_total", help, "counter", broker, value);
            yield return Gauge("connected", "1 while connected to the broker.", subscriber.Connected ? 1 : 0);
            yield return Counter("messages", "Messages that the broker delivered.", counters.Messages);
            yield return Counter("unprotected", "Of these, at QoS 0.", counters.Unprotected);
            yield return Counter("retained", "Of these, retained by the broker: perhaps old ones seen again.", counters.Retained);
            yield return Counter("committed", "QoS 1 messages committed, or skipped for their size.", counters.Committed);
            yield return Counter("oversized", "Messages above MaxPacketBytes, acknowledged and not taken.", counters.Oversized);
            yield return Counter("refused_filters", "Subscriptions refused or granted at QoS 0 only.", counters.RefusedFilters);
            yield return Counter("lost_sessions", "Reconnects at which the broker had forgotten the session and what it held for us.", counters.LostSessions);
            yield return Counter("dropped", "Messages that the broker says it has dropped since we first asked, whoever they were for.", counters.DroppedByBroker);
            if (subscriber is not Subscriber own) continue;
            yield return Gauge("protocol_level", "5: MQTT 5, 4: MQTT 3.1.1, 0: not connected.", own.ProtocolLevel);
            yield return Gauge("owed", "QoS 1 messages taken and not yet committed.", own.Owed);
            if (own.Waiting is { } waiting) yield return Gauge("waiting", "Messages that the broker says it holds for its clients.", waiting);
            foreach (var (kind, name) in Troubles)
                yield return new MetricSample("meterpipeline_broker_trouble", "1 while readings do not come in as they should, by kind.", "gauge", [.. broker, new("kind", name)], own.Trouble == kind ? 1 : 0);
        }
    }

    private static MetricSample Counter(string name, string help, long value) => new(name, help, "counter", NoLabels, value);

    private static MetricSample Gauge(string name, string help, long value) => new(name, help, "gauge", NoLabels, value);
}
