using System.Globalization;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using MeterPipeline.Profiles;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Ingest;

/// <summary>
/// Real intake, recorder and ledger with meters E1, E2 (electricity, company grid) and G1 (gas, company gas), and the shipped profiles.
/// </summary>
internal sealed class IntakeProbe : IDisposable
{
    public const string Now = "2025-12-01T12:00:00+08:00";

    private readonly SqliteFolder folder = new();
    private readonly ILedger ledger;
    private readonly RegistryWatch registry;
    private readonly Recorder recorder;
    private readonly ReadingIntake intake;
    private IReceiverSession session;
    private long journal;
    private long quarantine;

    public IntakeProbe(IntakeOptions? options = null)
    {
        ledger = folder.Open();
        Register("E1", "grid", Energy.Electricity);
        Register("E2", "grid", Energy.Electricity);
        Register("G1", "gas", Energy.Gas);
        var time = new FixedTime();
        registry = new RegistryWatch(ledger, time);
        recorder = new Recorder(ledger, TimeProvider.System, NullLogger<Recorder>.Instance);
        intake = new ReadingIntake(registry, recorder.SubmitAsync, time, (options ?? new IntakeOptions()) with { Profiles = ProfileFiles.Load(Repository.PathOf("deploy", "profiles")) });
        session = Connect(null);
    }

    public long Rounded => intake.Rounded.Value;

    /// <summary>Adds a meter; the company comes with it.</summary>
    public void Register(string meter, string company, Energy energy)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company(company, company, energy));
        change.Households.Add(new Household("H" + meter, "", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, null, Hardship.None, "", []));
        change.Installations.Add(new Installation(meter, "H" + meter, company, energy, null, null, null, 1, null, null, null, null, Serves.WholeHouse, 0));
        ledger.ChangeRegistry(change, "test", 0);
    }

    /// <summary>A new connection of a client that has proved to be a company, or of anybody.</summary>
    public IReceiverSession Connect(string? company) => session = intake.Open(new Origin("test", company, "peer"));

    /// <summary>What one message became: <c>E1 total 2025-11-16T00:00:00+08:00 1234.5600</c>, <c>rejected bad-json</c>.</summary>
    public List<string> Send(string topic, ReadOnlySpan<byte> payload, bool retained = false)
    {
        session.Take(new Delivery(Encoding.UTF8.GetBytes(topic), payload, 1, retained));
        var committed = new Committed();
        session.SubmitAsync(committed, CancellationToken.None).AsTask().Wait();
        Assert.True(committed.Told.Wait(TimeSpan.FromSeconds(30)), "nothing was committed");
        using var view = ledger.OpenView();
        var meters = view.Registry().Meters.Values.ToDictionary(m => m.No, m => m.Id);
        var (readings, counts) = (new List<Reading>(), new List<CompanyCount>());
        foreach (var row in ledger.ReadJournal(journal, int.MaxValue))
        {
            JournalBlob.Read(row.Blob, readings, counts);
            journal = row.Seq;
        }
        Kept = [.. view.Quarantine(long.MaxValue, 1_000).Where(q => q.Id > quarantine).OrderBy(q => q.Id).Select(q => q.Message)];
        quarantine += Kept.Count;
        Assert.Equal(readings.Count + Kept.Count, counts.Sum(c => c.Received));
        Assert.Equal(Kept.Count, counts.Sum(c => c.Quarantined));
        return [.. readings.Select(r => Text(r, meters[r.MeterNo])), .. Kept.Select(k => "rejected " + k.Reason)];
    }

    /// <summary>What the last message left in quarantine.</summary>
    public List<QuarantinedMessage> Kept { get; private set; } = [];

    public void Dispose()
    {
        session.Dispose();
        recorder.DisposeAsync().AsTask().Wait();
        folder.Dispose();
    }

    private static string Text(Reading reading, string meter) =>
        $"{meter} {RegisterNames.Word(reading.Register)} {LocalTime.Format(reading.TimeMs)} {Quantity.Format(reading.Value)}" + (reading.Revision == 0 ? "" : $" rev {reading.Revision}");

    /// <summary>The clock stands still; a stopwatch gains an hour with each look, so that the registry may be looked at again at once.</summary>
    private sealed class FixedTime : TimeProvider
    {
        private long looks;

        public override long GetTimestamp() => Interlocked.Increment(ref looks) * TimestampFrequency * 3_600;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse(Now, CultureInfo.InvariantCulture);
    }

    private sealed class Committed : IOwedAcks
    {
        public ManualResetEventSlim Told { get; } = new();

        void IOwedAcks.Committed() => Told.Set();
    }
}
