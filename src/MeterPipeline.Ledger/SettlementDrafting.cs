using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Ledger;

/// <summary>Drafts a run over one moment of the ledger: a line for every household of a division, read by pages and drawn on as many cores as there are.</summary>
public sealed class SettlementDrafting
{
    /// <summary>Households of a page: about 1 MB of text, so that one line is read in milliseconds, and few enough for memory to stay flat.</summary>
    private const int PageHouseholds = 1000;

    private readonly LedgerReading reading;
    private readonly ISettlements settlements;
    private readonly int autumn;
    private readonly LocalDay today;
    private readonly bool provisional;
    private readonly Action<int> progress;
    private readonly Func<PageBooks> newBooks;

    /// <summary>Books that no core draws with at the moment.</summary>
    private readonly ConcurrentBag<PageBooks> spare = [];

    private SettlementDrafting(LedgerReading reading, ISettlements settlements, PolicyBook policies, RunDraft draft, Action<int> progress)
    {
        (this.reading, this.settlements, autumn, this.progress) = (reading, settlements, draft.Autumn, progress);
        (today, provisional) = (LocalDay.Of(draft.AtMs), draft.Provisional);
        var holds = new SeasonHolds(reading.View, autumn);
        newBooks = () => new PageBooks(reading.Books.Registry, reading.View, policies, holds.Of);
    }

    /// <param name="division">Code prefix; empty: everything.</param>
    /// <param name="atMs">Now, ms since the epoch.</param>
    /// <param name="provisional">To be looked at only: the season need not be over, and nobody can confirm it.</param>
    /// <param name="progress">Told the number of households read.</param>
    /// <param name="supervisionPhone">监督电话 that the run's public notice prints; empty: left open for writing.</param>
    /// <exception cref="SettlementRefusedException">The person may not, the season is not over, or <see cref="ISettlements.Draft"/> refuses; nothing was stored.</exception>
    public static SettlementRun Run(
        ILedger ledger, PolicyBook policies, int autumn, string division, Signatory who, long atMs, bool provisional, Action<int>? progress = null, string supervisionPhone = "")
    {
        if (RunProgress.DraftRefusal(who, division) is { } refusal) throw new SettlementRefusedException(refusal);
        // Needed last, and a serializer takes a third of a second to begin: told while the registry is loaded, which leaves a core free.
        _ = Task.Run(() => policies.Policies.Select(CanonicalForm.Fingerprint).ToList());
        var seen = ledger.Settlements.Moment();
        using var reading = LedgerReading.Open(ledger, policies);
        var draft = new RunDraft(autumn, division, who.Name, atMs, reading.JournalSeq, reading.Books.Registry.Version, provisional)
        {
            Imprint = RunImprint.Of(reading.Books.Registry, division, supervisionPhone, seen.Disbursement),
        };
        var drafting = new SettlementDrafting(reading, ledger.Settlements, policies, draft, progress ?? (_ => { }));
        return ledger.Settlements.Draft(draft, policies, seen, drafting.Pages(division));
    }

    private IEnumerable<LinePage> Pages(string division)
    {
        var read = 0;
        foreach (var households in reading.Statements.HouseholdsOf(division).Chunk(PageHouseholds))
        {
            var page = Read(households);
            progress(read += households.Length);
            yield return () => Draw(page);
        }
    }

    /// <summary>Everything that the ledger keeps of a page's households. What has readings in the journal's tail is stated here: only this reading knows them.</summary>
    private Page Read(Household[] households)
    {
        var ids = Array.ConvertAll(households, household => household.Id);
        var page = new Page(households, settlements.Histories(autumn, ids));
        lock (reading.View)
        {
            foreach (var household in households)
            {
                if (!reading.HasTail(household)) continue;
                page.Stated.Add(household.Id, reading.Statements.Of(household, autumn));
                reading.Release(household);
            }
            var meters = households.Where(household => !page.Stated.ContainsKey(household.Id)).SelectMany(household => reading.Books.Registry.MetersOf(household.Id));
            page.Years.AddRange(reading.View.MeterYears([.. meters.Select(meter => meter.No)]));
            page.Aliases.AddRange(reading.View.Aliases(ids));
        }
        return page;
    }

    private IEnumerable<SettlementLine> Draw(Page page)
    {
        if (!spare.TryTake(out var books)) books = newBooks();
        books.Turn(page.Years);
        var aliases = page.Aliases.ToLookup(alias => alias.HouseholdId, StringComparer.Ordinal);
        foreach (var household in page.Households)
        {
            var line = Draw(household, page, books, aliases[household.Id]);
            books.Release(household);
            if (line is not null) yield return line;
        }
        spare.Add(books);
    }

    /// <returns>Null: nothing is due, nor was anything given.</returns>
    private SettlementLine? Draw(Household household, Page page, PageBooks books, IEnumerable<AccountAlias> aliases)
    {
        var statement = page.Stated.TryGetValue(household.Id, out var known) ? known : books.Statements.Of(household, autumn);
        if (statement is not null && RunProgress.DraftRefusal(statement.Season, household.Division, today, provisional) is { } early) throw new SettlementRefusedException(early);
        var history = page.Histories[household.Id] with { Account = AccountAlias.On(statement?.Season.Last ?? today, aliases) };
        if (statement is not null) return LineDrawing.Of(statement, reading.Books.Registry, history);
        return history.Before.Total != 0 || history.Before.Shares.Any(share => share.Yuan != 0)
            ? LineDrawing.Gone(household, reading.Books.Registry, books.Statements.HoldsOf(household, autumn), history)
            : null;
    }

    /// <summary>Some households, and what was read of them.</summary>
    private sealed record Page(IReadOnlyList<Household> Households, IReadOnlyDictionary<string, LineHistory> Histories)
    {
        /// <summary>Statements that are drawn already; null: there is nothing to state.</summary>
        public Dictionary<string, HouseholdStatement?> Stated { get; } = new(StringComparer.Ordinal);

        public List<MeterYearRow> Years { get; } = [];

        public List<AccountAlias> Aliases { get; } = [];
    }
}
