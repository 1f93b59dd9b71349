using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Reports;

/// <summary>The season's periods, each with its sums; and the divisions one level down, to choose another.</summary>
internal sealed class ReportListPage(PageFrame frame, PlaceHead head, SeasonBoard board, IReadOnlyList<ListedPeriod> listed)
{
    private readonly Texts texts = frame.Texts;
    private readonly ReportTexts words = frame.Texts.Reports;

    public Markup Body() => Markup.Of($"""
        {head.Head(words.Reports)}
        <p class="hint">{words.ListHint}</p>
        {(board.Parts.Count == 0 ? Markup.Empty : Markup.Of($"<nav class=\"tabs\" aria-label=\"{texts.Division}\">{board.Parts.Select(part => Markup.Of($"<a href=\"{head.Link(part.Prefix)}\">{part.Name}</a>"))}</nav>"))}
        {listed.Where(period => period.State != PeriodState.ToCome).GroupBy(period => period.Period.Kind).Select(Kind)}
        {(listed.All(period => period.State == PeriodState.ToCome) ? Markup.Of($"<p class=\"empty\">{texts.NoData}</p>") : Markup.Empty)}
        """);

    private Markup Kind(IGrouping<ReportKind, ListedPeriod> periods) => Markup.Of($"""
        <section class="card"><h2>{words.Kinds[periods.Key]}</h2><div class="scroll"><table class="cards dense periods">
        <thead><tr><th scope="col">{words.Period}</th><th scope="col" class="text">{words.Span}</th><th scope="col" class="text">{words.State}</th><th scope="col">{words.Coverage}</th><th scope="col">{words.Electricity}</th><th scope="col">{words.Gas}</th><th scope="col">{words.Accrued}</th></tr></thead>
        <tbody>{periods.Select(Row)}</tbody></table></div></section>

        """);

    private Markup Row(ListedPeriod listed)
    {
        var (period, sum) = (listed.Period, listed.Sum);
        var known = period.KnownDays(board.Newest) > 0;
        var mark = listed.Newest ? Markup.Of($" <span class=\"ok\">{words.Newest}</span>") : Markup.Empty;
        Markup Cell(string label, string text) => Markup.Of($"<td data-label=\"{label}\">{(known ? text : "–")}</td>");
        return Markup.Of($"""
            <tr><th scope="row"><a href="{head.To($"/reports/{period.KindName}/{period.Name}", board.Prefix)}">{period.Name}</a>{mark}</th><td class="text" data-label="{words.Span}"><time>{period.First.ToString()}</time> – <time>{period.Last.ToString()}</time></td><td class="text" data-label="{words.State}">{words.States[listed.State]}</td>{Cell(words.Coverage, Figures.Percent(sum.CoveragePercent))}{Cell(words.Electricity, Figures.Amount(sum.Electricity))}{Cell(words.Gas, Figures.Amount(sum.Gas))}{Cell(words.Accrued, Figures.Yuan(sum.AccruedYuan))}</tr>

            """);
    }
}
