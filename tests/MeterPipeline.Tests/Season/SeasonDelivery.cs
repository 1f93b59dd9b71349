using MeterFleet;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Tests.Ledger;

namespace MeterPipeline.Tests.Season;

/// <summary>
/// A fleet's registry through the real import, and its messages through the real decoder into books. It remembers what came for local
/// midnights, so that a test can tell which edges of claims were read.
/// </summary>
internal sealed class SeasonDelivery
{
    private const long DayMs = 86_400_000;

    private readonly Dictionary<(int MeterNo, long TimeMs), List<(int Revision, long Value)>> midnights = [];
    private readonly MeterDirectory directory;

    public SeasonDelivery(Fleet fleet, RegistrySnapshot registry)
    {
        (Fleet, Registry) = (fleet, registry);
        directory = new MeterDirectory(registry);
        Books = new Domain.Books.Books(registry, (_, _, _, _) => [], _ => []);
    }

    public Fleet Fleet { get; }

    public RegistrySnapshot Registry { get; }

    public Domain.Books.Books Books { get; }

    public Dictionary<Outcome, long> Outcomes { get; } = [];

    /// <summary>Readings refused for their unit.</summary>
    public long Refused { get; private set; }

    /// <summary>Ten days before the season and ten after it; every kind of meter and fault.</summary>
    public static Fleet Faulty(int households, int seed, double quarterHourShare) => Fleet.Create(FleetOptions.AllFaults with
    {
        Households = households,
        Seed = seed,
        QuarterHourShare = quarterHourShare,
        SeasonStart = new DateOnly(2025, 11, 5),
        SeasonEnd = new DateOnly(2026, 3, 25),
    });

    /// <summary>Imports the fleet's files as an operator would.</summary>
    public static RegistrySnapshot Import(Fleet fleet, ILedger ledger, string folder)
    {
        fleet.WriteRegistry(folder);
        foreach (var file in (RegistryFile[])[RegistryFile.Divisions, RegistryFile.Companies, RegistryFile.Households, RegistryFile.Meters])
        {
            using var content = File.OpenRead(Path.Combine(folder, file.ToString().ToLowerInvariant() + ".csv"));
            var result = RegistryCsv.Import(ledger, file, content, "season", 0);
            Assert.True(result.Problems.Count == 0, string.Join('\n', result.Problems));
        }
        using var view = ledger.OpenView();
        return view.Registry();
    }

    /// <summary>A delivery over the registry as a ledger of its own gives it back.</summary>
    public static SeasonDelivery Of(Fleet fleet)
    {
        using var folder = new SqliteFolder();
        return new SeasonDelivery(fleet, Import(fleet, folder.Open(), folder.Path));
    }

    public void Run()
    {
        foreach (var message in Fleet.Messages()) Take(message);
    }

    public void Take(in FleetMessage message)
    {
        var topic = TopicShape.Of(message.Topic.Span);
        var items = new JsonReadings(message.Payload.Span);
        while (items.Next(out var item))
        {
            if (!directory.TryFind(topic.Meter.IsEmpty ? item.Meter : topic.Meter, out var meter) || item.Fault is not null)
                throw new InvalidOperationException($"The fleet sent what nobody can read: {System.Text.Encoding.UTF8.GetString(message.Payload.Span)}");
            if (item.Unit.IsEmpty) Apply(new Reading(meter.MeterNo, item.Register, item.TimeMs, item.Value, item.Revision));
            else Refused++;
        }
        Assert.Null(items.Broken);
    }

    /// <summary>Whether the register at a local midnight came as it truly was, and nothing else of the same or a higher revision did.</summary>
    public bool Read(string meterId, long midnightMs)
    {
        if (!midnights.TryGetValue((Registry.Meters[meterId].No, midnightMs), out var came)) return false;
        var newest = came.Max(c => c.Revision);
        var truth = Fleet.Truth.Register(meterId, midnightMs);
        return came.TrueForAll(c => c.Revision < newest || c.Value == truth);
    }

    private void Apply(in Reading reading)
    {
        var outcome = Books.Apply(reading);
        Outcomes[outcome] = Outcomes.GetValueOrDefault(outcome) + 1;
        if (outcome == Outcome.Duplicate || reading.Register != Register.Total || (reading.TimeMs - Fleet.SeasonStartMs) % DayMs != 0) return;
        if (!midnights.TryGetValue((reading.MeterNo, reading.TimeMs), out var came)) midnights[(reading.MeterNo, reading.TimeMs)] = came = [];
        came.Add((reading.Revision, reading.Value));
    }
}
