using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Web.Boards;

/// <summary>The register of one installation where its season begins or ends.</summary>
/// <param name="Shown">As the meter shows it, 0.0001 kWh or m³; null: missing.</param>
internal readonly record struct SeasonEdge(long? Shown, EdgeKind Kind)
{
    public static SeasonEdge AtStart(InstalledDays installed, HeatingSeason season) =>
        installed.Life.FromMs > season.StartMs ? Of(installed.Life.Installation.Opening) : OnDay(installed, season.First);

    public static SeasonEdge AtEnd(InstalledDays installed, HeatingSeason season) =>
        installed.Life.UntilMs < season.EndMs ? Of(installed.Life.Installation.Closing) : OnDay(installed, season.Last.Next);

    private static SeasonEdge Of(long? register) => new(register, register is null ? EdgeKind.Missing : EdgeKind.Measured);

    private static SeasonEdge OnDay(InstalledDays installed, LocalDay day)
    {
        foreach (var total in installed.Days)
        {
            if (total.Day != day || !total.StartKnown) continue;
            return new(installed.Life.Shown(total.Register), (total.Marks & DayMarks.StartMeasured) != 0 ? EdgeKind.Measured : EdgeKind.Interpolated);
        }
        return new(null, EdgeKind.Missing);
    }
}

internal static class HouseholdDays
{
    /// <summary>Index of the last season day of which anything is known; -1: none.</summary>
    public static int LastKnown(HouseholdStatement statement)
    {
        for (var i = statement.Season.Days - 1; i >= 0; i--)
            if (statement.Quantity.ConsumptionPerDay[i] != 0 || statement.Quantity.IsCovered(i)) return i;
        return -1;
    }
}
