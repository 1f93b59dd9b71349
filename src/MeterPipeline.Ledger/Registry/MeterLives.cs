using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Registry;

/// <summary>
/// Where a meters row belongs among the lives of its meter: a correction of one, or a new one. Pure; the importer asks it to explain a
/// refusal, the ledger to enforce it.
/// </summary>
public static class MeterLives
{
    /// <summary>
    /// A row replaces the life that has the same installation or overlaps it at the same household; it is a new life where it touches no
    /// local day of another. Never two households on one day, because a day's readings could then not be attributed.
    /// </summary>
    /// <param name="lives">In order of time, no two touching the same local day; may be empty.</param>
    /// <param name="placed">All lives with the row in its place, same order; the given list when refused.</param>
    /// <returns>Null when placed, else why not and what to do.</returns>
    public static string? Place(IReadOnlyList<Installation> lives, Installation row, out IReadOnlyList<Installation> placed)
    {
        placed = lives;
        Installation? replaced = null;
        foreach (var life in lives)
        {
            if (!Touch(life, row)) continue;
            if (replaced is not null)
                return $"it overlaps two earlier lives of this meter ({Span(replaced)}; {Span(life)}): correct them one at a time";
            replaced = life;
        }
        if (replaced is not null && replaced.HouseholdId != row.HouseholdId && replaced.InstalledAtMs != row.InstalledAtMs)
        {
            return replaced.RemovedAtMs is null
                ? $"the meter is still installed at household {replaced.HouseholdId}: give that row's removed_on first"
                : $"the meter was at household {replaced.HouseholdId} on the same days ({Span(replaced)}): correct that row, or begin this one on a later day";
        }
        var result = new List<Installation>(lives.Count + 1);
        result.AddRange(lives.Where(life => !ReferenceEquals(life, replaced)));
        var index = result.FindIndex(life => life.FromMs > row.FromMs);
        result.Insert(index < 0 ? result.Count : index, row);
        placed = result;
        return null;
    }

    /// <summary>The multiplier as stores keep it, in 1/10000.</summary>
    /// <exception cref="LedgerException">It has more decimals, or is out of range.</exception>
    internal static long MultiplierE4(Installation row)
    {
        var scaled = row.Multiplier * 10_000;
        if (scaled <= 0 || scaled != decimal.Truncate(scaled) || scaled > int.MaxValue)
            throw new LedgerException($"Cannot store meter {row.MeterId}: multiplier {row.Multiplier} must be above 0, at most 200000, with at most four decimals.");
        return (long)scaled;
    }

    private static bool Touch(Installation a, Installation b) => FirstDay(a) <= LastDay(b) && FirstDay(b) <= LastDay(a);

    private static int FirstDay(Installation life) => life.InstalledAtMs is { } ms ? LocalDay.Of(ms).Number : int.MinValue;

    private static int LastDay(Installation life) => life.RemovedAtMs is { } ms ? LocalDay.Of(ms).Number : int.MaxValue;

    private static string Span(Installation life) =>
        $"{(life.InstalledAtMs is { } from ? LocalTime.Format(from) : "the beginning")} to {(life.RemovedAtMs is { } until ? LocalTime.Format(until) : "now")}";
}
