using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>A run 暂估 of what is known now: its lines are drawn while they are exported, nothing is stored, and nobody may pay by it.</summary>
public static class ProvisionalRun
{
    private const int TownshipLength = 9;

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
        return new RunExport(run, reading.Statements.OfDivision(division, autumn).Select(statement => Line(statement, registry, Account(reading.View, statement))), [], [], notes);
    }

    /// <summary>What a statement says, as a line of a run in which nothing was given before and nobody is paid.</summary>
    private static SettlementLine Line(HouseholdStatement statement, RegistrySnapshot registry, string account)
    {
        var (household, accrual) = (statement.Household, statement.Accrual);
        var whom = new SettledHousehold(
            household.Id, household.Name, household.Division, NameOf(registry, household.Division[..TownshipLength]), NameOf(registry, household.Division),
            household.Route, household.Conversion, household.Hardship, household.AcceptedOn, household.Note);
        var accrued = accrual is null ? SettledAmount.Nothing : new SettledAmount(Money.RoundToFen(accrual.Operating), accrual.Hardship, accrual.Shares);
        return new SettlementLine(whom, account, Use(statement, registry), Reckoning(statement), accrued, SettledAmount.Nothing, statement.Holds, 0, null);
    }

    private static SettledUse Use(HouseholdStatement statement, RegistrySnapshot registry)
    {
        var (quantity, household) = (statement.Quantity, statement.Household);
        var heated = household.Route == HeatingRoute.CentralHeating ? registry.HeatedOn(household.Id, statement.Season.Last) : 0;
        var segments = statement.Installations.Where(i => i.Life.FromMs < statement.Season.EndMs && i.Life.UntilMs > statement.Season.StartMs);
        return new SettledUse(
            statement.Energy, statement.Unit, quantity.Opening, quantity.Closing, quantity.Consumption, quantity.Eligible, quantity.Estimated,
            statement.Energy is null ? "" : quantity.Grade.ToString(), quantity.EligibleDays, quantity.CoveredDays, quantity.LongestGapDays, heated,
            [.. segments.Select(installed => Segment(installed, statement.Season))]);
    }

    private static SettledSegment Segment(InstalledDays installed, HeatingSeason season)
    {
        var (opening, closing) = (SeasonEdge.AtStart(installed, season).Shown, SeasonEdge.AtEnd(installed, season).Shown);
        var (fromMs, untilMs) = (Math.Max(season.StartMs, installed.Life.FromMs), Math.Min(season.EndMs, installed.Life.UntilMs));
        return new SettledSegment(
            installed.Meter.Id, installed.Register, opening, opening is null ? null : fromMs, closing, closing is null ? null : untilMs,
            Quantity.FromDecimal(installed.Life.Installation.Multiplier), installed.Days.Where(day => season.Contains(day.Day) && day.Day.EndMs > fromMs && day.Day.StartMs <= untilMs).Sum(day => day.Consumption));
    }

    private static SettledReckoning Reckoning(HouseholdStatement statement)
    {
        if (statement.Accrual is not { } accrual) return new SettledReckoning(statement.PolicyId, statement.Policy?.Version ?? 0, "", [], 0, null, false, 0, null, 0, 0);
        var tiers = AccrualTrace.Of(accrual, statement.Policy!.Rounding).Where(step => step.Kind == AccrualStepKind.Tier);
        return new SettledReckoning(
            statement.PolicyId, statement.Policy.Version, accrual.Rule.RateText, [.. tiers.Select(step => new SettledTier(step.Quantity ?? 0, step.Rate ?? 0))],
            accrual.Raw, accrual.MoneyCap, accrual.CapReached, accrual.Counted, accrual.Claim.Quota, accrual.LowTotal, accrual.HighTotal);
    }

    /// <summary>The account number at the season's end; of several, the one that began last.</summary>
    private static string Account(ILedgerView view, HouseholdStatement statement) =>
        view.Aliases(statement.Household.Id).Where(alias => !(alias.From > statement.Season.Last) && !(alias.Until <= statement.Season.Last))
            .MaxBy(alias => alias.From?.Number ?? int.MinValue)?.Account ?? "";

    private static string NameOf(RegistrySnapshot registry, string prefix) =>
        registry.Divisions.TryGetValue(DivisionCode.Full(prefix), out var division) ? division.Name : "";
}
