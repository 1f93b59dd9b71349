using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Season;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.Season;

/// <summary>A whole season with every fault switched on against the oracle, through the real ledger. A subclass says which.</summary>
public abstract class SeasonLedgerContract(int households, ITestOutputHelper output)
{
    private const long DayMs = 86_400_000;
    private static readonly PolicyBook Policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));

    /// <summary>Opens this test's ledger, again after it was disposed. The first call makes it.</summary>
    protected abstract ILedger Open();

    /// <summary>
    /// Intake, recorder and journal as in a running pipeline. After a day's messages the books are folded and, by the dice, flushed, or lost as
    /// by a crash between append and flush, or left to the next day; now and then the ledger is closed and opened again.
    /// </summary>
    [Fact]
    public async Task Crashes_between_append_and_flush_change_nothing()
    {
        const int Seed = 7;
        var fleet = SeasonDelivery.Faulty(households, Seed, quarterHourShare: 0.05);
        var calm = SeasonDelivery.Of(fleet);
        var ledger = Open();
        using (var folder = new TempFolder("season")) SeasonDelivery.Import(fleet, ledger, folder.Path);
        var (dice, crashes, flushes) = (new Random(Seed), 0, 0);
        foreach (var day in fleet.Messages().GroupBy(message => message.PublishMs / DayMs))
        {
            await RecordAsync(ledger, [.. day]);
            foreach (var message in day) calm.Take(message);
            var fate = dice.Next(3);
            if (fate == 0) continue;
            using (var reading = LedgerReading.Open(ledger, Policies))
            {
                foreach (var household in fleet.Households.Take(5)) reading.Statements.Of(reading.Books.Registry.Households[household.Id], 2025);
                if (fate == 1) Folding.Flush(ledger, reading);
            }
            (crashes, flushes) = (crashes + fate - 1, flushes + 2 - fate);
            if (dice.Next(8) != 0) continue;
            ledger.Dispose();
            ledger = Open();
        }
        using (var reading = LedgerReading.Open(ledger, Policies))
        {
            output.WriteLine($"seed {Seed}: {flushes} flushes, {crashes} crashes before one");
            output.WriteLine(SeasonProof.Of(calm, reading.Statements));
            Folding.Flush(ledger, reading);
        }
        Assert.True(flushes > 20 && crashes > 20, $"{flushes} flushes, {crashes} crashes");
        using var folded = LedgerReading.Open(ledger, Policies);
        Assert.Equal(0, folded.PendingReadings);
        Assert.Equal(Print(calm.Books), Print(folded.Books));
    }

    private static async Task RecordAsync(ILedger ledger, List<MeterFleet.FleetMessage> messages)
    {
        var afterwards = new AtInstant(DateTimeOffset.FromUnixTimeMilliseconds(messages[^1].PublishMs));
        var registry = new RegistryWatch(ledger, afterwards);
        await using var recorder = new Recorder(ledger, TimeProvider.System, NullLogger<Recorder>.Instance, registry);
        var intake = new ReadingIntake(registry, recorder.SubmitAsync, afterwards, new IntakeOptions());
        using var session = intake.Open(new Origin("season", null, "test"));
        foreach (var message in messages) session.Take(new Delivery(message.Topic.Span, message.Payload.Span, 1, retained: false));
        await session.SubmitAsync(null, CancellationToken.None);
    }

    /// <summary>Every folded day of every register: equal texts, equal books.</summary>
    private static string Print(Books books)
    {
        var season = (First: Domain.LocalDay.On(2024, 7, 1), Last: Domain.LocalDay.On(2026, 6, 30));
        var lines = from meter in books.Registry.Meters.Values.OrderBy(m => m.No)
                    from register in Enum.GetValues<Domain.Readings.Register>()
                    from day in books.Days(meter.No, register, season.First, season.Last)
                    select $"{meter.No} {register} {day.Day} {day.Marks} {day.Readings} {day.Register} {day.Consumption} {day.Before} {day.After} {day.Low} {day.High}";
        return string.Join('\n', lines);
    }

    private sealed class AtInstant(DateTimeOffset instant) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => instant;
    }
}
