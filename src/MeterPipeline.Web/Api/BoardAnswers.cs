using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Api;

/// <summary>From the boards of households to the API's answers.</summary>
internal static class BoardAnswers
{
    /// <summary>Bytes of a payload that are given out; a page shows as many.</summary>
    public const int MostBytes = 16_384;

    private const string Method =
        "Each household: earned so far + mean of its last 14 full days x claim days left; low and high take its weakest and strongest of the last four full weeks; never beyond a known cap.";

    public static string? Division(string prefix) => prefix.Length == 0 ? null : DivisionCode.Full(prefix);

    public static string Unit(Energy energy) => energy == Energy.Electricity ? "kWh" : "m3";

    public static AgeAnswer? Age(UseBoard? board) => board is null ? null : new AgeAnswer(LocalTime.Format(board.Age.Drawn), board.Age.FoldedSeq);

    public static UseOverviewAnswer Overview(UseBoard? board, SeasonBoard season, HeatingSeason dates, Budgets budgets) => new(
        HeatingSeason.NameOf(season.Autumn), Division(season.Prefix), dates.First.ToString(), dates.Last.ToString(), Age(board),
        board is null ? null : Counts(board.Sum(season.Prefix)), board is null ? null : MoneyOf(board.Sum(season.Prefix), budgets.In(season.Autumn, season.Prefix)),
        board is null ? [] : [.. season.Parts.Select(part => new DivisionUseAnswer(
            DivisionCode.Full(part.Prefix), part.Name, Counts(board.Sum(part.Prefix)), MoneyOf(board.Sum(part.Prefix), budgets.In(season.Autumn, part.Prefix))))]);

    public static UseListAnswer List(UseBoard? board, Place place, UseList list, Paged<UseRow> rows) => new(
        HeatingSeason.NameOf(place.Autumn), Division(place.Prefix), ListName(list), rows.Page, rows.Pages, rows.Count, Age(board),
        [.. rows.Items.Select(row => Row(board!, row))]);

    public static UseRowAnswer Row(UseBoard board, UseRow row)
    {
        var (household, use, peers) = (row.Household, row.Use, board.Peers.Of(row.Household));
        return new UseRowAnswer(
            household.Id, Figures.Masked(household.Name), household.Division, household.Route, row.Kind, Unit(row.Energy), use.DueDays, use.CoveredDays, use.ObservedDays,
            use.IdleDays, use.SilentDays, row.LastUse?.ToString(), row.LastReading?.ToString(), Quantity.Format(use.Eligible),
            use.MeanPerDay is { } mean ? Quantity.Format(mean) : null, peers is { } median ? Quantity.Format(median.PerDay) : null, peers?.Households,
            Money.Format(row.OperatingYuan), row.CapYuan is { } cap ? Money.Format(cap) : null, row.Outlook.PerMille < 0 ? null : row.Outlook.PerMille, row.CapDay?.ToString(), row.Holds);
    }

    public static HoldsAnswer Holds(UseBoard? board, Place place, Paged<HoldLine> lines, LocalDay today) => new(
        HeatingSeason.NameOf(place.Autumn), Division(place.Prefix), lines.Page, lines.Pages, lines.Count, Age(board),
        [.. lines.Items.Select(line => new HoldLineAnswer(
            line.Household.Id, Figures.Masked(line.Household.Name), line.Household.Division, line.Household.Route, line.Hold.Reason.Name, line.Hold.State, line.Hold.Reason.Keeper,
            line.Hold.Evidence.Length == 0 ? null : line.Hold.Evidence, line.Since.ToString(), HoldLines.Days(line, today), Money.Format(line.TotalYuan),
            line.Hold.Entry?.Note, line.Hold.Entry?.Actor))]);

    public static CompaniesAnswer Companies(UseBoard? board, Place place, QualityBoard quality) => new(
        HeatingSeason.NameOf(place.Autumn), Division(place.Prefix), Age(board), board is null ? [] : [.. board.Companies(place.Prefix).Select(line => new CompanyAnswer(
            line.Company.Id, line.Company.Name, line.Company.Energy, line.Meters, line.Behind(0, 0), line.Behind(1, 3), line.Behind(4, 7), line.Behind(8, int.MaxValue), line.Never,
            line.CoveragePercent, line.Percentile(50), line.Percentile(95), line.DueDays, line.MissingDays, quality.Days.Where(d => d.Company == line.Company.Id).Sum(d => d.Received)))]);

    public static CurveAnswer Curve(string id, LoadCurve curve) => new(
        id, curve.First.ToString(), curve.Days, Unit(curve.Energy), curve.Energy == Energy.Electricity ? "kW" : "m3/h",
        [.. curve.Points.Select(p => new CurvePointAnswer(
            p.MeterId, LocalTime.Format(p.TimeMs), Quantity.Format(p.Shown), p.Used is { } used ? Quantity.Format(used) : null,
            p.Power?.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture), p.Contested))]);

    public static QuarantinePageAnswer Quarantine(QuarantinePart part) => new([.. part.Rows.Select(ApiAnswers.Quarantined)], part.Looked, part.Next);

    public static QuarantinedAnswer Quarantined(QuarantineFound found)
    {
        var (row, message) = (found.Row, found.Row.Message);
        var shown = message.Payload.AsSpan(0, Math.Min(MostBytes, message.Payload.Length));
        return new QuarantinedAnswer(
            row.Id, LocalTime.Format(message.ReceivedAtMs), message.Source, message.Company, message.Meter.Length == 0 ? null : message.Meter, message.Reason, message.Detail, message.Topic,
            Encoding.UTF8.GetString(shown), Convert.ToHexStringLower(shown), row.PayloadBytes, found.Whole && shown.Length == row.PayloadBytes,
            row.ReplayedAtMs is { } at ? LocalTime.Format(at) : null);
    }

    /// <summary>Names as the query writes them: <c>never-used</c>.</summary>
    public static string ListName(UseList list) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(list.ToString());

    public static bool TryReadList(string? text, IReadOnlyList<UseList> lists, out UseList list)
    {
        list = lists[0];
        if (string.IsNullOrEmpty(text)) return true;
        foreach (var known in lists)
        {
            if (ListName(known) != text) continue;
            list = known;
            return true;
        }
        return false;
    }

    public static UseCountsAnswer Counts(DivisionUse sum) => new(
        sum.Households, sum.Count(UseKind.InUse), sum.Count(UseKind.TooEarly), sum.Count(UseKind.NeverUsed), sum.Count(UseKind.Stopped), sum.Count(UseKind.FarBelow),
        sum.Count(UseKind.NoData), sum.Count(UseKind.NotMetered), sum.NearCap, sum.AtCap, sum.OnHold, sum.Unforeseen);

    private static MoneyAnswer MoneyOf(DivisionUse sum, decimal? budget) => new(
        Money.Format(sum.OperatingYuan), Money.Format(sum.TopUpsYuan), Money.Format(sum.TotalYuan), budget is { } yuan ? Money.Format(yuan) : null,
        Money.Format(sum.MiddleYuan), Money.Format(sum.LowYuan), Money.Format(sum.HighYuan), Method);
}
