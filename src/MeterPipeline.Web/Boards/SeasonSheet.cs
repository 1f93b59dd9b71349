using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>What villages used and earned in one season at one moment of the ledger. Immutable but for its memory of drawn boards. Any thread.</summary>
internal sealed class SeasonSheet
{
    // By prefix of division codes, of every level: so that a board of the whole territory costs no more than that of a village.
    private readonly Dictionary<string, List<DayLine>> days = new(StringComparer.Ordinal);
    private readonly PolicyBook policies;
    private readonly string[] villages;
    private readonly ConcurrentDictionary<int, Dictionary<string, int>> claims = new();
    private readonly ConcurrentDictionary<string, SeasonBoard> boards = new(StringComparer.Ordinal);

    /// <param name="rows">Of the season, ordered by day; read once and not kept.</param>
    /// <param name="before">The season's sheet before this one, for what has not changed; null: none.</param>
    public SeasonSheet(int autumn, long foldedSeq, RegistrySnapshot registry, IEnumerable<VillageDayRow> rows, PolicyBook policies, SeasonSheet? before = null)
    {
        (Autumn, FoldedSeq, Registry, this.policies) = (autumn, foldedSeq, registry, policies);
        var places = new Dictionary<string, List<DayLine>[]>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (!places.TryGetValue(row.Division, out var all)) places[row.Division] = all = [.. DivisionCode.AtAndAbove(row.Division).Select(prefix => Place(prefix, before))];
            foreach (var lines in all) Add(lines, row);
            if (row.Reporting > 0) Newest = new LocalDay(row.Day);
        }
        HasRows = places.Count > 0;
        // To count a city's households takes longer than to read a day of its villages.
        if (before is not null && ReferenceEquals(before.Registry, registry) && before.Newest == Newest) claims[KeyOf(Newest)] = before.Claims(Newest);
        villages = [.. Claims(Newest).Keys.Union(places.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
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
        var inside = Inside(prefix);
        if (inside.Count == 0 && prefix.Length > 0) return null;
        var board = Draw(prefix, inside);
        boards[prefix] = board;
        return board;
    }

    /// <summary>Sums over days, bounds included; households and reporting as on the last of them that has data.</summary>
    public DivisionSum Sum(string prefix, LocalDay first, LocalDay last) => Sum(prefix, Inside(prefix), first.Number, last.Number);

    private List<string> Inside(string prefix) => [.. villages.Where(village => village.StartsWith(prefix, StringComparison.Ordinal))];

    private SeasonBoard Draw(string prefix, List<string> inside)
    {
        var level = DivisionCode.ChildLength(prefix, inside);
        var parts = prefix.Length == DivisionCode.VillageLength ? [] : inside
            .GroupBy(village => village[..Math.Min(level, village.Length)], StringComparer.Ordinal)
            .Select(group => new DivisionLine(group.Key, DivisionCode.NameOf(Registry, group.Key), Sum(group.Key, [.. group]))).ToList();
        return new SeasonBoard(
            prefix, prefix.Length == 0 ? "" : DivisionCode.NameOf(Registry, prefix), Autumn, Newest, Sum(prefix, inside), days.GetValueOrDefault(prefix) ?? [], parts);
    }

    private DivisionSum Sum(string prefix, List<string> inside, int first = int.MinValue, int last = int.MaxValue)
    {
        LocalDay? shown = Newest is { } newest ? new LocalDay(Math.Min(newest.Number, last)) : null;
        var claimed = Claims(shown);
        var sum = new DivisionSum { Villages = inside.Count, Households = inside.Sum(village => claimed.GetValueOrDefault(village)) };
        foreach (ref readonly var line in CollectionsMarshal.AsSpan(days.GetValueOrDefault(prefix)))
        {
            if (line.Day.Number < first || line.Day.Number > last) continue;
            sum.Electricity += line.Electricity;
            sum.Gas += line.Gas;
            sum.AccruedE8 += line.AccruedE8;
            if (line.Day == shown) sum.Reporting = line.Reporting;
        }
        return sum;
    }

    private List<DayLine> Place(string prefix, SeasonSheet? before)
    {
        if (!days.TryGetValue(prefix, out var lines)) days[prefix] = lines = new List<DayLine>(1 + before?.days.GetValueOrDefault(prefix)?.Count ?? 0);
        return lines;
    }

    private static void Add(List<DayLine> lines, in VillageDayRow row)
    {
        if (lines.Count == 0 || lines[^1].Day.Number != row.Day) lines.Add(new DayLine(new LocalDay(row.Day)));
        CollectionsMarshal.AsSpan(lines)[^1].Add(row);
    }

    /// <summary>Households with a claim on a day per village; null: before there is any data, those with a metered route.</summary>
    private Dictionary<string, int> Claims(LocalDay? day) => claims.GetOrAdd(KeyOf(day), _ => Count(day));

    private static int KeyOf(LocalDay? day) => day?.Number ?? int.MinValue;

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
