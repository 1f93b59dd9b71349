using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Domain.Settlements;

/// <summary>What a line needs beyond the household's statement.</summary>
/// <param name="Account">Account number 户号 at the season's end; empty: none is known.</param>
/// <param name="Before">What confirmed runs of the season have given already.</param>
/// <param name="Advanced">Yuan that the household holds beyond it.</param>
public sealed record LineHistory(string Account, SettledAmount Before, decimal Advanced, Payee? Payee)
{
    public static LineHistory None { get; } = new("", SettledAmount.Nothing, 0, null);
}

/// <summary>Draws the lines of a run. Pure: the same statement, registry and history give the same line.</summary>
public static class LineDrawing
{
    private static readonly SettledUse NoUse = new(null, "", null, null, 0, 0, 0, "", 0, 0, 0, 0, []);
    private static readonly SettledReckoning NoReckoning = new("", 0, "", [], 0, null, false, 0, null, 0, 0);

    public static SettlementLine Of(HouseholdStatement statement, RegistrySnapshot registry, LineHistory history) => new(
        Whom(statement.Household, registry), history.Account, UseOf(statement, registry), Reckon(statement), AccruedIn(statement), history.Before,
        statement.Holds, history.Advanced, history.Payee);

    /// <summary>The line of a household that has nothing to state any more, but was given something: everything is recovered.</summary>
    /// <param name="holds">What persons have placed: nothing is recovered while it stands.</param>
    public static SettlementLine Gone(Household household, RegistrySnapshot registry, IReadOnlyList<string> holds, LineHistory history) => new(
        Whom(household, registry), history.Account, NoUse, NoReckoning, SettledAmount.Nothing, history.Before, holds, history.Advanced, history.Payee);

    private static SettledHousehold Whom(Household household, RegistrySnapshot registry) => new(
        household.Id, household.Name, household.Division, NameOf(registry, household.Division[..9] + "000"), NameOf(registry, household.Division),
        household.Route, household.Conversion, household.Hardship, household.AcceptedOn, household.Note);

    private static string NameOf(RegistrySnapshot registry, string code) => registry.Divisions.TryGetValue(code, out var division) ? division.Name : "";

    private static SettledAmount AccruedIn(HouseholdStatement statement) => statement.Accrual is { } accrual
        ? new SettledAmount(Money.RoundToFen(accrual.Operating), accrual.Hardship, accrual.Shares)
        : SettledAmount.Nothing;

    private static SettledUse UseOf(HouseholdStatement statement, RegistrySnapshot registry)
    {
        var quantity = statement.Quantity;
        var heated = statement.Household.Route == HeatingRoute.CentralHeating ? registry.HeatedOn(statement.Household.Id, statement.Season.Last) : 0;
        return new SettledUse(
            statement.Energy, statement.Unit, quantity.Opening, quantity.Closing, quantity.Consumption, quantity.Eligible, quantity.Estimated,
            statement.Energy is null ? "" : quantity.Grade.ToString(), quantity.EligibleDays, quantity.CoveredDays, quantity.LongestGapDays, heated,
            SegmentsOf(statement));
    }

    private static List<SettledSegment> SegmentsOf(HouseholdStatement statement)
    {
        var (season, segments) = (statement.Season, new List<SettledSegment>(statement.Installations.Count));
        foreach (var installed in statement.Installations)
            if (installed.Life.FromMs < season.EndMs && installed.Life.UntilMs > season.StartMs) segments.Add(Segment(season, installed));
        return segments;
    }

    private static SettledSegment Segment(HeatingSeason season, InstalledDays installed)
    {
        var life = installed.Life;
        var (fromMs, untilMs) = (Math.Max(season.StartMs, life.FromMs), Math.Min(season.EndMs, life.UntilMs));
        var (first, last) = (LocalDay.Of(fromMs), untilMs == season.EndMs ? season.Last : LocalDay.Of(untilMs));
        var (opening, _) = SeasonQuantity.EdgeRegister(season, installed, atStart: true);
        var (closing, _) = SeasonQuantity.EdgeRegister(season, installed, atStart: false);
        return new SettledSegment(
            installed.Meter.Id, installed.Register, opening, opening is null ? null : fromMs, closing, closing is null ? null : untilMs,
            Quantity.FromDecimal(life.Installation.Multiplier), Consumption(installed, first, last));
    }

    private static long Consumption(InstalledDays installed, LocalDay first, LocalDay last)
    {
        var sum = 0L;
        foreach (ref readonly var day in installed.Span)
            if (day.Day >= first && day.Day <= last) sum += day.Consumption;
        return sum;
    }

    private static SettledReckoning Reckon(HouseholdStatement statement)
    {
        var policy = (Id: statement.PolicyId, Version: statement.Policy?.Version ?? 0);
        if (statement.Accrual is not { } accrual) return NoReckoning with { Policy = policy.Id, Version = policy.Version };
        return new SettledReckoning(
            policy.Id, policy.Version, accrual.Rule.RateText,
            [.. accrual.Tiers.Select(step => new SettledTier(step.Quantity ?? 0, step.Rate ?? 0))],
            accrual.Raw, accrual.MoneyCap, accrual.CapReached, accrual.Counted, accrual.Claim.Quota, accrual.LowTotal, accrual.HighTotal);
    }
}
