namespace MeterPipeline.Domain.Usage;

/// <summary>
/// Operating subsidy at the end of the season if a household goes on as it did, yuan: what it has earned so far, and for each day left with a claim the mean of
/// its last 14 full days. The low and the high take its weakest and its strongest of the last four full weeks. Never beyond the cap.
/// </summary>
/// <param name="PerDay">Mean of the last full days, yuan.</param>
/// <param name="Days">Full days that it rests on; 0: nothing is known, and nothing is foreseen beyond what was earned.</param>
public readonly record struct SeasonForecast(decimal Middle, decimal Low, decimal High, decimal PerDay, int Days)
{
    public const int MeanDays = 14;
    public const int Weeks = 4;
    private const int Week = 7;

    /// <param name="earned">Per season day, yuan, the capped amount's share.</param>
    /// <param name="claims">Per season day, whether it carries a claim; the days ahead too.</param>
    /// <param name="cap">Yuan per season; null: none is known.</param>
    public static SeasonForecast Of(ReadOnlySpan<decimal> earned, IReadOnlyList<bool> claims, in HouseholdUse use, decimal soFar, decimal? cap)
    {
        var left = 0;
        for (var i = use.LastCovered + 1; i < claims.Count; i++)
            if (claims[i]) left++;
        Span<decimal> last = stackalloc decimal[Weeks * Week];
        var days = 0;
        for (var i = use.LastCovered - 1; i >= use.FirstKnown && use.FirstKnown >= 0 && days < last.Length; i--)
            if (claims[i]) last[days++] = earned[i];
        var mean = days == 0 ? 0 : Mean(last[..Math.Min(days, MeanDays)]);
        if (days == 0 || left == 0) return new SeasonForecast(soFar, soFar, soFar, mean, days);
        var (low, high) = (mean, mean);
        for (var week = 0; week + Week <= days; week += Week)
        {
            var of = Mean(last.Slice(week, Week));
            (low, high) = (Math.Min(low, of), Math.Max(high, of));
        }
        return new SeasonForecast(Capped(mean), Capped(low), Capped(high), mean, days);

        // What was earned stands, even above a cap that a rule rounds.
        decimal Capped(decimal perDay) => Math.Max(soFar, Math.Min(soFar + perDay * left, cap ?? decimal.MaxValue));
    }

    private static decimal Mean(ReadOnlySpan<decimal> days)
    {
        var sum = 0m;
        foreach (var day in days) sum += day;
        return sum / days.Length;
    }
}
