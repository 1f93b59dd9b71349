using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Reports;

/// <summary>A report to look at and to print: title block, charts, two tables, what the kind adds, and what each number is made of.</summary>
/// <param name="earlier">Null: the first of the season.</param>
/// <param name="later">Null: the last, or not begun.</param>
internal sealed class ReportPage(PageFrame frame, PlaceHead head, Report report, ReportPeriod? earlier, ReportPeriod? later, long nowMs)
{
    private readonly Texts texts = frame.Texts;
    private readonly ReportTexts words = frame.Texts.Reports;

    public Markup Body() => Markup.Of($"""
        <article class="report"><div class="head">{head.Title($"{words.Kinds[report.Period.Kind]} {report.Period.Name}")}{Ways()}</div>
        {TitleBlock()}
        <section class="card"><h2>{words.UseAndMoney}<small>{Against(report, words)}</small></h2>{Table(ReportTable.UseAndMoney(report, words))}</section>
        {Charts()}
        <section class="card"><h2>{words.Attention}</h2>{Table(ReportTable.Attention(texts))}</section>
        {(report.Settlement is { } settlement ? new SettlementSection(frame, head, report, settlement, LocalDay.Of(nowMs)).Section() : Markup.Empty)}
        {(report.Receipts is { } receipts ? Companies(receipts) : Markup.Empty)}
        <section class="card sources"><h2>{words.Sources}</h2><ol>{Notes(report, words, report.Uses is { } board ? Figures.Time(board.Age.Drawn) : "–").Select(note => Markup.Of($"<li>{note}</li>"))}</ol>
        <p class="signed">{words.SignedBy}</p></section></article>
        """);

    /// <summary>With what the period is compared, and how.</summary>
    public static string Against(Report report, ReportTexts words) => report.Before is not { } before ? words.AgainstNothing
        : Figures.Fill(report.PerDay ? words.AgainstPerDay : words.Against, before.Name, before.First, before.Last);

    /// <param name="asOf">How fresh the household board is.</param>
    public static IEnumerable<string> Notes(Report report, ReportTexts words, string asOf)
    {
        var last = report.KnownDays == 0 ? "–" : new LocalDay(report.Period.First.Number + report.KnownDays - 1).ToString();
        object[] fillings = [Figures.Count(report.FoldedSeq), last, asOf, ""];
        return words.Notes.Select((note, i) => i == words.Notes.Count - 1 ? note : note.Replace($"{{{i}}}", (string)fillings[i], StringComparison.Ordinal));
    }

    private string Address(ReportPeriod period, string prefix) => head.To($"/reports/{period.KindName}/{period.Name}", prefix);

    private Markup Ways()
    {
        Markup To(ReportPeriod? period, string word) => period is null ? Markup.Empty : Markup.Of($"<a href=\"{Address(period, report.Prefix)}\">{word}</a>");
        string File(string name) => head.To(name, report.Prefix, ("kind", report.Period.KindName), ("period", report.Period.Name));
        var files = frame.Viewer.May(Right.Export) ? Markup.Of($"<a href=\"{File("/exports/report.xlsx")}\">XLSX</a><a href=\"{File("/exports/report.zip")}\">CSV</a>") : Markup.Empty;
        return Markup.Of($"""
            <nav class="ways" aria-label="{words.Period}">{To(earlier, "‹ " + words.Earlier)}{To(later, words.Later + " ›")}<a href="{head.To("/reports", report.Prefix)}">{words.Reports}</a>{files}<button type="button" data-print hidden>{words.Print}</button></nav>
            """);
    }

    private Markup TitleBlock()
    {
        var until = report.Newest is { } newest ? Figures.Fill(words.DataUntilText, newest, Figures.Count(report.FoldedSeq)) : texts.NoData;
        var partial = report.KnownDays < report.Period.Days ? Markup.Of($" <span class=\"flag\">{Figures.Fill(words.Partial, report.KnownDays, report.Period.Days)}</span>") : Markup.Empty;
        return Markup.Of($"""
            <dl class="titleblock"><div><dt>{texts.Division}</dt><dd>{(report.Name.Length == 0 ? words.Everything : report.Name)}{(report.Prefix.Length == 0 ? Markup.Empty : Markup.Of($" <span class=\"edge\">{DivisionCode.Full(report.Prefix)}</span>"))}</dd></div>
            <div><dt>{words.Period}</dt><dd>{report.Period.First.ToString()} – {report.Period.Last.ToString()}{partial}</dd></div>
            <div><dt>{words.DrawnAt}</dt><dd>{Figures.Time(nowMs)}</dd></div><div><dt>{words.DataUntil}</dt><dd>{until}</dd></div></dl>
            """);
    }

