using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>What a company sent and what became of it, per day of receipt.</summary>
internal sealed class CoveragePage(PageFrame frame, QualityBoard quality, string? company)
{
    private readonly Texts texts = frame.Texts;

    public Markup Body()
    {
        var days = quality.Days.Where(day => company is null || day.Company == company).ToList();
        var rows = days.Select(day => Markup.Of($"""
            <tr><th scope="row">{day.Day.ToString()}</th><td class="text">{day.Company}</td><td>{Figures.Count(day.Received)}</td><td>{Figures.Count(day.Accepted)}</td><td>{Figures.Count(day.Duplicate)}</td><td>{Figures.Count(day.Conflict)}</td><td>{Figures.Count(day.Quarantined)}</td><td>{Figures.Count(day.Pending)}</td></tr>

            """));
        var table = days.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.NoCounters}</p>") : Markup.Of($"""
            <div class="scroll"><table>
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col" class="text">{texts.Company}</th><th scope="col">{texts.Received}</th><th scope="col">{texts.Accepted}</th><th scope="col">{texts.Duplicate}</th><th scope="col">{texts.Conflict}</th><th scope="col">{texts.Quarantined}</th><th scope="col">{texts.Pending}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
        return Markup.Of($"""
            <div class="head"><h1>{texts.Access.Coverage}</h1></div>
            <section class="card" data-region="quality"><h2>{texts.QualityTitle}<small>{texts.QualityHint}</small></h2>{table}</section>
            """);
    }
}
