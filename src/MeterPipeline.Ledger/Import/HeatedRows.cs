using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Import;

/// <summary>Actually heated households 企业实际供暖户数 of village heating enterprises, each from a day on.</summary>
internal sealed class HeatedRows(RegistrySnapshot registry) : RowReader
{
    private const int MaxHouseholds = 1_000_000;

    private readonly Dictionary<(string Household, LocalDay From), long> lines = [];

    public override void Read(RegistryRow row, RegistryChange change)
    {
        var (id, from, households) = (row.Id("household_id"), row.Day("from"), row.Whole("households", 0, MaxHouseholds));
        if (row.IsEmpty("from")) row.Problem("from", "is empty: give the first day of this count");
        if (row.IsEmpty("households")) row.Problem("households", "is empty: give the number of households actually heated");
        if (id.Length > 0 && registry.Households.GetValueOrDefault(id)?.Route is var route && route != HeatingRoute.CentralHeating)
            row.Problem("household_id", route is null
                ? $"enterprise {Columns.Shown(id)} is not registered: import households first, or correct it"
                : "only a household of route central-heating, the enterprise itself, heats others");
        if (row.Bad || from is not { } day || households is not { } count) return;
        if (lines.TryAdd((id, day), row.Line)) change.HeatedCounts.Add(new HeatedCount(id, day, count));
        else row.Problem("from", $"{day} stands in line {lines[(id, day)]} already: keep one of the two");
    }
}
