using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Api;

/// <summary>From boards and statements to the API's answers.</summary>
internal static class ApiAnswers
{
    public static OverviewAnswer Overview(SeasonBoard board, QualityBoard quality) => new(
        HeatingSeason.NameOf(board.Autumn), board.Prefix.Length == 0 ? null : DivisionCode.Full(board.Prefix), board.Prefix.Length == 0 ? null : board.Name,
        board.Newest?.ToString(), Sum(board.Sum), [.. board.Days.Select(Day)],
        [.. board.Parts.Select(part => new DivisionAnswer(DivisionCode.Full(part.Prefix), part.Name, Sum(part.Sum)))],
        quality.QuarantineOpen, quality.JournalHead, quality.FoldedSeq);

    public static HouseholdSummary Summary(HouseholdLine line)
    {
        var (household, statement) = (line.Household, line.Statement);
        return new HouseholdSummary(
            household.Id, Figures.Masked(household.Name), household.Division, household.Route, statement?.Energy,
            In(Energy.Electricity, statement, statement?.Quantity.Eligible), In(Energy.Gas, statement, statement?.Quantity.Eligible),
            statement?.Accrual is { } accrual ? Money.Format(accrual.Total) : null, statement?.Quantity.Grade.ToString(), statement?.Holds ?? []);
    }

    public static HouseholdAnswer Household(HouseholdLine line, int autumn, IReadOnlyList<RegistryEdit> edits)
    {
        var (household, statement) = (line.Household, line.Statement);
        var quantity = statement?.Quantity;
        return new HouseholdAnswer(
            HeatingSeason.NameOf(autumn), household.Id, Figures.Masked(household.Name), household.Division, household.Route, household.Conversion,
            household.AcceptedOn?.ToString(), household.Hardship, household.Note, statement?.Energy, quantity?.EligibleDays ?? 0, quantity?.CoveredDays ?? 0,
            quantity?.LongestGapDays ?? 0, quantity?.Grade.ToString(), statement?.Holds ?? [], statement is null ? null : Amount(statement),
            line.Certificate is { } certificate ? CertificateAnswers.Of(certificate) : null, statement is null ? [] : Meters(statement), statement is null ? [] : Days(statement),
            [.. edits.Select(e => new EditAnswer(LocalTime.Format(e.AtMs), e.Actor, e.Kind, e.Id, e.Field.Length == 0 ? null : e.Field, e.Before, e.After))]);
    }

    /// <param name="company">Null: all.</param>
    public static CountersAnswer Counters(QualityBoard board, string? company) => new(
        [.. board.Days.Where(d => company is null || d.Company == company).Select(d => new CounterAnswer(
            d.Company, d.Day.ToString(), d.Received, d.Accepted, d.Duplicate, d.Conflict, d.Quarantined, d.Pending, d.Reconciles))],
        board.QuarantineOpen, board.JournalHead, board.FoldedSeq);

    public static QuarantineAnswer Quarantined(QuarantineRow row) => new(
        row.Id, LocalTime.Format(row.Message.ReceivedAtMs), row.Message.Source, row.Message.Company, row.Message.Reason, row.Message.Detail, row.Message.Topic,
        QuarantinePage.Excerpt(row.Message.Payload), row.PayloadBytes, row.ReplayedAtMs is { } at ? LocalTime.Format(at) : null);

    public static SumAnswer Sum(DivisionSum sum) => new(
        sum.Villages, sum.Households, sum.Reporting, sum.CoveragePercent, Quantity.Format(sum.Electricity), Quantity.Format(sum.Gas), Exact(sum.AccruedYuan));

    public static DayAnswer Day(DayLine line) => new(
        line.Day.ToString(), Quantity.Format(line.Electricity), Quantity.Format(line.Gas), Exact(line.AccruedYuan), line.Households, line.Reporting);

    private static AmountAnswer? Amount(HouseholdStatement statement)
    {
        if (statement.Accrual is not { } accrual || statement.Policy is not { } policy) return null;
        return new AmountAnswer(
            statement.Unit == "m³" ? "m3" : statement.Unit, accrual.Rule.RateText, Exact(accrual.Raw), accrual.MoneyCap is { } cap ? Money.Format(cap) : null, accrual.CapReached,
            accrual.CapDay is { } index ? new LocalDay(statement.Season.First.Number + index).ToString() : null, Money.Format(accrual.Operating),
            Money.Format(accrual.Hardship), Money.Format(accrual.Total), Money.Format(accrual.LowTotal), Money.Format(accrual.HighTotal),
            policy.Id, policy.Version, accrual.Rule.Basis.Document, accrual.Rule.Basis.Clause, accrual.Rule.Basis.Quote,
            [.. AccrualTrace.Of(accrual, policy.Rounding).Select(Step)]);
    }

    private static StepAnswer Step(AccrualStep step) => new(
        step.Kind, step.Subject.Length == 0 ? null : step.Subject, step.Quantity is { } quantity ? Quantity.Format(quantity) : null,
        step.Limit is { } limit ? Quantity.Format(limit) : null, step.Rate?.ToString("0.####", CultureInfo.InvariantCulture),
        step.Yuan is { } yuan ? Exact(yuan) : null, step.Most is { } most ? Money.Format(most) : null, step.Basis?.Document, step.Basis?.Clause);

    private static List<MeterAnswer> Meters(HouseholdStatement statement) => [.. statement.Installations.Select(installed =>
    {
        var installation = installed.Life.Installation;
        var (start, end) = (SeasonEdge.AtStart(installed, statement.Season), SeasonEdge.AtEnd(installed, statement.Season));
        return new MeterAnswer(
            installed.Meter.Id, installation.Company, installation.Serves, Moment(installation.InstalledAtMs), Moment(installation.RemovedAtMs),
            start.Shown is { } opening ? Quantity.Format(opening) : null, start.Kind, end.Shown is { } closing ? Quantity.Format(closing) : null, end.Kind);
    })];

    private static List<HouseholdDayAnswer> Days(HouseholdStatement statement) =>
        [.. Enumerable.Range(0, HouseholdDays.LastKnown(statement) + 1).Select(i =>
        {
            var (used, eligible) = (statement.Quantity.ConsumptionPerDay[i], statement.Quantity.EligiblePerDay[i]);
            return new HouseholdDayAnswer(
                new LocalDay(statement.Season.First.Number + i).ToString(), In(Energy.Electricity, statement, used), In(Energy.Gas, statement, used),
                In(Energy.Electricity, statement, eligible), In(Energy.Gas, statement, eligible), statement.Quantity.Claims[i], statement.Quantity.IsCovered(i));
        })];

    private static string? In(Energy energy, HouseholdStatement? statement, long? quantity) =>
        statement?.Energy == energy && quantity is { } known ? Quantity.Format(known) : null;

    private static string? Moment(long? instantMs) => instantMs is { } known ? LocalTime.Format(known) : null;

    /// <summary>All decimals there are, at least two.</summary>
    private static string Exact(decimal yuan) => yuan.ToString("0.00##########", CultureInfo.InvariantCulture);
}
