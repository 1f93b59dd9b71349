using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.Tests.Golden;

/// <summary>
/// The case folder through a ledger: registry, journal, flush and prune, and the reading that exports and pages are made of. A stretch's readings are left in the
/// journal or flushed, by seeded dice, and come in any order with some of the earlier ones again. A subclass says how to open the ledger.
/// </summary>
public abstract class GoldenLedgerContract
{
    private static readonly PolicyBook Policies = KnownPolicies.All;

    public static TheoryData<string> Cases() => [.. CaseFile.Names()];

    /// <summary>Opens this test's ledger. The subclass disposes it.</summary>
    protected abstract ILedger Open();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_comes_out_as_written(string file)
    {
        var dice = new Random(file.Length);
        var ledger = Open();
        var earlier = new List<Domain.Readings.Reading>();
        foreach (var stretch in CaseFile.Read(file).Stretches)
        {
            Register(ledger, stretch.Registry);
            var own = stretch.Readings.ConvertAll(sent => sent.Reading);
            earlier.AddRange(own);
            Record(ledger, stretch.Registry, [.. own.Concat(earlier.Where(_ => dice.Next(4) == 0)).OrderBy(_ => dice.Next())]);
            using var reading = LedgerReading.Open(ledger, Policies);
            foreach (var check in stretch.Checks) check(reading.Books, reading.Statements, $" ({ledger.GetType().Name})");
            if (dice.Next(2) == 0) Folding.Flush(ledger, reading);
        }
    }

    /// <summary>As an import of the whole registry does; meters are numbered in the order of a case.</summary>
    private static void Register(ILedger ledger, RegistrySnapshot registry)
    {
        var change = new RegistryChange();
        change.Households.AddRange(registry.Households.Values);
        change.Installations.AddRange(registry.Meters.Values.OrderBy(meter => meter.No).SelectMany(meter => meter.Installations));
        change.HeatedCounts.AddRange(registry.Households.Keys.SelectMany(registry.HeatedOf));
        ledger.ChangeRegistry(change, "golden", 0);
    }

    private static void Record(ILedger ledger, RegistrySnapshot registry, List<Domain.Readings.Reading> readings)
    {
        if (readings.Count == 0) return;
        RegistrySnapshot stored;
        using (var view = ledger.OpenView()) stored = view.Registry();
        Assert.Equal(registry.Meters.Values.Select(meter => (meter.Id, meter.No)).Order(), stored.Meters.Values.Select(meter => (meter.Id, meter.No)).Order());
        Folding.Record(ledger, readings);
    }
}
