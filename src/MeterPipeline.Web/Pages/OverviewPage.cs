using MeterPipeline.Domain;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>The season at a glance, for everything or one division; for a village, its households too.</summary>
internal sealed class OverviewPage(PageFrame frame, SeasonBoard board, QualityBoard quality, HouseholdPage? households, IReadOnlyList<int> autumns, SeasonSheet sheet)
{
    private readonly Texts texts = frame.Texts;

    public Markup Body() => Markup.Of($"""
        {Head()}
        <div data-region="tiles">{Tiles()}</div>
        <section class="card"><h2>{texts.DailyTitle}</h2>
        {Chart()}
        <div data-region="days">{DaysTable()}</div></section>
        <div data-region="parts">{(households is null ? Parts() : HouseholdTable(households))}</div>
        {(board.Prefix.Length == 0 ? QualitySection() : Markup.Empty)}
        """);

    private Markup Head()
    {
        var options = autumns.Select(autumn =>
            Markup.Of($"<option value=\"{HeatingSeason.NameOf(autumn)}\"{Selected(autumn == board.Autumn)}>{HeatingSeason.NameOf(autumn)}</option>"));
        var division = board.Prefix.Length == 0 ? Markup.Empty : Markup.Of($"<input type=\"hidden\" name=\"division\" value=\"{DivisionCode.Full(board.Prefix)}\">");
        return Markup.Of($"""
            <div class="head">
            <div><nav class="crumbs" aria-label="{texts.Division}">{Crumbs()}</nav><h1>{(board.Prefix.Length == 0 ? texts.Overview : board.Name)}</h1></div>
            <form method="get" action="/">{division}<label for="season">{texts.Season}</label>
            <select id="season" name="season">{options}</select><button>{texts.Show}</button></form>
            </div>
            """);
    }

    private static Markup Selected(bool selected) => selected ? new Markup(" selected") : Markup.Empty;

    private IEnumerable<Markup> Crumbs()
    {
        if (board.Prefix.Length == 0) yield break;
        if (frame.Viewer.MaySee("")) yield return Markup.Of($"<a href=\"{Link("")}\">{texts.Territory}</a>");
        foreach (var above in DivisionCode.Above(board.Prefix))
            if (sheet.Registry.Divisions.ContainsKey(DivisionCode.Full(above)) && frame.Viewer.MaySee(above))
                yield return Markup.Of($"<a href=\"{Link(above)}\">{DivisionCode.NameOf(sheet.Registry, above)}</a>");
    }

    private string Link(string prefix) =>
        $"/?season={HeatingSeason.NameOf(board.Autumn)}{(prefix.Length == 0 ? "" : "&division=" + DivisionCode.Full(prefix))}";

    private Markup Tiles()
    {
        var sum = board.Sum;
        var coverageHint = board.Newest is { } day ? Figures.Fill(texts.CoverageHint, day, Figures.Count(sum.Reporting)) : texts.NoData;
        return Markup.Of($"""
            <div class="tiles">
            {Tile("households", texts.Households, Figures.Count(sum.Households), "", texts.HouseholdsHint)}
            {Tile("coverage", texts.Coverage, Figures.Percent(board.Newest is null ? null : sum.CoveragePercent), "", coverageHint)}
            {Tile("kwh", texts.Electricity, Figures.Amount(sum.Electricity), "kWh", HeatingSeason.NameOf(board.Autumn))}
            {Tile("m3", texts.Gas, Figures.Amount(sum.Gas), "m³", HeatingSeason.NameOf(board.Autumn))}
            {Tile("yuan", texts.Accrued, Figures.Yuan(sum.AccruedYuan), texts.Yuan, texts.AccruedHint)}
            </div>
            """);
    }

    private static Markup Tile(string id, string label, string value, string unit, string hint) => Markup.Of($"""
        <div class="tile" data-tile="{id}"><div class="label">{label}</div><div class="figure">{value}<small>{unit}</small></div><div class="hint">{hint}</div></div>

        """);

    private Markup Chart() => frame.HasCharts
        ? Markup.Of($"<div class=\"chart\" id=\"chart\" role=\"img\" aria-label=\"{texts.ChartLabel}\" data-chart=\"season\" data-first=\"{texts.Electricity}\" data-second=\"{texts.Gas}\"></div>")
        : Markup.Of($"<p class=\"hint\">{texts.NoCharts}</p>");

    private Markup DaysTable()
    {
        if (board.Days.Count == 0) return Markup.Of($"<p class=\"empty\">{texts.NoData}</p>");
        var rows = board.Days.Reverse().Select(line => Markup.Of($"""
            <tr><th scope="row">{line.Day.ToString()}</th><td>{Figures.Amount(line.Electricity)}</td><td>{Figures.Amount(line.Gas)}</td><td>{Figures.Yuan(line.AccruedYuan)}</td><td>{Figures.Count(line.Reporting)} / {Figures.Count(line.Households)}</td></tr>

            """));
        return Markup.Of($"""
            <details{(frame.HasCharts ? Markup.Empty : new Markup(" open"))} data-keep="days"><summary>{texts.DailyTable}</summary><div class="scroll tall"><table>
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col">kWh</th><th scope="col">m³</th><th scope="col">{texts.Accrued} ({texts.Yuan})</th><th scope="col">{texts.Reporting}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></details>
            """);
    }

