using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Web.Boards;

internal static class HoldLines
{
    private const int DayLength = 10;

    public static HoldLine Of(HouseholdStatement statement, Hold hold) =>
        new(statement.Household, hold, Since(hold, statement.Season), statement.Accrual?.Total ?? 0);

    /// <summary>Evidence of a mark begins with the first day in doubt; what a person placed began then; the rest holds from the season's first day.</summary>
    public static LocalDay Since(Hold hold, HeatingSeason season) =>
        hold.Entry is { Act: HoldAct.Place } placed ? LocalDay.Of(placed.AtMs)
        : hold.Evidence.Length >= DayLength && LocalDay.TryParse(hold.Evidence.AsSpan(0, DayLength), out var day) ? day : season.First;

    /// <summary>Whole days that it has waited.</summary>
    public static int Days(HoldLine line, LocalDay today) => Math.Max(0, today.Number - line.Since.Number);
}
