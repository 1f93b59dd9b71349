using MeterPipeline.Bench.City;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Policies;
using MeterPipeline.Tests.House;

namespace MeterPipeline.Tests.Bench;

/// <summary>The city that the benchmarks measure over: what a pipeline would have stored, and every way of heating in it.</summary>
public sealed class CityTests : IDisposable
{
    private const int Households = 130;
    private static readonly PolicyBook Policies = PolicyFiles.Load(Repository.PathOf("deploy", "policies"));
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_city_agrees_with_itself_and_is_kept()
    {
        var city = CityLedger.Of(folder.FullName, Households, Policies);
        using (var ledger = SqliteLedger.Open(city))
        {
            var result = Verification.Run(ledger, Policies, _ => { });
            Assert.Empty(result.Differences);
            Assert.True(result.VillageDays > 200, $"{result.VillageDays} village days");
            using var reading = LedgerReading.Open(ledger, Policies);
            var registry = reading.Books.Registry;
            Assert.Equal(Households, registry.Households.Count);
            Assert.Equal(registry.Households.Values.Where(h => h.Division.StartsWith("140801001002", StringComparison.Ordinal)).Select(h => h.Id).Order(StringComparer.Ordinal), registry.HouseholdsIn("140801001002").Select(h => h.Id));
            Assert.Equal(Households, registry.HouseholdsIn("1408").Count);
            Assert.Equal(0, registry.HouseholdsIn("1409").Count);
            foreach (var household in registry.HouseholdsIn("")) Judge(reading.Statements.Of(household, 2025)!);
        }
        var written = Directory.GetLastWriteTimeUtc(city);
        Assert.Equal((city, written), (CityLedger.Of(folder.FullName, Households, Policies), Directory.GetLastWriteTimeUtc(city)));
    }

    [Fact]
    public void Every_way_of_heating_is_in_a_city()
    {
        var uses = Enumerable.Range(0, 2_000).Select(index => new CityMeter(index).Use).ToHashSet();
        Assert.Equal(Enum.GetValues<CityUse>().Length, uses.Count);
        Assert.Equal(CityMeter.ElectricityOf(2_000), Enumerable.Range(0, 2_000).Count(index => !new CityMeter(index).IsGas));
        Assert.Equal(2_000, Enumerable.Range(0, 2_000).Select(index => new CityMeter(index).Id).Distinct().Count());
    }

    private static void Judge(HouseholdStatement statement)
    {
        var meter = new CityMeter(int.Parse(statement.Household.Id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture));
        var (readings, use) = (meter.Readings().ToList(), meter.Use);
        if (use == CityUse.Jump) Assert.NotEmpty(statement.Holds);
        else if (use == CityUse.Silent) Assert.Equal(0, statement.Quantity.Consumption);
        else Assert.Equal(readings[^1].Value - readings[0].Value, statement.Quantity.Consumption);
    }
}
