using System.Collections.Concurrent;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Ingest.Intake;

/// <summary>What intake accepts.</summary>
public sealed record IntakeOptions
{
    /// <summary>How far a reading's time may lie ahead of this machine's clock, minutes. Default 120: more than any meter's clock drifts.</summary>
    public int FutureToleranceMinutes { get; init; } = 120;

    /// <summary>Oldest reading time accepted. Default 2010: before it there were no smart meters, only clocks that lost the time.</summary>
    public LocalDay OldestDay { get; init; } = LocalDay.On(2010, 1, 1);
}

/// <summary>
/// Decodes and authorises messages straight from the receive buffer and gathers what one socket read brought into one batch for the
/// recorder. Every message ends in the batch: as readings or, with a reason, as quarantined bytes. Thread-safe; its sessions are not.
/// </summary>
public sealed class ReadingIntake : IReceiver
{
    private const int PoolMax = 1_024;

    private readonly RegistryWatch registry;
    private readonly Recorder recorder;
    private readonly TimeProvider time;
    private readonly IntakeOptions options;
    private readonly ConcurrentBag<IntakeBatch> pool = [];

    public ReadingIntake(RegistryWatch registry, Recorder recorder, TimeProvider time, IntakeOptions options)
    {
        (this.registry, this.recorder, this.time, this.options) = (registry, recorder, time, options);
        recorder.Done = Return;
    }

    /// <summary>Readings whose value had more than four decimals.</summary>
    public Counter Rounded { get; } = new();

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public IReceiverSession Open(Origin origin) => new Session(this, origin);

    private void Return(IntakeBatch batch)
    {
        batch.Clear();
        if (pool.Count < PoolMax) pool.Add(batch);
    }

    private IntakeBatch Rent() => pool.TryTake(out var batch) ? batch : new IntakeBatch();

    private sealed class Session(ReadingIntake intake, Origin origin) : IReceiverSession
    {
        private const int TopicKept = 512;
        private const int PayloadKept = 64 * 1024;

        private IntakeBatch batch = intake.Rent();
        private MeterDirectory directory = intake.registry.Directory;
        private long nowMs = intake.NowMs;

        private Fault? firstFault;
        private int faults;

        public Rejection? Take(in Delivery delivery)
        {
            (firstFault, faults) = (null, 0);
            var before = batch.Count;
            var company = TakeMessage(delivery);
            return firstFault is null
                ? null
                : new Rejection(origin.Company ?? company, CodeOf(firstFault), firstFault.Reason, firstFault.Detail, faults, Whole: batch.Count == before);
        }

        /// <returns>The company that the topic names; empty where it is unknown.</returns>
        private string TakeMessage(in Delivery delivery)
        {
            var topic = TopicShape.Of(delivery.Topic);
            var company = topic.Company.IsEmpty ? -1 : directory.CompanyOf(topic.Company);
            if (Refusal(topic, company) is { } refused)
            {
                var known = company < 0 ? "" : directory.Companies[company];
                Quarantine(refused, known, delivery.Topic, delivery.Payload);
                return known;
            }
            var name = directory.Companies[company];
            var (before, badBefore) = (batch.Count, batch.Quarantined.Count);
            var items = new JsonReadings(delivery.Payload);
            while (items.Next(out var item)) TakeItem(item, topic, company, delivery.Topic);
            if (items.Broken is { } broken)
            {
                batch.Truncate(before);
                batch.Quarantined.RemoveRange(badBefore, batch.Quarantined.Count - badBefore);
                (firstFault, faults) = (null, 0);
                Quarantine(broken, name, delivery.Topic, delivery.Payload);
                return name;
            }
            var bad = batch.Quarantined.Count - badBefore;
            batch.Tally(name, batch.Count - before + bad, bad);
            return name;
        }

        public ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel)
        {
            if (batch.IsEmpty && owed is null) return ValueTask.CompletedTask;
            var full = batch;
            full.Owed = owed;
            batch = intake.Rent();
            directory = intake.registry.Directory;
            nowMs = intake.NowMs;
            return intake.recorder.SubmitAsync(full, cancel);
        }

        public void Dispose() => intake.Return(batch);

