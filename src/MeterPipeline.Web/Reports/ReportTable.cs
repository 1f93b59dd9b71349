using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports.Workbook;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Reports;

/// <summary>A column of a report, the same on the page and in the workbook.</summary>
/// <param name="Group">What several columns are about, with the unit; empty: the column stands alone.</param>
/// <param name="Width">In the workbook.</param>
/// <param name="Link">Address of what a number counts, by division; null: none.</param>
/// <param name="Signed">A difference: shown with its sign.</param>
internal sealed record ReportColumn(
    string Group, string Heading, double Width, Func<ReportLine, Cell> Of, Func<PlaceHead, string, string>? Link = null, bool Signed = false)
{
    /// <summary>In one line.</summary>
    public string FullHeading => Group.Length == 0 ? Heading : $"{Group} {Heading}";

    public string Text(ReportLine line)
    {
        var cell = Of(line);
        var text = cell.Kind switch
        {
            CellKind.Blank => "–",
            CellKind.Text => cell.Text,
            CellKind.Count => Figures.Count((long)cell.Number),
            CellKind.Percent => cell.Number.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture),
            _ => Figures.Yuan(cell.Number),
        };
        return Signed && cell.Kind != CellKind.Blank && cell.Number > 0 ? "+" + text : text;
    }
}

/// <summary>The two tables of a report.</summary>
internal static class ReportTable
{
    public static IReadOnlyList<ReportColumn> UseAndMoney(Report report, ReportTexts words) =>
    [
        new("", words.Claims, 9, line => Cell.Count(line.Now.Households), (head, prefix) => head.To("/", prefix) + "#parts"),
        new("", words.Reporting, 9, line => Cell.Count(line.Now.Reporting), (head, prefix) => head.To("/usage", prefix, ("list", "no-data"))),
        new("", words.Coverage + " %", 8, line => Cell.Percent(report.KnownDays == 0 ? null : line.Now.CoveragePercent)),
        .. Measure(report, words, words.Electricity, 16, sum => Cell.Quantity(sum.Electricity), line => line.Electricity, CellKind.Quantity),
        .. Measure(report, words, words.Gas, 15, sum => Cell.Quantity(sum.Gas), line => line.Gas, CellKind.Quantity),
        .. Measure(report, words, words.Accrued, 15, sum => Cell.Yuan(sum.AccruedYuan), line => line.Accrued, CellKind.Yuan),
    ];

    public static IReadOnlyList<ReportColumn> Attention(Texts texts) =>
    [
        new("", $"{texts.Boards.Budget} {texts.Yuan}", 16, line => Cell.Yuan(line.Budget)),
        new("", texts.Boards.BudgetUsed + " %", 10, line => Cell.Percent(line.BudgetPercent), (head, prefix) => head.To("/", prefix) + "#money"),
        .. new[] { UseList.NeverUsed, UseList.Stopped, UseList.FarBelow, UseList.NoData }.Select(list => Counted(texts, "/usage", list)),
        new("", texts.Boards.OnHold, 10, line => line.Use is { } use ? Cell.Count(use.OnHold) : Cell.Blank, (head, prefix) => head.To("/holds", prefix)),
        Counted(texts, "/caps", UseList.AtCap),
    ];

    private static IEnumerable<ReportColumn> Measure(
        Report report, ReportTexts words, string group, double width, Func<DivisionSum, Cell> of, Func<ReportLine, Change?> change, CellKind kind) =>
    [
        new(group, words.ThisPeriod, width, line => of(line.Now)),
        new(group, report.PerDay ? words.DifferencePerDay : words.Difference, width - 2, line => change(line) is { } c ? new Cell(kind, "", c.Difference) : Cell.Blank, Signed: true),
        new(group, words.Percent, 8, line => Cell.Percent(change(line)?.Percent), Signed: true),
        new(group, words.SinceStart, width, line => of(line.SinceStart), (head, prefix) => head.To("/", prefix) + "#days"),
    ];

    private static ReportColumn Counted(Texts texts, string page, UseList list) => new(
        "", texts.Boards.Lists[list], 11, line => line.Use is { } use ? Cell.Count(UseLists.Count(use, list)) : Cell.Blank,
        (head, prefix) => head.To(page, prefix, ("list", BoardAnswers.ListName(list))));
}
