using MeterPipeline.Domain;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Reports;

namespace MeterPipeline.Web.Pages;

/// <summary>The season at a glance, for everything or one division; for a village, its households too.</summary>
/// <param name="uses">Null: households are still being stated for the first time.</param>
internal sealed class OverviewPage(
    PageFrame frame, PlaceHead head, SeasonBoard board, QualityBoard quality, HouseholdPage? households, UseSections sections, UseBoard? uses, Budgets budgets)
{
    private readonly Texts texts = frame.Texts;

    public Markup Body() => Markup.Of($"""
        {head.Head(texts.Overview)}
        <div data-region="tiles">{Tiles()}</div>
        <div data-region="attention">{sections.Attention()}</div>
        <section class="card" id="days"><h2>{texts.DailyTitle}</h2>
        {Chart()}
        <div data-region="days">{DaysTable()}</div></section>
        {sections.Money()}
        <div id="parts" data-region="parts">{(households is null ? Parts() : HouseholdTable(households))}</div>
        {(board.Prefix.Length == 0 ? QualitySection() : Markup.Empty)}
        """);

    private string Link(string prefix) => head.Link(prefix);

    private Markup Tiles()
    {
        var sum = board.Sum;
        var coverageHint = board.Newest is { } day ? Figures.Fill(texts.CoverageHint, day, Figures.Count(sum.Reporting)) : texts.NoData;
        return Markup.Of($"""
            <div class="tiles">
            {Tile("households", "#parts", texts.Households, Figures.Count(sum.Households), "", texts.HouseholdsHint)}
            {Tile("coverage", head.To("/companies", board.Prefix), texts.Coverage, Figures.Percent(board.Newest is null ? null : sum.CoveragePercent), "", coverageHint)}
            {Tile("kwh", "#days", texts.Electricity, Figures.Amount(sum.Electricity), "kWh", HeatingSeason.NameOf(board.Autumn))}
            {Tile("m3", "#days", texts.Gas, Figures.Amount(sum.Gas), "m³", HeatingSeason.NameOf(board.Autumn))}
            {Tile("yuan", "#money", texts.Accrued, Figures.Yuan(sum.AccruedYuan), texts.Yuan, texts.AccruedHint)}
            </div>
            """);
    }

    /// <summary>A sum that leads to what it is made of.</summary>
    private static Markup Tile(string id, string parts, string label, string value, string unit, string hint) => Markup.Of($"""
        <a class="tile" data-tile="{id}" href="{parts}"><span class="label">{label}</span><span class="figure">{value}<small>{unit}</small></span><span class="hint">{hint}</span></a>

        """);

    private Markup Chart() => frame.HasCharts
        ? Markup.Of($"<div class=\"chart\" id=\"chart\" role=\"img\" aria-label=\"{texts.ChartLabel}\" data-chart=\"season\" data-first=\"{texts.Electricity}\" data-second=\"{texts.Gas}\" data-none=\"{texts.NoData}\"></div>")
        : Markup.Of($"<p class=\"hint\">{texts.NoCharts}</p>");

    private Markup DaysTable()
    {
        if (board.Days.Count == 0) return Markup.Of($"<p class=\"empty\">{texts.NoData}</p>");
        var rows = board.Days.Reverse().Select(line => Markup.Of($"""
            <tr><th scope="row"><a href="{head.To($"/reports/weekly/{ReportPeriod.WeekOf(line.Day)}", board.Prefix)}">{line.Day.ToString()}</a></th><td>{Figures.Amount(line.Electricity)}</td><td>{Figures.Amount(line.Gas)}</td><td>{Figures.Yuan(line.AccruedYuan)}</td><td>{Figures.Count(line.Reporting)} / {Figures.Count(line.Households)}</td></tr>

            """));
        return Markup.Of($"""
            <details{(frame.HasCharts ? Markup.Empty : new Markup(" open"))} data-keep="days"><summary>{texts.DailyTable}</summary><div class="scroll tall"><table>
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col">{texts.Electricity} (kWh)</th><th scope="col">{texts.Gas} (m³)</th><th scope="col">{texts.Accrued} ({texts.Yuan})</th><th scope="col">{texts.Reporting}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></details>
            """);
    }

    private Markup Parts()
    {
        if (board.Parts.Count == 0) return Markup.Of($"<section class=\"card\"><h2>{texts.DivisionTitle}</h2><p class=\"empty\">{texts.NoData}</p></section>");
        var words = texts.Boards;
        return Markup.Of($"""
            <section class="card"><h2>{texts.DivisionTitle}</h2><div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.Division}</th><th scope="col">{texts.Villages}</th><th scope="col">{texts.Households}</th><th scope="col">{texts.Coverage}</th><th scope="col">{texts.Electricity} (kWh)</th><th scope="col">{texts.Gas} (m³)</th><th scope="col">{texts.Accrued} ({texts.Yuan})</th><th scope="col">{words.BudgetUsed}</th><th scope="col">{words.Suspects}</th><th scope="col">{words.Lists[UseList.NoData]}</th><th scope="col">{words.OnHold}</th></tr></thead>
            <tbody>{board.Parts.Select(Part)}</tbody></table></div></section>
            """);
    }

    private Markup Part(DivisionLine part)
    {
        var (words, sum) = (texts.Boards, uses?.Sum(part.Prefix));
        var share = sum is not null && budgets.In(board.Autumn, part.Prefix) is { } yuan and > 0 ? Math.Floor(sum.TotalYuan * 1000 / yuan) / 10 : (decimal?)null;
        var used = share > 100 ? Markup.Of($"<span class=\"over\">{Figures.Percent(share)}</span>") : Markup.Of($"{Figures.Percent(share)}");
        return Markup.Of($"""
            <tr><th scope="row"><a href="{Link(part.Prefix)}">{part.Name}</a></th><td data-label="{texts.Villages}">{Figures.Count(part.Sum.Villages)}</td><td data-label="{texts.Households}">{Figures.Count(part.Sum.Households)}</td><td data-label="{texts.Coverage}">{Figures.Percent(board.Newest is null ? null : part.Sum.CoveragePercent)}<meter class="bar" aria-hidden="true" min="0" max="100" value="{(int)(part.Sum.CoveragePercent ?? 0)}"></meter></td><td data-label="{texts.Electricity} (kWh)">{Figures.Amount(part.Sum.Electricity)}</td><td data-label="{texts.Gas} (m³)">{Figures.Amount(part.Sum.Gas)}</td><td data-label="{texts.Accrued} ({texts.Yuan})">{Figures.Yuan(part.Sum.AccruedYuan)}</td><td data-label="{words.BudgetUsed}">{used}</td>{Counted(words.Suspects, "/usage", part.Prefix, UseList.Suspects, sum)}{Counted(words.Lists[UseList.NoData], "/usage", part.Prefix, UseList.NoData, sum)}<td data-label="{words.OnHold}">{(sum is null ? new Markup("–") : Markup.Of($"<a href=\"{head.To("/holds", part.Prefix)}\">{Figures.Count(sum.OnHold)}</a>"))}</td></tr>

            """);
    }

    private Markup Counted(string label, string page, string prefix, UseList list, DivisionUse? sum) => sum is null
        ? Markup.Of($"<td data-label=\"{label}\">–</td>")
        : Markup.Of($"<td data-label=\"{label}\"><a href=\"{head.To(page, prefix, ("list", BoardAnswers.ListName(list)))}\">{Figures.Count(UseLists.Count(sum, list))}</a></td>");

    private Markup HouseholdTable(HouseholdPage page)
    {
        var rows = page.Lines.Select(line =>
        {
            var (household, statement) = (line.Household, line.Statement);
            var consumption = statement is null ? "–" : $"{Figures.Amount(statement.Quantity.Eligible)} {statement.Unit}";
            return Markup.Of($"""
                <tr><th scope="row"><a href="{HouseholdLink(household.Id)}">{household.Id}</a></th><td class="text" data-label="{texts.Name}">{Figures.Masked(household.Name)}</td><td class="text" data-label="{texts.Route}">{texts.Routes[household.Route]}</td><td data-label="{texts.EligibleConsumption}">{consumption}</td><td data-label="{texts.Amount} ({texts.Yuan})">{(statement?.Accrual is { } accrual ? Figures.Yuan(accrual.Total) : "–")}</td><td class="text" data-label="{texts.Grade}">{Grade(statement?.Quantity.Grade)}{(statement?.Holds.Count > 0 ? Markup.Of($" <span class=\"flag\">{texts.Boards.OnHold}</span>") : Markup.Empty)}</td></tr>

                """);
        });
        return Markup.Of($"""
            <section class="card"><h2>{texts.HouseholdList}<small>{texts.Privacy}</small></h2><div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.HouseholdId}</th><th scope="col" class="text">{texts.Name}</th><th scope="col" class="text">{texts.Route}</th><th scope="col">{texts.EligibleConsumption}</th><th scope="col">{texts.Amount} ({texts.Yuan})</th><th scope="col" class="text">{texts.Grade}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>{Pager(page)}</section>
            """);
    }

    internal static Markup Grade(char? grade) => grade is { } known
        ? Markup.Of($"<span class=\"grade grade-{known.ToString().ToLowerInvariant()}\">{known.ToString()}</span>") : new Markup("–");

    private string HouseholdLink(string id) => head.Household(id);

    private Markup Pager(HouseholdPage page)
    {
        var previous = page.Page > 1 ? Markup.Of($"<a href=\"{Link(board.Prefix)}&page={page.Page - 1}\">{texts.Previous}</a>") : Markup.Empty;
        var next = page.Page < page.Pages ? Markup.Of($"<a href=\"{Link(board.Prefix)}&page={page.Page + 1}\">{texts.Next}</a>") : Markup.Empty;
        return Markup.Of($"<p class=\"pager\">{previous}<span>{Figures.Fill(texts.Page, page.Page, page.Pages, Figures.Count(page.Count))}</span>{next}</p>");
    }

    private Markup QualitySection()
    {
        var rows = quality.Days.Select(day => Markup.Of($"""
            <tr><th scope="row">{day.Day.ToString()}</th><td class="text" data-label="{texts.Company}">{head.Company(day.Company)}</td><td data-label="{texts.Received}">{Figures.Count(day.Received)}</td><td data-label="{texts.Accepted}">{Figures.Count(day.Accepted)}</td><td data-label="{texts.Duplicate}">{Figures.Count(day.Duplicate)}</td><td data-label="{texts.Conflict}">{Figures.Count(day.Conflict)}</td><td data-label="{texts.Quarantined}">{Figures.Count(day.Quarantined)}</td><td data-label="{texts.Pending}">{Figures.Count(day.Pending)}</td><td class="text">{Balance(day)}</td></tr>

            """));
        var table = quality.Days.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.NoCounters}</p>") : Markup.Of($"""
            <div class="scroll"><table class="cards">
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col" class="text">{texts.Company}</th><th scope="col">{texts.Received}</th><th scope="col">{texts.Accepted}</th><th scope="col">{texts.Duplicate}</th><th scope="col">{texts.Conflict}</th><th scope="col">{texts.Quarantined}</th><th scope="col">{texts.Pending}</th><th scope="col" class="text"></th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
        return Markup.Of($"""
            <section class="card" id="quality" data-region="quality"><h2>{texts.QualityTitle}<small>{texts.QualityHint}</small></h2>
            <p class="facts"><span>{texts.QuarantineOpen} <a href="/quarantine">{Figures.Count(quality.QuarantineOpen)}</a></span><span>{texts.Lag} {Figures.Count(quality.Lag)}</span></p>
            {table}</section>
            """);
    }

    private Markup Balance(CompanyDay day) => day.Reconciles
        ? Markup.Of($"<span class=\"ok\">{texts.Reconciles}</span>") : Markup.Of($"<span class=\"flag\">{texts.DoesNotReconcile}</span>");
}