    private Markup Parts()
    {
        if (board.Parts.Count == 0) return Markup.Of($"<section class=\"card\"><h2>{texts.DivisionTitle}</h2><p class=\"empty\">{texts.NoData}</p></section>");
        var rows = board.Parts.Select(part => Markup.Of($"""
            <tr><th scope="row"><a href="{Link(part.Prefix)}">{part.Name}</a></th><td class="wide">{Figures.Count(part.Sum.Villages)}</td><td>{Figures.Count(part.Sum.Households)}</td><td>{Figures.Percent(board.Newest is null ? null : part.Sum.CoveragePercent)}<meter class="bar" min="0" max="100" value="{(int)(part.Sum.CoveragePercent ?? 0)}"></meter></td><td>{Figures.Amount(part.Sum.Electricity)}</td><td>{Figures.Amount(part.Sum.Gas)}</td><td>{Figures.Yuan(part.Sum.AccruedYuan)}</td></tr>

            """));
        return Markup.Of($"""
            <section class="card"><h2>{texts.DivisionTitle}</h2><div class="scroll"><table>
            <thead><tr><th scope="col">{texts.Division}</th><th scope="col" class="wide">{texts.Villages}</th><th scope="col">{texts.Households}</th><th scope="col">{texts.Coverage}</th><th scope="col">kWh</th><th scope="col">m³</th><th scope="col">{texts.Accrued} ({texts.Yuan})</th></tr></thead>
            <tbody>{rows}</tbody></table></div></section>
            """);
    }

    private Markup HouseholdTable(HouseholdPage page)
    {
        var rows = page.Lines.Select(line =>
        {
            var (household, statement) = (line.Household, line.Statement);
            var consumption = statement is null ? "–" : $"{Figures.Amount(statement.Quantity.Eligible)} {statement.Unit}";
            return Markup.Of($"""
                <tr><th scope="row"><a href="{HouseholdLink(household.Id)}">{household.Id}</a></th><td class="text">{Figures.Masked(household.Name)}</td><td class="text">{texts.Routes[household.Route]}</td><td>{consumption}</td><td>{(statement?.Accrual is { } accrual ? Figures.Yuan(accrual.Total) : "–")}</td><td class="text">{Grade(statement?.Quantity.Grade)}{(statement?.Holds.Count > 0 ? Markup.Of($" <span class=\"flag\">{texts.Holds}</span>") : Markup.Empty)}</td></tr>

                """);
        });
        return Markup.Of($"""
            <section class="card"><h2>{texts.HouseholdList}<small>{texts.Privacy}</small></h2><div class="scroll"><table>
            <thead><tr><th scope="col">{texts.HouseholdId}</th><th scope="col" class="text">{texts.Name}</th><th scope="col" class="text">{texts.Route}</th><th scope="col">{texts.EligibleConsumption}</th><th scope="col">{texts.Amount} ({texts.Yuan})</th><th scope="col" class="text">{texts.Grade}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>{Pager(page)}</section>
            """);
    }

    internal static Markup Grade(char? grade) => grade is { } known
        ? Markup.Of($"<span class=\"grade grade-{known.ToString().ToLowerInvariant()}\">{known.ToString()}</span>") : new Markup("–");

    private string HouseholdLink(string id) => $"/households/{Uri.EscapeDataString(id)}?season={HeatingSeason.NameOf(board.Autumn)}";

    private Markup Pager(HouseholdPage page)
    {
        var previous = page.Page > 1 ? Markup.Of($"<a href=\"{Link(board.Prefix)}&page={page.Page - 1}\">{texts.Previous}</a>") : Markup.Empty;
        var next = page.Page < page.Pages ? Markup.Of($"<a href=\"{Link(board.Prefix)}&page={page.Page + 1}\">{texts.Next}</a>") : Markup.Empty;
        return Markup.Of($"<p class=\"pager\">{previous}<span>{Figures.Fill(texts.Page, page.Page, page.Pages, Figures.Count(page.Count))}</span>{next}</p>");
    }

    private Markup QualitySection()
    {
        var rows = quality.Days.Select(day => Markup.Of($"""
            <tr><th scope="row">{day.Day.ToString()}</th><td class="text">{day.Company}</td><td>{Figures.Count(day.Received)}</td><td>{Figures.Count(day.Accepted)}</td><td>{Figures.Count(day.Duplicate)}</td><td>{Figures.Count(day.Conflict)}</td><td>{Figures.Count(day.Quarantined)}</td><td>{Figures.Count(day.Pending)}</td><td class="text">{Balance(day)}</td></tr>

            """));
        var table = quality.Days.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.NoCounters}</p>") : Markup.Of($"""
            <div class="scroll"><table>
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col" class="text">{texts.Company}</th><th scope="col">{texts.Received}</th><th scope="col">{texts.Accepted}</th><th scope="col">{texts.Duplicate}</th><th scope="col">{texts.Conflict}</th><th scope="col">{texts.Quarantined}</th><th scope="col">{texts.Pending}</th><th scope="col" class="text"></th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
        return Markup.Of($"""
            <section class="card" data-region="quality"><h2>{texts.QualityTitle}<small>{texts.QualityHint}</small></h2>
            <p class="facts"><span>{texts.QuarantineOpen} <a href="/quarantine">{Figures.Count(quality.QuarantineOpen)}</a></span><span>{texts.Lag} {Figures.Count(quality.Lag)}</span></p>
            {table}</section>
            """);
    }

    private Markup Balance(CompanyDay day) => day.Reconciles
        ? Markup.Of($"<span class=\"ok\">{texts.Reconciles}</span>") : Markup.Of($"<span class=\"flag\">{texts.DoesNotReconcile}</span>");
}
