using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Postgres;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>A meter that went to a household of another partition: it stays in its journal, and the household's village is drawn from both.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresGuestTests(PostgresServer server) : IDisposable
{
    private static readonly PolicyBook _policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));

    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 4);

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task A_household_with_meters_of_two_partitions_is_drawn_from_both()
    {
        var ledger = _schema.Open();
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "grid", Energy.Electricity));
        for (var i = 0; i < 12; i++)
        {
            change.Households.Add(new Household($"H{i:00}", "name", $"140802101{i + 200}", HeatingRoute.CoalToElectricity, Conversion.Programme, LocalDay.On(2024, 10, 1), Hardship.None, "", []));
            change.Installations.Add(Meter($"M{i:00}", $"H{i:00}", LocalDay.On(2024, 10, 1).StartMs, null));
        }
        ledger.ChangeRegistry(change, "me", 1);
        var (own, guest) = Pair(ledger);
        // From 1 December on the guest serves the other's household, beside its own meter.
        var moved = new RegistryChange();
        var (removed, installed) = (LocalDay.On(2025, 11, 30).StartMs, LocalDay.On(2025, 12, 1).StartMs);
        moved.Installations.Add(Meter(guest.Id, guest.Current.HouseholdId, LocalDay.On(2024, 10, 1).StartMs, removed));
        moved.Installations.Add(Meter(guest.Id, own.Current.HouseholdId, installed, null));
        ledger.ChangeRegistry(moved, "me", 2);
        Assert.Equal(0, Import(ledger, own.Id, 1000, 10).Rejected);
        Assert.Equal(0, Import(ledger, guest.Id, 5000, 7).Rejected);
        await FoldAsync(ledger, guest.Partition, own.Partition);
        // Only the guest is read again: the other partition has nothing new in its own journal.
        Assert.Equal(0, Import(ledger, guest.Id, 5000, 7, days: 30).Rejected);
        await FoldAsync(ledger, guest.Partition, own.Partition);

        using var view = ledger.OpenView();
        var drawnIn = view.Registry().PartitionOf(own.Current.HouseholdId);
        Assert.Contains(view.Registry().Guests, at => at.Household.Id == own.Current.HouseholdId);
        var result = Verification.Run(ledger, _policies, _ => { });
        Assert.Empty(result.Differences);
        Assert.True(result.VillageDays > 0, $"not compared; drawn in {drawnIn}, own {own.Partition}, guest {guest.Partition}");
        Assert.All(Reconciliation.Of(view), day => Assert.True(day is { Reconciles: true, Pending: 0 }, day.ToString()));
    }

    /// <summary>All partitions are folded, the guest's before the host's.</summary>
    private static async Task FoldAsync(PostgresLedger ledger, int guest, int host)
    {
        var kit = new FoldKit(ledger, new RegistryWatch(ledger, TimeProvider.System), _policies, TimeProvider.System, NullLoggerFactory.Instance);
        var others = Enumerable.Range(0, ledger.Partitions).Except([guest, host]);
        foreach (var partition in (int[])[guest, .. others, host])
        {
            var fold = kit.Begin(partition);
            await fold.DisposeAsync();
            Assert.Null(fold.Accruer.Failure);
        }
    }

    private static ReadingsImportResult Import(PostgresLedger ledger, string meter, int opening, int perDay, int days = 20)
    {
        var csv = new StringBuilder("meter_id,ts,value\n");
        for (var day = 0; day < days; day++)
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"{meter},{LocalDay.On(2025, 12, 1).StartMs + (long)day * LocalDay.LengthMs},{opening + day * perDay}\n");
        return ReadingsCsv.Import(ledger, new MemoryStream(Encoding.UTF8.GetBytes(csv.ToString())), TimeProvider.System, new IntakeOptions(), _ => { });
    }

    /// <summary>Two meters of different partitions; the first by id hosts, so that its household stays drawn in its partition.</summary>
    private static (Meter Own, Meter Guest) Pair(PostgresLedger ledger)
    {
        using var view = ledger.OpenView();
        var meters = view.Registry().Meters.Values.OrderBy(meter => meter.Id, StringComparer.Ordinal).ToList();
        return (meters[0], meters.First(meter => meter.Partition != meters[0].Partition));
    }

    private static Installation Meter(string id, string household, long fromMs, long? untilMs) =>
        new(id, household, "grid", Energy.Electricity, 6, 2, null, 1, fromMs, null, untilMs, null, Serves.Heating, 0);
}
