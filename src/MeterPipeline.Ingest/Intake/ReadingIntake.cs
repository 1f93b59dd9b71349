using System.Collections.Concurrent;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake.Profiles;
using MeterPipeline.Ingest.Intake.Sparkplug;
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

    /// <summary>Aliases of Sparkplug births kept for one connection, 16 to 10,000,000. Default 65,536, about 4 MB; a broker with more meters needs more.</summary>
    public int SparkplugAliasesMax { get; init; } = 65_536;

    /// <summary>Names of Sparkplug metrics that are registers; others are no readings. Configured ones are added to these.</summary>
    public Dictionary<string, Register> SparkplugRegisters { get; init; } = new(StringComparer.Ordinal)
    {
        ["total"] = Register.Total,
        ["Total"] = Register.Total,
        ["T1"] = Register.T1,
        ["T2"] = Register.T2,
        ["T3"] = Register.T3,
        ["T4"] = Register.T4,
        ["Energy/Total"] = Register.Total,
        ["Energy/T1"] = Register.T1,
        ["Energy/T2"] = Register.T2,
        ["Energy/T3"] = Register.T3,
        ["Energy/T4"] = Register.T4,
        ["Volume/Total"] = Register.Total,
    };

    /// <summary>Head-ends that keep their own format. Not bound from the configuration: read from the folder of profiles.</summary>
    public IReadOnlyList<Profile> Profiles { get; init; } = [];

    /// <exception cref="ArgumentException">A value is out of range; names it.</exception>
    public void Validate()
    {
        if (SparkplugAliasesMax is < 16 or > 10_000_000) throw new ArgumentException($"Intake:SparkplugAliasesMax is {SparkplugAliasesMax}; allowed are 16 to 10000000.");
        if (SparkplugRegisters.Count > 256) throw new ArgumentException("Intake:SparkplugRegisters has more than 256 names.");
    }
}

/// <summary>
/// Decodes and authorises messages straight from the receive buffer and gathers what one socket read brought into one batch for the
/// recorder. Every message ends in the batch: as readings or, with a reason, as quarantined bytes. Thread-safe; its sessions are not.
/// </summary>
public sealed class ReadingIntake : IReceiver
{
    private const int PoolMax = 1_024;

    private readonly RegistryWatch registry;
    private readonly Func<IntakeBatch, CancellationToken, ValueTask> submit;
    private readonly TimeProvider time;
    private readonly IntakeOptions options;
    private readonly RegisterNames sparkplugNames;
    private readonly ConcurrentBag<IntakeBatch> pool = [];

    /// <param name="submit">Takes over each batch: to the recorder, or to whoever replays.</param>
    /// <param name="time">Judges the clocks of meters.</param>
    public ReadingIntake(RegistryWatch registry, Func<IntakeBatch, CancellationToken, ValueTask> submit, TimeProvider time, IntakeOptions options)
    {
        (this.registry, this.submit, this.time, this.options) = (registry, submit, time, options);
        sparkplugNames = new RegisterNames(options.SparkplugRegisters.Select(n => (n.Key, n.Value)));
    }

    /// <summary>Readings whose value had more than four decimals.</summary>
    public Counter Rounded { get; } = new();

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public IReceiverSession Open(Origin origin) => new Session(this, origin);

    /// <summary>Gives a batch back when nobody needs it any more.</summary>
    public void Return(IntakeBatch batch)
    {
        batch.Clear();
        if (pool.Count < PoolMax) pool.Add(batch);
    }

    private IntakeBatch Rent() => pool.TryTake(out var batch) ? batch : new IntakeBatch();

    private sealed class Session(ReadingIntake intake, Origin origin) : IReceiverSession
    {
        private const int TopicKept = 512;

        /// <summary>Items of one message: the largest packet holds fewer good ones.</summary>
        private const int ItemsMax = 65_536;

        private IntakeBatch batch = intake.Rent();
        private MeterDirectory directory = intake.registry.Directory;
        private readonly long earliestMs = intake.options.OldestDay.StartMs;
        private long nowMs;
        private long latestMs;
        private SparkplugBirths? births;
        private int lastMeter = -1; // its place in the directory

        private Fault? firstFault;
        private int faults;

        public Rejection? Take(in Delivery delivery)
        {
            (firstFault, faults) = (null, 0);
            var before = batch.Count;
            var company = TakeMessage(delivery);
            return firstFault is null
                ? null
                : new Rejection(company, CodeOf(firstFault), firstFault.Reason, firstFault.Detail, faults, Whole: batch.Count == before);
        }

