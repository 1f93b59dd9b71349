using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Ledger;

/// <summary>Drafts a run over one moment of the ledger: a line for every household of a division, drawn on one core while another stores it.</summary>
public sealed class SettlementDrafting
{
    /// <summary>Lines handed from the core that draws to the core that stores at a time.</summary>
    private const int LinesAhead = 64;

    private readonly LedgerReading reading;
    private readonly ISettlements settlements;
    private readonly SettlementMoment seen;
    private readonly LocalDay today;
    private readonly bool provisional;
    private readonly Action<int> progress;

    private SettlementDrafting(LedgerReading reading, ISettlements settlements, SettlementMoment seen, LocalDay today, bool provisional, Action<int> progress) =>
        (this.reading, this.settlements, this.seen, this.today, this.provisional, this.progress) = (reading, settlements, seen, today, provisional, progress);

    /// <param name="division">Code prefix; empty: everything.</param>
    /// <param name="atMs">Now, ms since the epoch.</param>
    /// <param name="provisional">To be looked at only: the season need not be over, and nobody can confirm it.</param>
    /// <param name="progress">Told the number of lines drawn.</param>
    /// <param name="supervisionPhone">监督电话 that the run's public notice prints; empty: left open for writing.</param>
    /// <exception cref="SettlementRefusedException">The person may not, the season is not over, or <see cref="ISettlements.Draft"/> refuses; nothing was stored.</exception>
    public static SettlementRun Run(
        ILedger ledger, PolicyBook policies, int autumn, string division, Signatory who, long atMs, bool provisional, Action<int>? progress = null, string supervisionPhone = "")
    {
        if (RunProgress.DraftRefusal(who, division) is { } refusal) throw new SettlementRefusedException(refusal);
        var seen = ledger.Settlements.Moment();
        using var reading = LedgerReading.Open(ledger, policies);
        var drafting = new SettlementDrafting(reading, ledger.Settlements, seen, LocalDay.Of(atMs), provisional, progress ?? (_ => { }));
        var draft = new RunDraft(autumn, division, who.Name, atMs, reading.JournalSeq, reading.Books.Registry.Version, provisional)
        {
            Imprint = RunImprint.Of(reading.Books.Registry, division, supervisionPhone, seen.Disbursement),
        };
        return ledger.Settlements.Draft(draft, policies, seen, Ahead.Of(drafting.Lines(autumn, division), LinesAhead));
    }

    private IEnumerable<SettlementLine> Lines(int autumn, string division)
    {
        var (lines, registry) = (0, reading.Books.Registry);
        foreach (var household in reading.Statements.HouseholdsOf(division))
        {
            var statement = reading.Statements.Of(household, autumn);
            var given = seen.Run == 0 ? SettledAmount.Nothing : settlements.GivenTo(autumn, household.Id);
            if (statement is not null && RunProgress.DraftRefusal(statement.Season, household.Division, today, provisional) is { } early) throw new SettlementRefusedException(early);
            if (statement is not null || given.Total != 0 || given.Shares.Any(share => share.Yuan != 0))
            {
                var history = HistoryOf(household.Id, autumn, given, statement);
                yield return statement is null ? LineDrawing.Gone(household, registry, reading.Statements.HoldsOf(household, autumn), history) : LineDrawing.Of(statement, registry, history);
                progress(++lines);
            }
            reading.Release(household);
        }
    }

    private LineHistory HistoryOf(string household, int autumn, SettledAmount given, HouseholdStatement? statement)
    {
        var advanced = seen.Disbursement == 0 ? 0 : settlements.Balance(autumn, household).Ahead;
        return new LineHistory(AccountOf(household, statement?.Season.Last ?? today), given, advanced, settlements.PayeeOf(household));
    }

    /// <summary>The account number valid on a day; of several, the one that began last.</summary>
    private string AccountOf(string household, LocalDay day)
    {
        AccountAlias? found = null;
        foreach (var alias in reading.View.Aliases(household))
        {
            if (alias.From > day || alias.Until <= day) continue;
            if (found is null || Starts(alias) > Starts(found)) found = alias;
        }
        return found?.Account ?? "";
    }

    private static int Starts(AccountAlias alias) => alias.From?.Number ?? int.MinValue;
}
