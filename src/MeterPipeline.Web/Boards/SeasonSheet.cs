using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>What villages used and earned in one season at one moment of the ledger. Immutable but for its memory of drawn boards. Any thread.</summary>
internal sealed class SeasonSheet
{
    private readonly Dictionary<string, List<VillageDayRow>> rowsByVillage;
    private readonly PolicyBook policies;
    private readonly string[] villages;
    private readonly ConcurrentDictionary<int, Dictionary<string, int>> claims = new();
    private readonly ConcurrentDictionary<string, SeasonBoard> boards = new(StringComparer.Ordinal);

    public SeasonSheet(int autumn, long foldedSeq, RegistrySnapshot registry, IReadOnlyList<VillageDayRow> rows, PolicyBook policies)
    {
        (Autumn, FoldedSeq, Registry, HasRows, this.policies) = (autumn, foldedSeq, registry, rows.Count > 0, policies);
        rowsByVillage = rows.GroupBy(row => row.Division, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        Newest = rows.Where(row => row.Reporting > 0).Select(row => (LocalDay?)new LocalDay(row.Day)).Max();
        villages = [.. Claims(Newest).Keys.Union(rowsByVillage.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public int Autumn { get; }

    public long FoldedSeq { get; }

    public RegistrySnapshot Registry { get; }

    public bool HasRows { get; }

    /// <summary>The newest day with a reading; null: none yet.</summary>
    public LocalDay? Newest { get; }

    /// <summary>The board of a division; null: the registry knows no village in it.</summary>
    public SeasonBoard? Board(string prefix)
    {
        if (boards.TryGetValue(prefix, out var known)) return known;
        var inside = villages.Where(village => village.StartsWith(prefix, StringComparison.Ordinal)).ToList();
        if (inside.Count == 0 && prefix.Length > 0) return null;
        var board = Draw(prefix, inside);
        boards[prefix] = board;
        return board;
    }

    /// <summary>Sums over days, bounds included; households and reporting as on the last of them that has data.</summary>
    public DivisionSum Sum(string prefix, LocalDay first, LocalDay last) =>
        Sum(villages.Where(village => village.StartsWith(prefix, StringComparison.Ordinal)), first.Number, last.Number);

    private SeasonBoard Draw(string prefix, List<string> inside)
    {
        var level = DivisionCode.ChildLength(prefix, inside);
        var parts = prefix.Length == DivisionCode.VillageLength ? [] : inside
            .GroupBy(village => village[..Math.Min(level, village.Length)], StringComparer.Ordinal)
            .Select(group => new DivisionLine(group.Key, DivisionCode.NameOf(Registry, group.Key), Sum(group))).ToList();
        return new SeasonBoard(prefix, prefix.Length == 0 ? "" : DivisionCode.NameOf(Registry, prefix), Autumn, Newest, Sum(inside), Days(inside), parts);
    }

    private DivisionSum Sum(IEnumerable<string> inside, int first = int.MinValue, int last = int.MaxValue)
    {
        var sum = new DivisionSum();
        LocalDay? shown = Newest is { } newest ? new LocalDay(Math.Min(newest.Number, last)) : null;
        var claimsByVillage = Claims(shown);
        foreach (var village in inside)
        {
            sum.Villages++;
            sum.Households += claimsByVillage.GetValueOrDefault(village);
            if (!rowsByVillage.TryGetValue(village, out var rows)) continue;
            foreach (var row in rows)
            {
                if (row.Day < first || row.Day > last) continue;
                if (row.Energy == Energy.Electricity) sum.Electricity += row.Consumption;
                else sum.Gas += row.Consumption;
                sum.AccruedE8 += row.AccruedE8;
                if (row.Day == shown?.Number) sum.Reporting += row.Reporting;
            }
        }
        return sum;
    }

    private List<DayLine> Days(List<string> inside)
    {
        var days = new SortedDictionary<int, DayLine>();
        foreach (var village in inside)
        {
            if (!rowsByVillage.TryGetValue(village, out var rows)) continue;
            foreach (var row in rows)
            {
                if (!days.TryGetValue(row.Day, out var line)) days[row.Day] = line = new DayLine(new LocalDay(row.Day));
                line.Add(row);
            }
        }
        return [.. days.Values];
    }

    /// <summary>Households with a claim on a day per village; null: before there is any data, those with a metered route.</summary>
    private Dictionary<string, int> Claims(LocalDay? day) => claims.GetOrAdd(day?.Number ?? int.MinValue, _ => Count(day));

    private Dictionary<string, int> Count(LocalDay? day)
    {
        var terms = new Dictionary<string, (SubsidyPolicy? Policy, HeatingSeason Season)>(StringComparer.Ordinal);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var household in Registry.Households.Values)
        {
            if (!terms.TryGetValue(household.Division, out var term))
            {
                terms[household.Division] = term = (policies.Select(household.Division, Autumn), policies.Season(household.Division, Autumn));
                counts[household.Division] = 0;
            }
            var claimed = Statements.IsMetered(Registry, household, term.Policy?.RuleFor(household))
                && (day is not { } date || (term.Policy?.IsEligible(household, term.Season, date) ?? false));
            if (claimed) counts[household.Division]++;
        }
        return counts;
    }
}