    private Markup Table(IReadOnlyList<ReportColumn> columns)
    {
        var groups = new List<(string Name, List<ReportColumn> Columns)>();
        foreach (var column in columns)
        {
            if (column.Group.Length > 0 && groups.Count > 0 && groups[^1].Name == column.Group) groups[^1].Columns.Add(column);
            else groups.Add((column.Group, [column]));
        }
        var two = groups.Exists(group => group.Name.Length > 0);
        var tall = two ? new Markup(" rowspan=\"2\"") : Markup.Empty;
        var first = groups.Select(group => group.Name.Length == 0
            ? Markup.Of($"<th scope=\"col\"{tall}>{group.Columns[0].Heading}</th>") : Markup.Of($"<th scope=\"colgroup\" class=\"group\" colspan=\"{group.Columns.Count}\">{group.Name}</th>"));
        var second = groups.Where(group => group.Name.Length > 0).SelectMany(group => group.Columns.Select((column, i) => Markup.Of($"<th scope=\"col\"{Edge(i == 0)}>{column.Heading}</th>")));
        return Markup.Of($"""
            <div class="scroll"><table class="cards dense"><thead><tr><th scope="col"{tall}>{texts.Division}</th>{first}</tr>{(two ? Markup.Of($"<tr class=\"under\">{second}</tr>") : Markup.Empty)}</thead>
            <tbody>{report.Parts.Select(part => Row(part, columns, false))}{Row(report.Total, columns, true)}</tbody></table></div>
            """);
    }

    private Markup Row(ReportLine line, IReadOnlyList<ReportColumn> columns, bool total)
    {
        var name = total ? Markup.Of($"{words.Total}") : Markup.Of($"<a href=\"{Address(report.Period, line.Prefix)}\">{line.Name}</a>");
        var cells = columns.Select((column, i) =>
        {
            var text = column.Text(line);
            var shown = column.Link is { } link && text != "–" ? Markup.Of($"<a href=\"{link(head, line.Prefix)}\">{text}</a>") : Markup.Of($"{text}");
            return Markup.Of($"<td data-label=\"{column.FullHeading}\"{Edge(column.Group.Length > 0 && columns[i - 1].Group != column.Group)}>{shown}</td>");
        });
        return Markup.Of($"<tr{(total ? new Markup(" class=\"strong\"") : Markup.Empty)}><th scope=\"row\">{name}</th>{cells}</tr>\n");
    }

    private static Markup Edge(bool first) => first ? new Markup(" class=\"first\"") : Markup.Empty;

    private Markup Charts()
    {
        if (report.Days.Count == 0) return Markup.Empty;
        Markup Bars(string group, string kind, Func<DayLine, decimal> of)
        {
            var at = group.LastIndexOf(' ');
            return DayBars.Of(group[..at], group[(at + 1)..], kind, report.Period.First, report.Period.Last, report.Days.ToDictionary(day => day.Day, of));
        }
        var rows = report.Days.Select(day => Markup.Of($"""
            <tr><th scope="row">{day.Day.ToString()}</th><td>{Figures.Amount(day.Electricity)}</td><td>{Figures.Amount(day.Gas)}</td><td>{Figures.Yuan(day.AccruedYuan)}</td><td>{Figures.Count(day.Reporting)} / {Figures.Count(day.Households)}</td></tr>

            """));
        return Markup.Of($"""
            <section class="card charts"><h2>{words.Daily}</h2><div class="row">{Bars(words.Electricity, "kwh", day => Quantity.ToDecimal(day.Electricity))}{Bars(words.Gas, "m3", day => Quantity.ToDecimal(day.Gas))}{Bars(words.Accrued, "yuan", day => day.AccruedYuan)}</div>
            <details data-keep="days"><summary>{words.DailyTable}</summary><div class="scroll"><table class="dense"><thead><tr><th scope="col">{texts.Day}</th><th scope="col">{words.Electricity}</th><th scope="col">{words.Gas}</th><th scope="col">{words.Accrued}</th><th scope="col">{words.Reporting} / {words.Claims}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></details></section>
            """);
    }

    private Markup Companies(Receipts receipts)
    {
        var open = frame.Viewer.May(Right.SeeQuarantine) ? Markup.Of($"<a href=\"/quarantine\">{Figures.Count(receipts.QuarantineOpen)}</a>") : Markup.Of($"{Figures.Count(receipts.QuarantineOpen)}");
        Markup Cell(string label, long count) => Markup.Of($"<td data-label=\"{label}\">{Figures.Count(count)}</td>");
        var rows = receipts.Companies.Select(c => Markup.Of($"""
            <tr><th scope="row"><a href="{head.To("/companies", "")}">{c.Shown}</a></th>{Cell(texts.Received, c.Received)}{Cell(texts.Accepted, c.Accepted)}{Cell(texts.Duplicate, c.Duplicate)}{Cell(texts.Conflict, c.Conflict)}{Cell(texts.Quarantined, c.Quarantined)}{Cell(texts.Pending, c.Pending)}<td data-label="{words.Differences}">{(c.Differences == 0 ? Markup.Of($"<span class=\"ok\">{texts.Reconciles}</span>") : Markup.Of($"<span class=\"flag\">{Figures.Count(c.Differences)}</span>"))}</td></tr>

            """));
        var table = receipts.Companies.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.NoReceipts}</p>") : Markup.Of($"""
            <div class="scroll"><table class="cards dense"><thead><tr><th scope="col">{texts.Company}</th><th scope="col">{texts.Received}</th><th scope="col">{texts.Accepted}</th><th scope="col">{texts.Duplicate}</th><th scope="col">{texts.Conflict}</th><th scope="col">{texts.Quarantined}</th><th scope="col">{texts.Pending}</th><th scope="col">{words.Differences}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
        return Markup.Of($"<section class=\"card\"><h2>{words.Companies}<small>{words.CompaniesHint}</small></h2><p class=\"facts\"><span>{texts.QuarantineOpen} {open}</span></p>{table}</section>");
    }
}

