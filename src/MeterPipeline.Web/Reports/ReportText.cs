using System.Globalization;
using System.Text;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Reports;

/// <summary>A report for a terminal, in English as all that the command line says: the tables of the page, one for each group of columns.</summary>
internal static class ReportText
{
    private const int Gap = 2;

    private static readonly ReportTexts Words = ReportTexts.English;

    /// <summary>UTF-8, lines ended by <c>\n</c>.</summary>
    public static void Write(Report report, Stream into)
    {
        using var to = new StreamWriter(into, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        to.WriteLine($"{Words.Kinds[report.Period.Kind]} {report.Period.Name}  {Place(report.Name, report.Prefix)}");
        to.WriteLine($"{Words.Period}: {report.Period.First} to {report.Period.Last}"
            + (report.KnownDays < report.Period.Days ? $"; {Figures.Fill(Words.Partial, report.KnownDays, report.Period.Days)}" : ""));
        to.WriteLine($"{Words.DataUntil}: {Figures.Fill(Words.DataUntilText, report.Newest?.ToString() ?? "–", Figures.Count(report.FoldedSeq))}");
        to.WriteLine(ReportPage.Against(report, Words));
        foreach (var group in ReportTable.UseAndMoney(report, Words).GroupBy(column => column.Group)) Lines(to, report, group.Key.Length == 0 ? Words.UseAndMoney : group.Key, [.. group]);
        Lines(to, report, Words.Attention, ReportTable.Attention(Texts.English));
        if (report.Settlement is { } settlement) Runs(to, report, settlement);
        if (report.Receipts is { } receipts) Companies(to, receipts);
        to.WriteLine();
        foreach (var note in ReportPage.Notes(report, Words, report.Uses is { } board ? Figures.Time(board.Age.Drawn) : "–")) to.WriteLine(note);
    }

    private static string Place(string name, string prefix) =>
        prefix.Length == 0 ? Words.Everything : name == DivisionCode.Full(prefix) ? name : $"{name} {DivisionCode.Full(prefix)}";

    private static void Lines(StreamWriter to, Report report, string title, IReadOnlyList<ReportColumn> columns)
    {
        string[] Row(ReportLine line, string name) => [name, .. columns.Select(column => column.Text(line))];
        Table(to, title, [Texts.English.Division, .. columns.Select(column => column.Heading)],
            [.. report.Parts.Select(part => Row(part, Place(part.Name, part.Prefix))), Row(report.Total, Words.Total)]);
    }

    private static void Runs(StreamWriter to, Report report, SettlementState settlement)
    {
        Table(to, Words.Settlement, [Words.Run, Words.State, Texts.English.Households, Words.Held, Words.AccruedByRun, Words.Due, Words.Payable],
        [.. settlement.Inside.Select(run => new[]
        {
            $"{run.Run.Id} {(run.Run.Division.Length == 0 ? Words.Everything : DivisionCode.Full(run.Run.Division))}", Words.Stages[run.Stage], Figures.Count(run.Run.Lines), Figures.Count(run.Run.Totals.Held),
            Figures.Yuan(run.Run.Totals.Accrued.Total), Figures.Yuan(run.Run.Totals.Due.Total), Figures.Yuan(run.Run.Totals.Payable),
        })]);
        to.WriteLine(Figures.Fill(Words.Deadline, report.Deadline));
    }

    private static void Companies(StreamWriter to, Receipts receipts)
    {
        var texts = Texts.English;
        Table(to, Words.Companies, [texts.Company, texts.Received, texts.Accepted, texts.Duplicate, texts.Conflict, texts.Quarantined, texts.Pending, Words.Differences],
        [.. receipts.Companies.Select(c => (string[])
        [
            c.Shown, .. new[] { c.Received, c.Accepted, c.Duplicate, c.Conflict, c.Quarantined, c.Pending, c.Differences }.Select(Figures.Count),
        ])]);
        to.WriteLine($"{texts.QuarantineOpen}: {Figures.Count(receipts.QuarantineOpen)}");
    }

    /// <summary>The first column to the left, the others to the right.</summary>
    private static void Table(StreamWriter to, string title, string[] heads, IReadOnlyList<string[]> rows)
    {
        var widths = heads.Select((head, at) => rows.Select(row => Cells(row[at])).Append(Cells(head)).Max()).ToArray();
        string Line(string[] cells) => string.Concat(cells.Select((cell, at) =>
            new string(' ', at == 0 ? 0 : Gap + widths[at] - Cells(cell)) + cell + new string(' ', at == 0 ? widths[0] - Cells(cell) : 0))).TrimEnd();
        to.WriteLine();
        to.WriteLine(title);
        to.WriteLine(Line(heads));
        foreach (var row in rows) to.WriteLine(Line(row));
    }

    /// <summary>Columns of a terminal: a Chinese character takes two.</summary>
    private static int Cells(string text) => new StringInfo(text).LengthInTextElements + text.Count(c => c >= '\u2E80');
}
