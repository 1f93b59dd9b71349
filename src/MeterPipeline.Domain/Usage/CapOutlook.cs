namespace MeterPipeline.Domain.Usage;

/// <summary>How much of its cap a household has used, and when the cap was reached or is expected to be.</summary>
/// <param name="PerMille">Of the cap in money, rounded down; 1000: a cap in money or quantity is used up; -1: no cap in money.</param>
/// <param name="Day">Index of the season day that reached it, or that will at the mean of the last full days; -1: none in this season.</param>
public readonly record struct CapOutlook(short PerMille, short Day)
{
    private const int Full = 1000;

    public static CapOutlook None { get; } = new(-1, -1);

    /// <param name="earned">Operating subsidy so far, yuan.</param>
    /// <param name="cap">Yuan per season; null: none.</param>
    /// <param name="reached">A cap is used up.</param>
    /// <param name="reachedOn">Index of the day that used it up.</param>
    /// <param name="perDay">Yuan per day with a claim from now on.</param>
    /// <param name="claims">Per season day, whether it carries a claim.</param>
    /// <param name="last">Index of the last day that <paramref name="earned"/> includes.</param>
    public static CapOutlook Of(decimal earned, decimal? cap, bool reached, int? reachedOn, decimal perDay, IReadOnlyList<bool> claims, int last)
    {
        if (reached) return new CapOutlook(Full, (short)(reachedOn ?? -1));
        if (cap is not > 0) return None;
        var share = (short)Math.Min(Full - 1, decimal.Floor(earned * Full / cap.Value));
        var sum = earned;
        for (var i = last + 1; i < claims.Count && perDay > 0; i++)
            if (claims[i] && (sum += perDay) >= cap) return new CapOutlook(share, (short)i);
        return new CapOutlook(share, -1);
    }
}
