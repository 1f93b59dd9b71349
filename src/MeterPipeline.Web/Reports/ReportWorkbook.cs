using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports.Workbook;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Reports;

/// <summary>
/// A report as a workbook or as CSV files, in Chinese, for it is signed and handed in. No clock is in it: the same data give the same bytes.
/// </summary>
internal static class ReportWorkbook
{
    private static readonly ReportTexts Words = ReportTexts.Chinese;

    public static void Write(Report report, Stream into, string folder)
    {
        var marks = new PageMarks(Title(report), Until(report));
        using var book = new XlsxBook(folder, Title(report), report.Period.Last.EndMs, marks, RunWorkbook.RowsMax);
        Fill(book, report, into);
    }

    /// <summary>The same sheets as CSV files in a ZIP archive.</summary>
    public static void WriteCsv(Report report, Stream into, string folder)
    {
        using var book = new CsvBook(folder);
        Fill(book, report, into);
    }

    private static string Place(Report report) => report.Name.Length == 0 ? Words.Everything : report.Name;

    private static string Title(Report report) => $"{Place(report)}清洁取暖{Words.Kinds[report.Period.Kind]} {report.Period.Name}";

    private static string Until(Report report) =>
        $"{Words.DataUntil} {Figures.Fill(Words.DataUntilText, report.Newest?.ToString() ?? "–", Figures.Count(report.FoldedSeq))}";

    private static void Fill(ISheetBook book, Report report, Stream into)
    {
        Lines(book, report, 1, Words.UseAndMoney, ReportTable.UseAndMoney(report, Words));
        Lines(book, report, 2, Words.Attention, ReportTable.Attention(Texts.Chinese));
        Days(book, report);
        if (report.Receipts is { } receipts) Companies(book, report, receipts);
        if (report.Settlement is { } settlement) Runs(book, report, settlement);
        book.Finish(into);
    }

    private static SheetHead Head<T>(Report report, int order, string name, IEnumerable<Column<T>> columns) => new(
        order, name, $"{Title(report)}　{name}",
        $"区划：{Place(report)}{(report.Prefix.Length == 0 ? "" : $"（{DivisionCode.Full(report.Prefix)}）")}　期间：{report.Period.First} 至 {report.Period.Last}　"
        + $"{Until(report)}　制表时间：　　　　　　", Table<T>.Heads(columns));

    private static void Lines(ISheetBook book, Report report, int order, string name, IReadOnlyList<ReportColumn> columns)
    {
        Column<ReportLine>[] all =
        [
            new("区划", 14, line => Cell.Of(line.Name.Length == 0 ? Words.Everything : line.Name)),
            new("行政区划代码", 14, line => line.Prefix.Length == 0 ? Cell.Blank : Cell.Of(DivisionCode.Full(line.Prefix))),
            .. columns.Select(column => new Column<ReportLine>(column.FullHeading, column.Width, column.Of)),
        ];
        var table = new Table<ReportLine>(book.Add(Head(report, order, name, all)), all);
        foreach (var part in report.Parts) table.Add(part);
        table.Add(report.Total with { Name = Words.Total }, RowStyle.Sum);
        if (order == 1) table.Note(ReportPage.Against(report, Words));
        foreach (var note in ReportPage.Notes(report, Words, report.Uses is { } board ? Figures.Fill("日志第 {0} 条", Figures.Count(board.Age.FoldedSeq)) : "–")) table.Note(note);
        table.Note(Words.SignedBy);
    }

    private static void Days(ISheetBook book, Report report)
    {
        Column<DayLine>[] columns =
        [
            new("日期", 12, day => Cell.Of(day.Day.ToString())), new(Words.Electricity, 18, day => Cell.Quantity(day.Electricity), Summed: true),
            new(Words.Gas, 18, day => Cell.Quantity(day.Gas), Summed: true), new(Words.Accrued, 18, day => Cell.Yuan(day.AccruedYuan), Summed: true),
            new(Words.Reporting, 12, day => Cell.Count(day.Reporting)),
        ];
        var table = new Table<DayLine>(book.Add(Head(report, 3, Words.Daily, columns)), columns);
        foreach (var day in report.Days) table.Add(day);
        table.Total();
    }

    private static void Companies(ISheetBook book, Report report, Receipts receipts)
    {
        var texts = Texts.Chinese;
        Column<CompanyReceipt>[] columns =
        [
            new(texts.Company, 28, c => Cell.Of(c.Shown)), new(texts.Received, 13, c => Cell.Count(c.Received), Summed: true),
            new(texts.Accepted, 13, c => Cell.Count(c.Accepted), Summed: true), new(texts.Duplicate, 13, c => Cell.Count(c.Duplicate), Summed: true),
            new(texts.Conflict, 13, c => Cell.Count(c.Conflict), Summed: true), new(texts.Quarantined, 13, c => Cell.Count(c.Quarantined), Summed: true),
            new(texts.Pending, 13, c => Cell.Count(c.Pending), Summed: true), new(Words.Differences, 12, c => Cell.Count(c.Differences), Summed: true),
        ];
        var table = new Table<CompanyReceipt>(book.Add(Head(report, 4, Words.Companies, columns)), columns);
        foreach (var company in receipts.Companies) table.Add(company);
        table.Total();
        table.Note(Words.CompaniesHint);
    }

    private static void Runs(ISheetBook book, Report report, SettlementState settlement)
    {
        Column<Domain.Settlements.RunProgress>[] columns =
        [
            new(Words.Run, 10, run => Cell.Of($"{run.Run.Id}")), new("行政区划代码", 16, run => Cell.Of(run.Run.Division.Length == 0 ? Words.Everything : DivisionCode.Full(run.Run.Division))),
            new(Words.State, 12, run => Cell.Of(Words.Stages[run.Stage])), new("户数", 11, run => Cell.Count(run.Run.Lines), Summed: true),
            new(Words.Held, 11, run => Cell.Count(run.Run.Totals.Held), Summed: true), new(Words.AccruedByRun, 18, run => Cell.Yuan(run.Run.Totals.Accrued.Total), Summed: true),
            new(Words.Due, 18, run => Cell.Yuan(run.Run.Totals.Due.Total), Summed: true), new(Words.Payable, 18, run => Cell.Yuan(run.Run.Totals.Payable), Summed: true),
        ];
        var table = new Table<Domain.Settlements.RunProgress>(book.Add(Head(report, 5, Words.Settlement, columns)), columns);
        foreach (var run in settlement.Inside) table.Add(run);
        table.Total();
        table.Note(Figures.Fill(Words.Deadline, report.Deadline));
    }
}
