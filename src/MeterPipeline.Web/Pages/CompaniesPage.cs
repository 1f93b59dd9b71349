using MeterPipeline.Web.Access;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>How completely and how late each company's meters are read.</summary>
internal sealed class CompaniesPage(PageFrame frame, PlaceHead head, Place place, UseBoard? board, QualityBoard quality, (int Done, int Of) progress)
{
    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;

    public Markup Body() => Markup.Of($"""
        {head.Head(words.Companies)}
        <div data-region="list"><section class="card"><p class="hint">{words.CompaniesHint}</p>{Table()}<p class="hint">{words.Lateness}</p>{PlaceHead.Age(texts, board, progress)}</section></div>
        """);

    private Markup Table()
    {
        if (board is null) return Markup.Empty;
        var lines = board.Companies(place.Prefix);
        if (lines.Count == 0) return Markup.Of($"<p class=\"empty\">{texts.NoData}</p>");
        return Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.Company}</th><th scope="col">{words.Registered}</th><th scope="col">{words.ReportingYesterday}</th><th scope="col">{Behind("1–3")}</th><th scope="col">{Behind("4–7")}</th><th scope="col">{Behind("≥ 8")}</th><th scope="col">{words.NeverReported}</th><th scope="col">{words.LagMedian} ({words.DaysUnit})</th><th scope="col">{words.LagP95} ({words.DaysUnit})</th><th scope="col">{words.SeasonCoverage}</th><th scope="col">{words.MissingDays} ({words.DaysUnit})</th><th scope="col">{words.Receipts}</th></tr></thead>
            <tbody>{lines.Select(Line)}</tbody></table></div>
            """);
    }

    private Markup Line(CompanyLine line)
    {
        var received = quality.Days.Where(day => day.Company == line.Company.Id).Sum(day => day.Received);
        return Markup.Of($"""
            <tr><th scope="row">{line.Company.Name} <span class="edge">{line.Company.Id}</span></th>{Cell(words.Registered, line.Meters)}{Cell(words.ReportingYesterday, line.Behind(0, 0))}{Cell(Behind("1–3"), line.Behind(1, 3))}{Cell(Behind("4–7"), line.Behind(4, 7))}{Cell(Behind("≥ 8"), line.Behind(8, int.MaxValue))}{Cell(words.NeverReported, line.Never)}{Cell(words.LagMedian, line.Percentile(50))}{Cell(words.LagP95, line.Percentile(95))}<td data-label="{words.SeasonCoverage}">{Figures.Percent(line.CoveragePercent)} <meter class="bar" aria-hidden="true" min="0" max="100" value="{(int)(line.CoveragePercent ?? 0)}"></meter></td><td data-label="{words.MissingDays}">{Figures.Count(line.MissingDays)} / {Figures.Count(line.DueDays)}</td><td data-label="{words.Receipts}"><a href="{head.To("/", "")}#quality">{Figures.Count(received)}</a></td></tr>

            """);
    }

    private string Behind(string days) => $"{Figures.Fill(words.Silent, days)} {words.DaysUnit}";

    private static Markup Cell(string label, int? number) => Markup.Of($"<td data-label=\"{label}\">{(number is { } known ? Figures.Count(known) : "–")}</td>");
}