        /// <returns>For whom the message counts: the company that the connection proved to be, otherwise the one that the topic names; empty where it is unknown.</returns>
        private string TakeMessage(in Delivery delivery)
        {
            if (batch.IsEmpty) Begin();
            var topic = TopicShape.Of(delivery.Topic, intake.options.Profiles);
            if (topic.Kind == TopicKind.Ignored) return "";
            var company = topic.Company.IsEmpty ? -1 : directory.CompanyOf(topic.Company);
            var name = origin.Company ?? (company < 0 ? "" : directory.Companies[company]);
            if (Refusal(topic, company) is { } refused) Quarantine(refused, name, delivery.Topic, delivery.Payload);
            else if (TryTakePlain(topic, company, delivery.Payload)) return name;
            else if (topic.Kind == TopicKind.Sparkplug) TakeSparkplug(topic, company, delivery);
            else if (topic.Kind != TopicKind.Contract) TakeProfile(topic, company, delivery);
            else if (SenmlReadings.Recognises(delivery.Payload)) TakeSenml(topic, company, delivery);
            else TakeJson(topic, company, delivery);
            return name;
        }

        public ValueTask SubmitAsync(IOwedAcks? owed, CancellationToken cancel)
        {
            if (batch.IsEmpty && owed is null) return ValueTask.CompletedTask;
            var full = batch;
            full.Owed = owed;
            batch = intake.Rent();
            return intake.submit(full, cancel);
        }

        public void Dispose() => intake.Return(batch);

        /// <summary>A connection may have been silent for a day: its first message is judged by today's clock and registry.</summary>
        private void Begin()
        {
            (directory, nowMs) = (intake.registry.Directory, intake.NowMs);
            latestMs = nowMs + intake.options.FutureToleranceMinutes * 60_000L;
        }

        private Fault? Refusal(TopicShape topic, int company)
        {
            if (topic.Company.IsEmpty || topic.Kind == TopicKind.Unknown) return Faults.UnknownTopic;
            if (company < 0) return Faults.UnknownCompany(Text(topic.Company));
            return origin.Company is { } proved && proved != directory.Companies[company] ? Faults.ForeignCompany(proved, Text(topic.Company)) : null;
        }

        /// <summary>The one good reading that nearly all messages hold. False: the message has another form, or something is wrong with it.</summary>
        private bool TryTakePlain(in TopicShape topic, int company, ReadOnlySpan<byte> payload)
        {
            if (topic.Kind != TopicKind.Contract || topic.Meter.IsEmpty || !PlainReading.TryRead(payload, out var timeMs, out var value)) return false;
            if (!directory.TryFind(topic.Meter, ref lastMeter, out var meter) || meter.Company != company || timeMs > latestMs || timeMs < earliestMs) return false;
            batch.Add(new Reading(meter.MeterNo, Register.Total, timeMs, value, 0));
            batch.Tally(directory.Companies[company], 1, 0);
            return true;
        }

        private void TakeJson(in TopicShape topic, int company, in Delivery delivery)
        {
            var items = new JsonReadings(delivery.Payload);
            TakeItems(ref items, topic, company, delivery);
        }

        private void TakeSenml(in TopicShape topic, int company, in Delivery delivery)
        {
            var items = new SenmlReadings(delivery.Payload, nowMs, stackalloc byte[SenmlReadings.NameRoom]);
            TakeItems(ref items, topic, company, delivery);
        }

        private void TakeProfile(in TopicShape topic, int company, in Delivery delivery)
        {
            var items = new ProfileReadings(delivery.Payload, topic.Profile!);
            TakeItems(ref items, topic, company, delivery);
            items.Dispose();
        }

        private void TakeSparkplug(in TopicShape topic, int company, in Delivery delivery)
        {
            births ??= new SparkplugBirths(intake.sparkplugNames, intake.options.SparkplugAliasesMax);
            var sparkplug = SparkplugTopic.Of(delivery.Topic);
            var message = new SparkplugMessage(delivery.Payload);
            var refused = births.Follow(sparkplug, message, delivery.Retained, out var aliases);
            var items = new SparkplugReadings(message, aliases, intake.sparkplugNames, refused);
            if (sparkplug.IsReadings) TakeItems(ref items, topic, company, delivery);
        }

