using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>A list of households that ask for attention, with what is known against and for them.</summary>
internal sealed class UseListPage(
    PageFrame frame, PlaceHead head, Place place, UseBoard? board, UseList list, IReadOnlyList<UseList> lists, Paged<UseRow> rows, (int Done, int Of) progress)
{
    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;

    private bool OfCaps => lists.Contains(UseList.Caps);

    public Markup Body() => Markup.Of($"""
        {head.Head(OfCaps ? words.Caps : words.Usage, ("list", BoardAnswers.ListName(list)))}
        <div data-region="list"><nav class="tabs" aria-label="{words.Kind}">{lists.Select(Tab)}</nav>
        <section class="card"><p class="hint">{(OfCaps ? words.CapsHint : words.UsageHint)}</p>{Table()}{PlaceHead.Pager(texts, rows, page => head.Link(place.Prefix, ("list", BoardAnswers.ListName(list)), ("page", $"{page}")))}
        {(OfCaps || board is null ? Markup.Empty : Markup.Of($"<p class=\"hint\"><b>{words.Thresholds}</b> {Judged(board.Settings)}</p>"))}
        {PlaceHead.Age(texts, board, progress)}</section></div>
        """);

    private Markup Tab(UseList other) => Markup.Of($"""
        <a href="{head.Link(place.Prefix, ("list", BoardAnswers.ListName(other)))}"{(other == list ? new Markup(" aria-current=\"page\"") : Markup.Empty)}>{words.Lists[other]} <b>{(board is null ? "–" : Figures.Count(UseLists.Count(board.Sum(place.Prefix), other)))}</b></a>

        """);

    private Markup Table()
    {
        if (board is null) return Markup.Empty;
        if (rows.Count == 0) return Markup.Of($"<p class=\"empty\">{words.Nobody}</p>");
        return OfCaps ? CapTable() : UseTable();
    }

    private Markup UseTable() => Markup.Of($"""
        <div class="scroll"><table class="cards">
        <thead><tr><th scope="col">{texts.HouseholdId}</th><th scope="col" class="text">{texts.Name}</th><th scope="col" class="text">{words.Village}</th><th scope="col" class="text">{texts.Route}</th><th scope="col" class="text">{words.Kind}</th><th scope="col">{words.LastUse}</th><th scope="col">{words.IdleDays} ({words.DaysUnit})</th><th scope="col">{words.LastReading}</th><th scope="col">{words.CoverageDays} ({words.DaysUnit})</th><th scope="col">{words.MeanPerDay}</th><th scope="col">{words.PeersPerDay}</th><th scope="col">{words.EligibleSoFar}</th><th scope="col">{words.OperatingSoFar} ({texts.Yuan})</th></tr></thead>
        <tbody>{rows.Items.Select(UseLine)}</tbody></table></div>
        """);

    private Markup UseLine(UseRow row)
    {
        var (use, peers, unit) = (row.Use, board!.Peers.Of(row.Household), Unit(row.Energy));
        return Markup.Of($"""
            <tr>{Who(row)}<td class="text" data-label="{words.Kind}">{Flag(row.Kind, words)}</td><td data-label="{words.LastUse}">{row.LastUse?.ToString() ?? words.Never}</td><td data-label="{words.IdleDays} ({words.DaysUnit})">{Figures.Count(use.IdleDays)}</td><td data-label="{words.LastReading}">{row.LastReading?.ToString() ?? words.Never}</td><td data-label="{words.CoverageDays} ({words.DaysUnit})">{use.CoveredDays} / {use.DueDays}</td><td data-label="{words.MeanPerDay}">{PerDay(use.MeanPerDay, unit)}</td><td data-label="{words.PeersPerDay}">{PerDay(peers?.PerDay, unit)}{(peers is { } of ? Markup.Of($" <span class=\"edge\">{Figures.Fill(words.PeersOf, of.Households)}</span>") : Markup.Empty)}</td><td data-label="{words.EligibleSoFar}">{Figures.Amount(use.Eligible)} {unit}</td><td data-label="{words.OperatingSoFar} ({texts.Yuan})">{Figures.Yuan(row.OperatingYuan)}</td></tr>

            """);
    }

    private Markup CapTable() => Markup.Of($"""
        <div class="scroll"><table class="cards">
        <thead><tr><th scope="col">{texts.HouseholdId}</th><th scope="col" class="text">{texts.Name}</th><th scope="col" class="text">{words.Village}</th><th scope="col" class="text">{texts.Route}</th><th scope="col">{words.CapShare}</th><th scope="col">{words.OperatingSoFar} ({texts.Yuan})</th><th scope="col">{words.Cap} ({texts.Yuan})</th><th scope="col" class="text">{words.CapDay}</th><th scope="col">{words.EligibleSoFar}</th></tr></thead>
        <tbody>{rows.Items.Select(CapLine)}</tbody></table></div>
        """);

    private Markup CapLine(UseRow row)
    {
        var day = row.CapDay is not { } known ? words.CapNotThisSeason : Figures.Fill(row.Outlook.PerMille >= 1000 ? words.CapReached : words.CapExpected, known);
        return Markup.Of($"""
            <tr>{Who(row)}<td data-label="{words.CapShare}">{Figures.Percent(row.Outlook.PerMille / 10m)} <meter class="bar" aria-hidden="true" min="0" max="1000" value="{(int)row.Outlook.PerMille}"></meter></td><td data-label="{words.OperatingSoFar} ({texts.Yuan})">{Figures.Yuan(row.OperatingYuan)}</td><td data-label="{words.Cap} ({texts.Yuan})">{(row.CapYuan is { } cap ? Figures.Yuan(cap) : "–")}</td><td class="text" data-label="{words.CapDay}">{day}</td><td data-label="{words.EligibleSoFar}">{Figures.Amount(row.Use.Eligible)} {Unit(row.Energy)}</td></tr>

            """);
    }

    private Markup Who(UseRow row) => Markup.Of($"""
        <th scope="row"><a href="{head.Household(row.Household.Id)}">{row.Household.Id}</a></th><td class="text" data-label="{texts.Name}">{Figures.Masked(row.Household.Name)}</td><td class="text" data-label="{words.Village}">{head.Village(row.Household)}</td><td class="text" data-label="{texts.Route}">{texts.Routes[row.Household.Route]}</td>
        """);

    private string Judged(UsageSettings settings) => Figures.Fill(
        words.Settings, settings.NeverUsedDays, settings.StoppedDays, settings.FarBelowPercent, settings.PeerDays, settings.PeersMin, settings.NoDataDays,
        Figures.Rate(settings.IdleKwhPerDay), Figures.Rate(settings.IdleM3PerDay));

    internal static Markup Flag(UseKind kind, BoardTexts words) => kind is UseKind.InUse
        ? Markup.Of($"<span class=\"ok\">{words.Kinds[kind]}</span>")
        : kind is UseKind.NeverUsed or UseKind.Stopped or UseKind.FarBelow ? Markup.Of($"<span class=\"flag\">{words.Kinds[kind]}</span>") : Markup.Of($"{words.Kinds[kind]}");

    internal static string Unit(Energy energy) => energy == Energy.Electricity ? "kWh" : "m³";

    private string PerDay(long? quantity, string unit) => quantity is { } known ? $"{Figures.Amount(known)} {unit}{words.PerDay}" : "–";
}
