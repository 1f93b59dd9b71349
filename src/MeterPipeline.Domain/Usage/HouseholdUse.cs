using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Usage;

/// <summary>
/// What the folded days of a household say of its use up to a day. Only days with a claim count. A register that stands still between two readings proves
/// that nothing was used on every day between them; days after the last reading prove nothing.
/// </summary>
public readonly record struct HouseholdUse
{
    /// <summary>Eligible quantity so far, 0.0001 kWh or m³.</summary>
    public long Eligible { get; private init; }

    /// <summary>Quantity of the last full days, 0.0001 kWh or m³.</summary>
    public long Recent { get; private init; }

    /// <summary>How many full days <see cref="Recent"/> stands for.</summary>
    public short RecentDays { get; private init; }

    /// <summary>Days with a claim until the day in question.</summary>
    public short DueDays { get; private init; }

    /// <summary>Of these, days with a reading.</summary>
    public short CoveredDays { get; private init; }

    /// <summary>Days from the first known register to the last reading.</summary>
    public short ObservedDays { get; private init; }

    /// <summary>Observed days since the last day with use; all of them where there was none.</summary>
    public short IdleDays { get; private init; }

    /// <summary>Days since the last reading; all due days where there is none.</summary>
    public short SilentDays { get; private init; }

    /// <summary>Index of the season day of the last reading; -1: none.</summary>
    public short LastCovered { get; private init; }

    /// <summary>Index of the last season day with use beyond standby; -1: none.</summary>
    public short LastUse { get; private init; }

    /// <summary>Index of the first season day whose register is known; -1: none.</summary>
    public short FirstKnown { get; private init; }

    /// <summary>Mean of the last full days, 0.0001 kWh or m³ per day; null: there is no full day.</summary>
    public long? MeanPerDay => RecentDays == 0 ? null : Recent / RecentDays;

    /// <param name="until">Index of the last season day that is over; -1: none is.</param>
    /// <param name="idlePerDay">A day's use up to this is none.</param>
    /// <param name="window">Full days that <see cref="Recent"/> takes in.</param>
    public static HouseholdUse Of(SeasonQuantity quantity, int until, long idlePerDay, int window)
    {
        var (due, covered, last) = (0, 0, -1);
        for (var i = 0; i <= until; i++)
        {
            if (!quantity.Claims[i]) continue;
            due++;
            if (!quantity.IsCovered(i)) continue;
            covered++;
            last = i;
        }
        var first = last < 0 ? -1 : FirstKnownDay(quantity, last);
        var (observed, idle, lastUse, silent) = (0, 0, -1, 0);
        for (var i = Math.Max(0, first); i <= until; i++)
        {
            if (!quantity.Claims[i]) continue;
            if (i > last)
            {
                silent++;
                continue;
            }
            observed++;
            idle++;
            if (quantity.EligiblePerDay[i] > idlePerDay) (idle, lastUse) = (0, i);
        }
        var (recent, days) = (0L, 0);
        // The day of the last reading may still be under way: the full days lie before it.
        for (var i = last - 1; i >= first && days < window && first >= 0; i--)
        {
            if (!quantity.Claims[i]) continue;
            recent += quantity.EligiblePerDay[i];
            days++;
        }
        return new HouseholdUse
        {
            Eligible = quantity.Eligible,
            Recent = recent,
            RecentDays = (short)days,
            DueDays = (short)due,
            CoveredDays = (short)covered,
            ObservedDays = (short)observed,
            IdleDays = (short)idle,
            SilentDays = (short)silent,
            LastCovered = (short)last,
            LastUse = (short)lastUse,
            FirstKnown = (short)first,
        };
    }

    /// <summary>The first day with a claim where the season's first register is known, else the first with a reading.</summary>
    private static int FirstKnownDay(SeasonQuantity quantity, int last)
    {
        var day = 0;
        while (day < last && (!quantity.Claims[day] || (quantity.Start == EdgeKind.Missing && !quantity.IsCovered(day)))) day++;
        return day;
    }
}
