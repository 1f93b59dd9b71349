namespace MeterPipeline.Domain.Policies;

/// <summary>What one level of finance bears.</summary>
/// <param name="Level"><c>province</c>, <c>city</c>, <c>county</c>, <c>district</c>, <c>township</c>.</param>
/// <param name="Parts">Its parts of the whole: the levels bear the amount in proportion to their parts.</param>
/// <param name="Most">Most yuan per household and season; null: no limit.</param>
public sealed record FundingShare(string Level, long Parts, decimal? Most = null);

/// <param name="Level">As in <see cref="FundingShare"/>.</param>
/// <param name="Yuan">Fen at most.</param>
public readonly record struct BorneShare(string Level, decimal Yuan);

/// <summary>Who bears an operating subsidy.</summary>
/// <param name="Standard">Everywhere but in <paramref name="Areas"/>; empty: the documents do not say.</param>
/// <param name="Areas">Other shares by division prefix; the longest that fits counts.</param>
public sealed record FundingShares(IReadOnlyList<FundingShare> Standard, IReadOnlyDictionary<string, IReadOnlyList<FundingShare>> Areas)
{
    private const decimal FenPerYuan = 100;

    public static FundingShares Unsaid { get; } = new([], new Dictionary<string, IReadOnlyList<FundingShare>>());

    /// <summary>The shares in a division.</summary>
    public IReadOnlyList<FundingShare> In(string division)
    {
        var (best, length) = (Standard, -1);
        foreach (var (area, shares) in Areas)
            if (area.Length > length && division.StartsWith(area, StringComparison.Ordinal)) (best, length) = (shares, area.Length);
        return best;
    }

    /// <summary>The most that all levels together bear for one household and season; null: some level has no limit.</summary>
    public static decimal? MostOf(IReadOnlyList<FundingShare> shares) =>
        shares.Count == 0 || shares.Any(s => s.Most is null) ? null : shares.Sum(s => s.Most!.Value);

    /// <summary>
    /// Splits an amount by largest remainder, earlier levels first among equals. What a level's limit keeps it from bearing falls on the
    /// others by their parts.
    /// </summary>
    /// <param name="amount">Whole fen, not negative, at most <see cref="MostOf"/>.</param>
    public static IReadOnlyList<BorneShare> Split(decimal amount, IReadOnlyList<FundingShare> shares)
    {
        if (shares.Count == 0) return [];
        var fen = new long[shares.Count];
        List<int> open = [.. Enumerable.Range(0, shares.Count)];
        var rest = (long)(amount * FenPerYuan);
        while (open.FindIndex(i => shares[i].Most is { } most && Floor(rest, shares, open, i) >= most * FenPerYuan) is >= 0 and var at)
        {
            var full = open[at];
            fen[full] = (long)(shares[full].Most!.Value * FenPerYuan);
            rest -= fen[full];
            open.RemoveAt(at);
        }
        foreach (var i in open) fen[i] = Floor(rest, shares, open, i);
        var left = open.Count == 0 ? 0 : (int)(rest - open.Sum(i => fen[i]));
        if (left > 0)
            foreach (var i in open.OrderByDescending(i => (Int128)rest * shares[i].Parts % PartsOf(shares, open)).ThenBy(i => i).Take(left)) fen[i]++;
        var borne = new BorneShare[shares.Count];
        for (var i = 0; i < borne.Length; i++) borne[i] = new BorneShare(shares[i].Level, fen[i] / FenPerYuan);
        return borne;
    }

    private static long Floor(long fen, IReadOnlyList<FundingShare> shares, List<int> open, int index) =>
        (long)((Int128)fen * shares[index].Parts / PartsOf(shares, open));

    private static long PartsOf(IReadOnlyList<FundingShare> shares, List<int> among)
    {
        var parts = 0L;
        foreach (var i in among) parts += shares[i].Parts;
        return parts;
    }
}
