using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;

namespace MeterPipeline.Web.Boards;

/// <summary>A hold that stands, for the work list.</summary>
/// <param name="Since">The first day in doubt, or the day on which a person placed it.</param>
internal sealed record HoldLine(Household Household, Hold Hold, LocalDay Since, decimal TotalYuan);

/// <param name="Drawn">When its reading of the ledger began, ms since the epoch.</param>
/// <param name="FoldedSeq">Journal row that it includes; households drawn later in the same pass include more.</param>
/// <param name="CostMs">Time that drawing it took.</param>
/// <param name="Redrawn">Households that were drawn anew; the others had not changed.</param>
internal sealed record UseBoardAge(long Drawn, long FoldedSeq, long CostMs, int Redrawn);

/// <summary>Every household of a season at one moment, ordered by division and id. Immutable but for its memory of sums and lists. Any thread.</summary>
internal sealed class UseBoard
{
    /// <summary>Lists kept; beyond it all are forgotten.</summary>
    private const int MostLists = 64;

    private readonly UseRow[] rows;
    private readonly ConcurrentDictionary<string, DivisionUse> sums = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IReadOnlyList<CompanyLine>> companies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Prefix, UseList List), int[]> lists = new();

    public UseBoard(int autumn, RegistrySnapshot registry, UseRow[] rows, Peers peers, IReadOnlyList<HoldLine> holds, UseBoardAge age, UsageSettings settings)
    {
        (Autumn, Registry, this.rows, Peers, Holds, Age, Settings) = (autumn, registry, rows, new HeldPeers(peers), holds, age, settings);
        Sum("");
        Companies("");
    }

    public int Autumn { get; }

    public RegistrySnapshot Registry { get; }

    public HeldPeers Peers { get; }

    /// <summary>Ordered by division, household, reason.</summary>
    public IReadOnlyList<HoldLine> Holds { get; }

    public UseBoardAge Age { get; }

    public UsageSettings Settings { get; }

    public ReadOnlySpan<UseRow> Rows => rows;

    /// <summary>Rows of a division.</summary>
    public ReadOnlySpan<UseRow> In(string prefix)
    {
        var from = Find(prefix);
        var until = prefix.Length == 0 ? rows.Length : Find(prefix + ":"); // the character after 9
        return rows.AsSpan(from, until - from);
    }

    public DivisionUse Sum(string prefix) => sums.GetOrAdd(prefix, _ =>
    {
        var sum = new DivisionUse();
        foreach (ref readonly var row in In(prefix)) sum.Add(row, Settings.NearCapPercent * 10);
        return sum;
    });

    public IReadOnlyList<CompanyLine> Companies(string prefix) => companies.GetOrAdd(prefix, _ => CompanyBoard.Of(Registry, In(prefix)));

    /// <summary>Positions in <see cref="Rows"/> of a division's households on a list, in the list's order.</summary>
    public IReadOnlyList<int> List(string prefix, UseList list)
    {
        if (lists.Count >= MostLists) lists.Clear();
        return lists.GetOrAdd((prefix, list), key => Draw(key.Prefix, key.List));
    }

    /// <summary>Null: the season's board has no such household.</summary>
    public UseRow? Of(Household household)
    {
        for (var i = Find(household.Division); i < rows.Length && rows[i].Household.Division == household.Division; i++)
            if (rows[i].Household.Id == household.Id) return rows[i];
        return null;
    }

    private int[] Draw(string prefix, UseList list)
    {
        var from = Find(prefix);
        var inside = In(prefix);
        var found = new List<int>();
        for (var i = 0; i < inside.Length; i++)
            if (UseLists.Includes(list, inside[i], Settings)) found.Add(from + i);
        var all = rows;
        // A stable order: what weighs most first, then place and id, in which the rows stand.
        return [.. found.OrderByDescending(i => UseLists.Weight(list, all[i])).ThenBy(i => i)];
    }

    /// <summary>The first row whose division is not before a text.</summary>
    private int Find(string division)
    {
        var (low, high) = (0, rows.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(rows[middle].Household.Division, division) < 0) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Medians that many threads may ask for: <see cref="Domain.Usage.Peers"/> remembers what it sorts.</summary>
    internal sealed class HeldPeers(Peers peers)
    {
        private readonly Lock gate = new();

        public PeerMedian? Of(Household household)
        {
            lock (gate) return peers.Of(household);
        }
    }
}