        private Fault? Refusal(TopicShape topic, int company)
        {
            if (topic.Company.IsEmpty || !topic.IsKnown)
                return new Fault("unknown-topic", "Publish to metering/v1/{company}/{meter}/reading or metering/v1/{company}/batch.");
            if (company < 0)
                return new Fault("unknown-company", $"Company '{Text(topic.Company)}' is not registered. Import it with: meterpipeline import companies FILE");
            if (origin.Company is { } proved && proved != directory.Companies[company])
                return new Fault("foreign-company", $"The connection belongs to company '{proved}'; it may not publish for '{Text(topic.Company)}'.");
            return null;
        }

        private void TakeItem(in PayloadItem item, TopicShape topic, int company, ReadOnlySpan<byte> topicText)
        {
            var named = topic.Meter.IsEmpty ? item.Meter : topic.Meter;
            var fault = item.Fault ?? Check(item, topic, named);
            DirectoryEntry meter = default;
            if (fault is null && !Find(named, out meter)) fault = UnknownMeter(named);
            fault ??= Check(item, meter, company);
            if (fault is null) batch.Add(new Reading(meter.MeterNo, item.Register, item.TimeMs, item.Value, item.Revision));
            else Keep(fault, directory.Companies[company], topicText, item.Raw);
            if (item.Rounded) intake.Rounded.Increment();
        }

        private bool Find(ReadOnlySpan<byte> id, out DirectoryEntry meter)
        {
            if (directory.TryFind(id, out meter)) return true;
            // It may have been registered a moment ago.
            if (!intake.registry.LookAgain()) return false;
            directory = intake.registry.Directory;
            return directory.TryFind(id, out meter);
        }

        private Fault? Check(in PayloadItem item, TopicShape topic, ReadOnlySpan<byte> named)
        {
            if (named.IsEmpty) return new Fault("no-meter", "Items on the batch topic name their meter: add \"meter\":\"…\".");
            if (!topic.Meter.IsEmpty && !item.Meter.IsEmpty && !item.Meter.SequenceEqual(topic.Meter))
                return new Fault("meter-mismatch", $"The topic names meter '{Text(topic.Meter)}', the item '{Text(item.Meter)}'.");
            if (item.TimeMs > nowMs + intake.options.FutureToleranceMinutes * 60_000L)
                return new Fault("time-in-future", $"ts {LocalTime.Format(Math.Min(item.TimeMs, 253402271999999))} lies ahead of {LocalTime.Format(nowMs)}. Set the meter's clock.");
            if (item.TimeMs < intake.options.OldestDay.StartMs)
                return new Fault("time-too-old", $"ts lies before {intake.options.OldestDay}: the meter's clock has lost the time. Set it and send the reading again.");
            return null;
        }

        private Fault? Check(in PayloadItem item, in DirectoryEntry meter, int company)
        {
            if (meter.Company != company) return new Fault("foreign-meter", $"The meter is not registered to company '{directory.Companies[company]}'.");
            if (item.Unit.IsEmpty) return null;
            var fits = meter.Energy == Energy.Electricity
                ? item.Unit.SequenceEqual("kWh"u8)
                : item.Unit.SequenceEqual("m3"u8) || item.Unit.SequenceEqual("m³"u8);
            return fits ? null : new Fault("wrong-unit", $"unit is '{Text(item.Unit)}', the meter counts {(meter.Energy == Energy.Electricity ? "kWh" : "m3")}.");
        }

        private static Fault UnknownMeter(ReadOnlySpan<byte> id) =>
            new("unknown-meter", $"Meter '{Text(id)}' is not registered. Import it with: meterpipeline import meters FILE; the message is kept in quarantine.");

        private void Quarantine(Fault fault, string company, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
        {
            Keep(fault, company, topic, payload);
            batch.Tally(company, 1, 1);
        }

        private void Keep(Fault fault, string company, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
        {
            firstFault ??= fault;
            faults++;
            batch.Quarantined.Add(new QuarantinedMessage(
                nowMs, origin.Source, company, fault.Reason, fault.Detail, Text(topic[..Math.Min(topic.Length, TopicKept)]),
                payload[..Math.Min(payload.Length, PayloadKept)].ToArray()));
        }

        private static ReasonCode CodeOf(Fault fault) => fault.Reason switch
        {
            "unknown-topic" => ReasonCode.TopicNameInvalid,
            "unknown-company" or "foreign-company" or "foreign-meter" => ReasonCode.NotAuthorised,
            _ => ReasonCode.ImplementationSpecific,
        };

        private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
    }
}
