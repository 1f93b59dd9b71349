using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Boards;

/// <summary>A household with its statement; null where its route has no metered energy.</summary>
/// <param name="Certificate">Drawn for a single household only.</param>
internal sealed record HouseholdLine(Household Household, HouseholdStatement? Statement, QualityCertificate? Certificate = null);

/// <param name="Line">Null: the registry has no such household.</param>
/// <param name="Edits">Who changed what, oldest first.</param>
internal sealed record FoundHousehold(HouseholdLine? Line, RegistrySnapshot Registry, IReadOnlyList<RegistryEdit> Edits);

/// <param name="Count">Households in the division, on all pages.</param>
internal sealed record HouseholdPage(IReadOnlyList<HouseholdLine> Lines, int Page, int Pages, int Count);

/// <summary>
/// Statements that include every acknowledged reading, those of the journal's tail among them. Answers are shared among viewers for a moment. Any thread.
/// </summary>
internal sealed class HouseholdDesk(JournalTail tail, PolicyBook policies, RuleSettings rules, TimeProvider time)
{
    public const int PageSize = 50;

    /// <summary>Different questions kept; beyond it all are forgotten, which costs no more than asking again.</summary>
    private const int MostKept = 256;

    private readonly ConcurrentDictionary<(string Id, int Autumn), Held<FoundHousehold>> households = new();
    private readonly ConcurrentDictionary<(string Division, int Autumn, int Page), Held<HouseholdPage>> pages = new();

    /// <summary>The household with its history and the registry it was found in; a null line: there is none.</summary>
    public FoundHousehold Of(string id, int autumn)
    {
        if (households.Count >= MostKept) households.Clear();
        var found = households.GetOrAdd((id, autumn), key => new Held<FoundHousehold>(time, () => Read(key.Id, key.Autumn))).Get();
        if (found.Line is null) households.TryRemove((id, autumn), out _);
        return found;
    }

    /// <summary>The same for whoever may see the household's village; null: there is none, or the viewer may not.</summary>
    public FoundHousehold? Visible(HttpContext context, string id, int autumn) =>
        Of(id, autumn) is { Line: { } line } found && Viewer.Of(context).MaySee(line.Household.Division) ? found : null;

    /// <param name="page">From 1; beyond the last means the last.</param>
    public HouseholdPage In(string divisionPrefix, int autumn, int page)
    {
        if (pages.Count >= MostKept) pages.Clear();
        return pages.GetOrAdd(
            (divisionPrefix, autumn, page), key => new Held<HouseholdPage>(time, () => ReadPage(key.Division, key.Autumn, key.Page))).Get();
    }

    private FoundHousehold Read(string id, int autumn)
    {
        using var reading = LedgerReading.Open(tail, policies, known => MetersOf(known, id));
        var registry = reading.Books.Registry;
        if (!registry.Households.TryGetValue(id, out var household)) return new FoundHousehold(null, registry, []);
        var statement = reading.Statements.Of(household, autumn);
        var today = LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds());
        var certificate = statement?.Energy is null ? null : reading.Certificates(rules, today).Of(statement);
        return new FoundHousehold(new HouseholdLine(household, statement, certificate), registry, RegistryHistory.Of(reading.View, registry, id));
    }

    private HouseholdPage ReadPage(string prefix, int autumn, int page)
    {
        var (count, shown, last, members) = (0, 1, 1, Array.Empty<Household>());
        using var reading = LedgerReading.Open(tail, policies, registry =>
        {
            var all = registry.HouseholdsIn(prefix);
            last = Math.Max(1, (all.Count + PageSize - 1) / PageSize);
            (count, shown) = (all.Count, Math.Clamp(page, 1, last));
            members = [.. all.Skip((shown - 1) * PageSize).Take(PageSize)];
            return members.SelectMany(h => MetersOf(registry, h.Id));
        });
        return new HouseholdPage([.. members.Select(h => new HouseholdLine(h, reading.Statements.Of(h, autumn)))], shown, last, count);
    }

    private static IEnumerable<int> MetersOf(RegistrySnapshot registry, string household) => registry.MetersOf(household).Select(meter => meter.No);
}
