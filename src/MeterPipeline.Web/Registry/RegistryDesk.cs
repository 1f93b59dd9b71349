using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Registry;

/// <summary>One life of a meter at the household.</summary>
internal sealed record InstalledMeter(Meter Meter, Installation Life);

/// <summary>Everything the registry holds of one household, at one moment.</summary>
/// <param name="Lives">At this household only, in order of time.</param>
/// <param name="Holds">What persons said, oldest first.</param>
/// <param name="Edits">Who changed what, oldest first.</param>
internal sealed record HouseholdFile(
    Household Household, RegistrySnapshot Registry, IReadOnlyList<InstalledMeter> Lives, IReadOnlyList<AccountAlias> Accounts,
    IReadOnlyList<HeatedCount> Heated, IReadOnlyList<HoldEntry> Holds, IReadOnlyList<RegistryEdit> Edits, long AtMs);

/// <param name="By">The meter, masked account or village that was found; empty: the household's own id.</param>
internal sealed record FoundLine(Household Household, string By);

/// <param name="Count">Households found, at most <see cref="RegistryDesk.FoundMax"/>.</param>
/// <param name="More">There are more than were counted.</param>
internal sealed record FoundLines(IReadOnlyList<FoundLine> Lines, RegistrySnapshot Registry, int Page, int Pages, int Count, bool More);

/// <summary>Looks things up in the registry, for the divisions of whoever asks. Any thread.</summary>
internal sealed class RegistryDesk(ILedger ledger, TimeProvider time)
{
    public const int PageSize = 50;

    /// <summary>Households that a search finds at most: twenty pages, more than anybody turns.</summary>
    public const int FoundMax = 1000;

    /// <summary>Longer questions find nothing: no id of the registry is.</summary>
    public const int QueryChars = 64;

    /// <summary>Fewer characters would list a territory's people by guessing.</summary>
    private const int AccountCharsMin = 4;
    private const int QueryCharsMin = 2;
    private const int SeasonsBack = 10;

    // A search passes over the whole registry: one at a time, so that searchers take one core at most.
    private readonly Lock searching = new();

    /// <summary>Null: there is no such household, or it is not the viewer's.</summary>
    public HouseholdFile? File(string id, Viewer viewer)
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        if (!registry.Households.TryGetValue(id, out var household) || !viewer.MaySee(household.Division)) return null;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var autumn = HeatingSeason.AutumnOf(LocalDay.Of(now));
        var lives = registry.MetersOf(id).SelectMany(meter => meter.Installations.Where(life => life.HouseholdId == id).Select(life => new InstalledMeter(meter, life)))
            .OrderBy(installed => installed.Life.FromMs).ThenBy(installed => installed.Meter.Id, StringComparer.Ordinal).ToList();
        var holds = Enumerable.Range(autumn - SeasonsBack, SeasonsBack + 2).SelectMany(view.HoldEntries).Where(entry => entry.HouseholdId == id).ToList();
        return new HouseholdFile(
            household, registry, lives, view.Aliases(id), registry.HeatedOf(id), holds, RegistryHistory.Of(view, registry, id), now);
    }

    public RegistrySnapshot Registry()
    {
        using var view = ledger.OpenView();
        return view.Registry();
    }

    /// <summary>Households whose id, meter, account's end, village name or division code is asked for, ordered by division and id.</summary>
    /// <param name="page">From 1; beyond the last means the last.</param>
    public FoundLines Search(string query, Viewer viewer, int page)
    {
        lock (searching)
        {
            using var view = ledger.OpenView();
            var registry = view.Registry();
            var found = new Dictionary<string, FoundLine>(StringComparer.Ordinal);
            var more = query.Length is >= QueryCharsMin and <= QueryChars && Collect(query, view, registry, viewer, found);
            var lines = found.Values.OrderBy(line => line.Household.Division, StringComparer.Ordinal).ThenBy(line => line.Household.Id, StringComparer.Ordinal).ToList();
            var pages = Math.Max(1, (lines.Count + PageSize - 1) / PageSize);
            var shown = Math.Clamp(page, 1, pages);
            return new FoundLines([.. lines.Skip((shown - 1) * PageSize).Take(PageSize)], registry, shown, pages, lines.Count, more);
        }
    }

    /// <returns>Whether there are more than may be found.</returns>
    private static bool Collect(string query, ILedgerView view, RegistrySnapshot registry, Viewer viewer, Dictionary<string, FoundLine> found)
    {
        foreach (var (id, by) in Candidates(query, view, registry))
        {
            if (found.ContainsKey(id) || !registry.Households.TryGetValue(id, out var household) || !viewer.MaySee(household.Division)) continue;
            if (found.Count == FoundMax) return true;
            found.Add(id, new FoundLine(household, by));
        }
        return false;
    }

    /// <summary>The surest first.</summary>
    private static IEnumerable<(string Household, string By)> Candidates(string query, ILedgerView view, RegistrySnapshot registry)
    {
        yield return (query, "");
        if (query.Length >= AccountCharsMin && query.All(char.IsAsciiLetterOrDigit))
            foreach (var alias in view.AccountsEnding(query, FoundMax)) yield return (alias.HouseholdId, RegistryHistory.MaskedAccount(alias.Account));
        foreach (var meter in registry.Meters.Values)
        {
            if (!meter.Id.Contains(query, StringComparison.OrdinalIgnoreCase)) continue;
            foreach (var life in meter.Installations) yield return (life.HouseholdId, meter.Id);
        }
        var isCode = DivisionCode.TryReadPrefix(query, out var prefix);
        foreach (var household in registry.Households.Values)
        {
            if (household.Id.Contains(query, StringComparison.OrdinalIgnoreCase)) yield return (household.Id, "");
            else if (isCode && household.Division.StartsWith(prefix, StringComparison.Ordinal)) yield return (household.Id, household.Division);
            else if (!isCode && registry.Divisions.TryGetValue(household.Division, out var village) && village.Name.Contains(query, StringComparison.OrdinalIgnoreCase))
                yield return (household.Id, village.Name);
        }
    }
}
