using System.Diagnostics;
using System.Threading.Channels;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>What a publisher sends again is compared with what is stored, and a round trip for each reading would let the fold fall behind for good.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresRepeatTests(PostgresServer server) : IDisposable
{
    private const int Meters = 20;
    private const int Days = 60;
    private const int PerDay = 4;

    private static readonly LocalDay _first = LocalDay.On(2025, 11, 15);

    private readonly PostgresSchemas _schema = server.NewSchema();

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task A_season_sent_again_takes_a_few_questions_and_changes_nothing()
    {
        var ledger = _schema.Open();
        Register(ledger);
        await FoldAsync(ledger, Season());
        var asked = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => tag.Value is string text && text.Contains("meter_day", StringComparison.Ordinal))) Interlocked.Increment(ref asked);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await FoldAsync(ledger, Season());
        listener.Dispose();
        Assert.InRange(asked, 1, 40); // 4,800 readings of 1,200 days
        using var view = ledger.OpenView();
        var counted = Assert.Single(view.Counters(int.MinValue, int.MaxValue));
        Assert.Equal((Meters * Days * PerDay, Meters * Days * PerDay, 0), (counted.Accepted, counted.Duplicate, counted.Conflict));
    }

    private static IEnumerable<Reading> Season() =>
        from step in Enumerable.Range(0, Days * PerDay)
        from no in Enumerable.Range(1, Meters)
        select new Reading(no, Domain.Readings.Register.Total, _first.StartMs + step * (LocalDay.LengthMs / PerDay), (no + step) * 10_000L, 0);

    private static void Register(ILedger ledger)
    {
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "", Energy.Electricity));
        change.Households.Add(new Household("H", "", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, _first, Hardship.None, "", []));
        for (var no = 1; no <= Meters; no++)
            change.Installations.Add(new Installation($"M{no:00}", "H", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        ledger.ChangeRegistry(change, "test", 0);
    }

    /// <summary>Three commits, and the fold of a process that starts, folds and ends.</summary>
    private static async Task FoldAsync(ILedger ledger, IEnumerable<Reading> readings)
    {
        foreach (var commit in readings.Chunk(Meters * Days * PerDay / 3)) Folding.Record(ledger, commit);
        var accruer = new Accruer(
            ledger, new RegistryWatch(ledger, TimeProvider.System), Channel.CreateBounded<Recorded>(1).Reader, new VillageBoard(new PolicyBook([]), TimeProvider.System),
            TimeProvider.System, NullLogger<Accruer>.Instance);
        accruer.Start();
        await accruer.DisposeAsync();
        if (accruer.Failure is { } failure) throw failure;
        Assert.Equal(ledger.JournalHeads()[0], accruer.FlushedSeq);
    }
}
