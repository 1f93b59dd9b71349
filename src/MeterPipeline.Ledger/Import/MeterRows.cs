using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Import;

internal sealed class MeterRows(RegistrySnapshot registry) : RowReader
{
    /// <summary>Large current transformers are 2000/5 with 100 kV/100 V ahead: 400 000 is no meter of a village.</summary>
    private const decimal MaxMultiplier = 100_000m;

    private readonly Dictionary<(string Meter, long? InstalledAtMs), long> lines = [];
    private readonly Dictionary<string, IReadOnlyList<Installation>> changedLives = new(StringComparer.Ordinal);

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var read = new Installation(
            row.Id("meter_id"), row.Id("household_id"), row.Id("company"), row.Word("energy", RegistryWords.Energy),
            row.Whole("register_digits", 1, 12), row.Whole("decimals", 0, 4), row.Quantity("capacity"), Multiplier(row),
            row.Instant("installed_on"), row.Quantity("opening"), row.Instant("removed_on"), row.Quantity("closing"),
            row.Word("serves", RegistryWords.Serves, Serves.WholeHouse), row.Whole("heated_households", 0, 1_000_000) ?? 0);
        if (read.Capacity == 0) row.Problem("capacity", "is 0: give the greatest draw in kW or m³/h, or leave it empty");
        if (read.HeatedHouseholds > 0 && read.Serves != Serves.VillageCentralHeating)
            row.Problem("heated_households", "only a meter that serves village-central-heating (村集中供暖) has heated households");
        CheckRegisters(row, read);
        read = CheckReferences(row, read);
        if (row.Bad) return;

        if (!lines.TryAdd((read.MeterId, read.InstalledAtMs), row.Line))
        {
            row.Problem("meter_id", $"{read.MeterId} with this installed_on stands in line {lines[(read.MeterId, read.InstalledAtMs)]} already: keep one");
            return;
        }
        if (!changedLives.TryGetValue(read.MeterId, out var lives)) lives = registry.Meters.GetValueOrDefault(read.MeterId)?.Installations ?? [];
        if (MeterLives.Place(lives, read, out var placed) is { } refusal)
        {
            row.Problem("installed_on", refusal);
            return;
        }
        changedLives[read.MeterId] = placed;
        change.Installations.Add(read);
    }

    private static decimal Multiplier(RegistryRow row)
    {
        if (row.Number("multiplier") is not { } value) return 1;
        if (value is > 0 and <= MaxMultiplier && value * 10_000 == decimal.Truncate(value * 10_000)) return value;
        row.Problem("multiplier", $"{value} must be above 0, at most {MaxMultiplier}, with at most four decimals");
        return 1;
    }

    private static void CheckRegisters(RegistryRow row, Installation read)
    {
        if (read.Opening is not null && row.IsEmpty("installed_on"))
            row.Problem("installed_on", "is empty though opening is given: the opening register is a reading at that day or time");
        if (read.Closing is not null && row.IsEmpty("removed_on"))
            row.Problem("removed_on", "is empty though closing is given: the closing register is a reading at that day or time");
        if (read.RemovedAtMs < read.InstalledAtMs) row.Problem("removed_on", "is before installed_on: correct one of the two");
        if (read.RegisterDigits is { } digits)
        {
            var modulus = (long)Math.Pow(10, digits) * Domain.Quantity.PerUnit;
            if (read.Opening >= modulus) row.Problem("opening", $"does not fit register_digits {digits}: correct one of the two");
            if (read.Closing >= modulus) row.Problem("closing", $"does not fit register_digits {digits}: correct one of the two");
        }
        else if (read.Closing < read.Opening)
        {
            row.Problem("closing", "is below opening: correct one of the two, or give register_digits if the register rolled over");
        }
    }

    /// <summary>The same row with the registry's own strings, so that a million meters share their companies and households.</summary>
    private Installation CheckReferences(RegistryRow row, Installation read)
    {
        if (registry.Households.TryGetValue(read.HouseholdId, out var household)) read = read with { HouseholdId = household.Id };
        else if (read.HouseholdId.Length > 0)
            row.Problem("household_id", $"household {Columns.Shown(read.HouseholdId)} is not registered: import households first, or correct it");
        if (registry.Companies.TryGetValue(read.Company, out var company))
        {
            read = read with { Company = company.Id };
            if (company.Energy != read.Energy)
                row.Problem("energy", $"{RegistryWords.Energy[read.Energy]}, but company {company.Id} delivers {RegistryWords.Energy[company.Energy]}: correct one of the two");
        }
        else if (read.Company.Length > 0)
        {
            row.Problem("company", $"company {Columns.Shown(read.Company)} is not registered: import companies first, or correct it");
        }
        return read;
    }
}