/// <summary>What a season's report says of its settlement, and of its own deadline.</summary>
internal sealed class SettlementSection(PageFrame frame, PlaceHead head, Report report, SettlementState settlement, LocalDay today)
{
    private readonly ReportTexts words = frame.Texts.Reports;

    public Markup Section() => Markup.Of($"""
        <section class="card"><h2>{words.Settlement}</h2><p>{Figures.Fill(words.Deadline, report.Deadline)} {Left()}</p>
        {(settlement.Inside.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.NoRuns} <a href=\"/settlements\">{Settlements.SettlementTexts.For(frame.Texts).Title}</a></p>") : Runs())}
        {(settlement.Above.Count == 0 ? Markup.Empty : Markup.Of($"<p class=\"hint\">{words.RunsAbove} {string.Join(frame.Texts.Semicolon, settlement.Above.Select(run => $"{run.Run.Id} {words.Stages[run.Stage]}"))}</p>"))}</section>
        """);

    private Markup Left()
    {
        var days = report.Deadline.Number - today.Number;
        return days >= 0 ? Markup.Of($"{Figures.Fill(words.DaysLeft, days)}") : Markup.Of($"<span class=\"flag\">{Figures.Fill(words.DaysOver, -days)}</span>");
    }

    private Markup Runs()
    {
        var rows = settlement.Inside.Select(run => Markup.Of($"""
            <tr><th scope="row"><a href="/settlements/{run.Run.Id}">{Figures.Fill(Settlements.SettlementTexts.For(frame.Texts).Run, run.Run.Id)}</a> <span class="edge">{(run.Run.Division.Length == 0 ? words.Everything : head.NameOf(run.Run.Division))}</span></th><td class="text" data-label="{words.State}">{words.Stages[run.Stage]}</td>{Cells(run.Run.Lines, run.Run.Totals)}</tr>

            """));
        var sums = settlement.Inside.GroupBy(run => run.Stage).OrderBy(group => group.Key).Select(group => Markup.Of($"""
            <tr class="strong"><th scope="row">{words.Total}</th><td class="text" data-label="{words.State}">{words.Stages[group.Key]}</td><td data-label="{frame.Texts.Households}">{Figures.Count(group.Sum(r => r.Run.Lines))}</td><td data-label="{words.Held}">{Figures.Count(group.Sum(r => r.Run.Totals.Held))}</td><td data-label="{words.AccruedByRun}">{Figures.Yuan(group.Sum(r => r.Run.Totals.Accrued.Total))}</td><td data-label="{words.Due}">{Figures.Yuan(group.Sum(r => r.Run.Totals.Due.Total))}</td><td data-label="{words.Payable}">{Figures.Yuan(group.Sum(r => r.Run.Totals.Payable))}</td></tr>

            """));
        return Markup.Of($"""
            <div class="scroll"><table class="cards dense"><thead><tr><th scope="col">{words.Run}</th><th scope="col" class="text">{words.State}</th><th scope="col">{frame.Texts.Households}</th><th scope="col">{words.Held}</th><th scope="col">{words.AccruedByRun}</th><th scope="col">{words.Due}</th><th scope="col">{words.Payable}</th></tr></thead>
            <tbody>{rows}{sums}</tbody></table></div>
            """);
    }

    private Markup Cells(int lines, RunTotals totals) => Markup.Of(
        $"<td data-label=\"{frame.Texts.Households}\">{Figures.Count(lines)}</td><td data-label=\"{words.Held}\">{Figures.Count(totals.Held)}</td><td data-label=\"{words.AccruedByRun}\">{Figures.Yuan(totals.Accrued.Total)}</td><td data-label=\"{words.Due}\">{Figures.Yuan(totals.Due.Total)}</td><td data-label=\"{words.Payable}\">{Figures.Yuan(totals.Payable)}</td>");
}