        private void TakeItems<T>(scoped ref T items, in TopicShape topic, int company, in Delivery delivery) where T : IPayloadItems, allows ref struct
        {
            var name = directory.Companies[company];
            var (before, badBefore, count) = (batch.Count, batch.Quarantined.Count, 0);
            while (items.Next(out var item) && ++count <= ItemsMax)
            {
                if (item.Rounded) intake.Rounded.Increment();
                if (FaultOf(item, topic, company, out var meter) is { } fault) Keep(fault, name, delivery.Topic, items.Alone(item), OwnMeter(item, topic, company));
                else batch.Add(new Reading(meter.MeterNo, item.Register, item.TimeMs, item.Value, item.Revision));
            }
            if ((count > ItemsMax ? Faults.TooManyItems : items.Broken) is { } broken)
            {
                batch.Truncate(before);
                batch.Quarantined.RemoveRange(badBefore, batch.Quarantined.Count - badBefore);
                (firstFault, faults) = (null, 0);
                Quarantine(broken, name, delivery.Topic, delivery.Payload);
                return;
            }
            var bad = batch.Quarantined.Count - badBefore;
            batch.Tally(name, batch.Count - before + bad, bad);
        }

        private Fault? FaultOf(in PayloadItem item, in TopicShape topic, int company, out DirectoryEntry meter)
        {
            meter = default;
            var named = Named(item, topic);
            if ((item.Fault ?? Check(item, topic, named)) is { } fault) return fault;
            return Find(named, out meter) ? Check(item, meter, company) : Faults.UnknownMeter(Text(named));
        }

        private bool Find(ReadOnlySpan<byte> id, out DirectoryEntry meter)
        {
            if (directory.TryFind(id, ref lastMeter, out meter)) return true;
            // It may have been registered a moment ago.
            if (!intake.registry.LookedAgain()) return false;
            directory = intake.registry.Directory;
            return directory.TryFind(id, ref lastMeter, out meter);
        }

        /// <summary>The meter that a refused item speaks of; empty where the company has none of that name: nobody accuses another's meter.</summary>
        private string OwnMeter(in PayloadItem item, in TopicShape topic, int company)
        {
            var named = Named(item, topic);
            return directory.TryFind(named, out var meter) && meter.Company == company ? Text(named) : "";
        }

        private static ReadOnlySpan<byte> Named(in PayloadItem item, in TopicShape topic) => topic.Meter.IsEmpty ? item.Meter : topic.Meter;

        private Fault? Check(in PayloadItem item, in TopicShape topic, ReadOnlySpan<byte> named)
        {
            if (named.IsEmpty) return Faults.NoMeter;
            if (!topic.Meter.IsEmpty && !item.Meter.IsEmpty && !item.Meter.SequenceEqual(topic.Meter))
                return Faults.MeterMismatch(Text(topic.Meter), Text(item.Meter));
            if (item.TimeMs > latestMs)
                return Faults.TimeInFuture(LocalTime.Format(Math.Min(item.TimeMs, 253402271999999)), LocalTime.Format(nowMs));
            if (item.TimeMs < earliestMs)
                return Faults.TimeTooOld(intake.options.OldestDay.ToString());
            return null;
        }

        private Fault? Check(in PayloadItem item, in DirectoryEntry meter, int company)
        {
            if (meter.Company != company) return Faults.ForeignMeter(directory.Companies[company]);
            if (item.Unit.IsEmpty) return null;
            var fits = meter.Energy == Energy.Electricity
                ? item.Unit.SequenceEqual("kWh"u8)
                : item.Unit.SequenceEqual("m3"u8) || item.Unit.SequenceEqual("m³"u8);
            return fits ? null : Faults.WrongUnit(Text(item.Unit), meter.Energy == Energy.Electricity ? "kWh" : "m3");
        }

        private void Quarantine(Fault fault, string company, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload)
        {
            Keep(fault, company, topic, payload);
            batch.Tally(company, 1, 1);
        }

        private void Keep(Fault fault, string company, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, string meter = "")
        {
            firstFault ??= fault;
            faults++;
            batch.Quarantined.Add(new QuarantinedMessage(
                nowMs, origin.Source, company, fault.Reason, fault.Detail, Text(topic[..Math.Min(topic.Length, TopicKept)]),
                payload[..Math.Min(payload.Length, QuarantinedMessage.PayloadMax)].ToArray(), meter)
            { Publisher = origin.Company });
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
