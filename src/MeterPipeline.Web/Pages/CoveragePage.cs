using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>What a company sent and what became of it, per day of receipt.</summary>
internal sealed class CoveragePage(PageFrame frame, QualityBoard quality, RegistrySnapshot registry, string? company)
{
    private readonly Texts texts = frame.Texts;

    public Markup Body()
    {
        var days = quality.Days.Where(day => company is null || day.Company == company).ToList();
        var rows = days.Select(day => Markup.Of($"""
            <tr><th scope="row">{day.Day.ToString()}</th><td class="text" data-label="{texts.Company}">{PlaceHead.Company(registry, day.Company)}</td><td data-label="{texts.Received}">{Figures.Count(day.Received)}</td><td data-label="{texts.Accepted}">{Figures.Count(day.Accepted)}</td><td data-label="{texts.Duplicate}">{Figures.Count(day.Duplicate)}</td><td data-label="{texts.Conflict}">{Figures.Count(day.Conflict)}</td><td data-label="{texts.Quarantined}">{Figures.Count(day.Quarantined)}</td><td data-label="{texts.Pending}">{Figures.Count(day.Pending)}</td></tr>

            """));
        var table = days.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.NoCounters}</p>") : Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col" class="text">{texts.Company}</th><th scope="col">{texts.Received}</th><th scope="col">{texts.Accepted}</th><th scope="col">{texts.Duplicate}</th><th scope="col">{texts.Conflict}</th><th scope="col">{texts.Quarantined}</th><th scope="col">{texts.Pending}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
        return Markup.Of($"""
            <div class="head"><h1>{texts.Access.Coverage}</h1></div>
            <section class="card" data-region="quality"><h2>{texts.QualityTitle}<small>{texts.QualityHint}</small></h2>{table}</section>
            """);
    }
}
