using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>A run 暂估 of what is known now: its lines are drawn while they are exported, nothing is stored, and nobody may pay by it.</summary>
public static class ProvisionalRun
{
    /// <param name="reading">Owned by the caller, who keeps it open until the lines have been read.</param>
    /// <param name="division">Code prefix; empty: everything.</param>
    public static RunExport Of(LedgerReading reading, PolicyBook policies, int autumn, string division, string supervisionPhone)
    {
        var registry = reading.Books.Registry;
        // No clock: the same data gives the same bytes.
        var run = new SettlementRun(
            0, autumn, division, "", policies.Season(division, autumn).EndMs, reading.JournalSeq, registry.Version, [], 0,
            new RunTotals(0, 0, SettledAmount.Nothing, SettledAmount.Nothing, SettledAmount.Nothing, 0), "", "");
        var covering = policies.Policies.Where(policy => policy.Covers(autumn) && policy.Areas.Any(area => area.StartsWith(division, StringComparison.Ordinal) || division.StartsWith(area, StringComparison.Ordinal)));
        var notes = new ExportNotes(prefix => DivisionCode.NameOf(registry, prefix), supervisionPhone, [.. covering.Select(policy => policy.Basis.Document).Distinct()]);
        return new RunExport(run, Lines(reading, autumn, division), [], [], notes);
    }

    /// <summary>As a run draws them in which nothing was given before and nobody is paid.</summary>
    private static IEnumerable<SettlementLine> Lines(LedgerReading reading, int autumn, string division) => reading.StatementsOf(division, autumn)
        .Select(statement => LineDrawing.Of(statement, reading.Books.Registry, LineHistory.None with { Account = Account(reading.View, statement) }));

    /// <summary>The account number at the season's end; of several, the one that began last.</summary>
    private static string Account(ILedgerView view, HouseholdStatement statement) =>
        view.Aliases(statement.Household.Id).Where(alias => !(alias.From > statement.Season.Last) && !(alias.Until <= statement.Season.Last))
            .MaxBy(alias => alias.From?.Number ?? int.MinValue)?.Account ?? "";
}
