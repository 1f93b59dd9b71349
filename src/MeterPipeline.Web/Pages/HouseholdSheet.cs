using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Registry;

namespace MeterPipeline.Web.Pages;

/// <summary>One household in one season: who it is, its meters, its days, and why its amount is what it is.</summary>
/// <param name="use">Whether it uses its conversion; empty: not said.</param>
/// <param name="curve">Its load curve; empty: it has no meter.</param>
internal sealed class HouseholdSheet(PageFrame frame, HouseholdLine line, FoundHousehold found, int autumn, IReadOnlyList<int> autumns, Markup use, Markup curve)
{
    private readonly Texts texts = frame.Texts;
    private readonly Household household = line.Household;

    /// <summary>Name and account numbers: masked, or shown to this viewer for a while.</summary>
    public required PersonalSection Personal { get; init; }

    public Markup Body() => Markup.Of($"""
        {Head()}
        {Facts()}
        {(line.Statement is { } statement ? Sections(statement) : Markup.Of($"<section class=\"card\"><p class=\"empty\">{texts.NotMetered}</p></section>"))}
        {History()}
        """);

    private Markup Sections(HouseholdStatement statement) => Markup.Of($"""
        <div data-region="why">{new AmountReasons(texts, statement).Section()}</div>
        <div data-region="use">{use}</div>
        <div data-region="certificate">{(line.Certificate is { } certificate ? new CertificateSection(texts, certificate).Section() : Markup.Empty)}</div>
        <div data-region="meters">{Meters(statement)}</div>
        <section class="card"><h2>{texts.DailyConsumption}<small>{statement.Unit}</small></h2>
        {Chart()}
        <div data-region="days">{Days(statement)}</div></section>
        {curve}
        """);

    private Markup Head()
    {
        var options = autumns.Select(year => Markup.Of(
            $"<option value=\"{HeatingSeason.NameOf(year)}\"{(year == autumn ? new Markup(" selected") : Markup.Empty)}>{HeatingSeason.NameOf(year)}</option>"));
        var crumbs = DivisionCode.Above(household.Division).Append(household.Division)
            .Where(prefix => found.Registry.Divisions.ContainsKey(DivisionCode.Full(prefix)) && frame.Viewer.MaySee(prefix))
            .Select(prefix => Markup.Of(
                $"<a href=\"/?season={HeatingSeason.NameOf(autumn)}&division={DivisionCode.Full(prefix)}\">{DivisionCode.NameOf(found.Registry, prefix)}</a>"));
        return Markup.Of($"""
            <div class="head"><div><nav class="crumbs" aria-label="{texts.Division}">{crumbs}</nav><h1>{texts.Household} {household.Id}</h1></div>
            <form method="get" data-region="season"><label for="season">{texts.Season}</label><select id="season" name="season">{options}</select><button>{texts.Show}</button></form></div>
            """);
    }

    private Markup Facts()
    {
        var exclusions = household.Exclusions.Count == 0 ? texts.NoHolds : string.Join(texts.Semicolon, household.Exclusions.Select(e =>
            $"{e.From} – {(e.Until is { } until ? until.ToString() : texts.ExclusionOpen)} {texts.ExclusionKinds[e.Kind]}"));
        return Markup.Of($"""
            <section class="card"><dl class="registry">
            {Fact(texts.Name, Personal.Name)}{(Personal.Accounts is { } accounts ? Fact(texts.Access.Accounts, accounts) : Markup.Empty)}{Fact(texts.Route, texts.Routes[household.Route])}{Fact(texts.ConversionLabel, texts.Conversions[household.Conversion])}
            {Fact(texts.AcceptedOn, household.AcceptedOn?.ToString() ?? "–")}{Fact(texts.HardshipLabel, texts.Hardships[household.Hardship])}{Fact(texts.Exclusions, exclusions)}{Fact(texts.Note, household.Note.Length == 0 ? "–" : household.Note)}
            </dl>{Personal.Form(frame, household.Id, autumn)}</section>
            """);
    }

    /// <summary>Who edited what in the registry, newest first.</summary>
    private Markup History()
    {
        var rows = found.Edits.Reverse().Select(edit => Markup.Of($"""
            <tr><th scope="row">{Figures.Time(edit.AtMs)}</th><td class="text">{edit.Actor}</td><td class="text">{RegistryValues.Entity(texts, edit.Kind, edit.Id)}</td><td class="text">{(edit.Field.Length == 0 ? texts.Registered : RegistryValues.Field(texts, edit.Kind, edit.Field))}</td><td class="text">{Shown(edit, edit.Before)}</td><td class="text">{Shown(edit, edit.After)}</td></tr>

            """));
        return Markup.Of($"""
            <section class="card"><p class="facts"><a href="{SearchPage.Link(household.Id)}">{RegistryTexts.For(texts).FileLink}</a></p><details data-keep="history"><summary>{texts.History}</summary><div class="scroll tall"><table>
            <thead><tr><th scope="col">{texts.ChangedAt}</th><th scope="col" class="text">{texts.ChangedBy}</th><th scope="col" class="text">{texts.Entry}</th><th scope="col" class="text">{texts.Field}</th><th scope="col" class="text">{texts.Before}</th><th scope="col" class="text">{texts.After}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></details></section>
            """);
    }

    private string Shown(RegistryEdit edit, string? value) => edit.Field.Length == 0 ? "" : RegistryValues.Shown(texts, edit.Kind, edit.Field, value);

    private static Markup Fact(string term, string value) => Markup.Of($"<div><dt>{term}</dt><dd>{value}</dd></div>");

    private Markup Meters(HouseholdStatement statement)
    {
        var rows = statement.Installations.Select(installed =>
        {
            var installation = installed.Life.Installation;
            var consumption = installed.Days.Where(d => statement.Season.Contains(d.Day) && InService(installed.Life, d.Day)).Sum(d => d.Consumption);
            return Markup.Of($"""
                <tr><th scope="row">{installed.Meter.Id}</th><td class="text">{found.Registry.Companies.GetValueOrDefault(installation.Company)?.Name ?? installation.Company}</td><td class="text">{texts.Servings[installation.Serves]}</td><td>{installation.Multiplier.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)}</td><td class="text">{Moment(installation.InstalledAtMs, texts.SinceBefore)}</td><td class="text">{Moment(installation.RemovedAtMs, texts.StillThere)}</td><td>{Edge(SeasonEdge.AtStart(installed, statement.Season))}</td><td>{Edge(SeasonEdge.AtEnd(installed, statement.Season))}</td><td>{Figures.Exact(consumption)}</td></tr>

                """);
        });
        return Markup.Of($"""
            <section class="card"><h2>{texts.Meters}<small>{statement.Unit}</small></h2><div class="scroll"><table>
            <thead><tr><th scope="col">{texts.Meter}</th><th scope="col" class="text">{texts.Company}</th><th scope="col" class="text">{texts.ServesLabel}</th><th scope="col">{texts.Multiplier}</th><th scope="col" class="text">{texts.Installed}</th><th scope="col" class="text">{texts.Removed}</th><th scope="col">{texts.OpeningRegister}</th><th scope="col">{texts.ClosingRegister}</th><th scope="col">{texts.Consumption}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></section>
            """);
    }

    private static bool InService(MeterLife life, LocalDay day) => day.EndMs > life.FromMs && day.StartMs <= life.UntilMs;

    private static string Moment(long? instantMs, string otherwise) => instantMs is { } known ? Figures.Time(known)[..16] : otherwise;

    private Markup Edge(SeasonEdge edge) => edge.Shown is { } shown
        ? Markup.Of($"{Figures.Exact(shown)} <span class=\"edge\">{texts.Edges[edge.Kind]}</span>")
        : Markup.Of($"<span class=\"flag\">{texts.Edges[EdgeKind.Missing]}</span>");

    private Markup Chart() => frame.HasCharts
        ? Markup.Of($"<div class=\"chart low\" id=\"chart\" role=\"img\" aria-label=\"{texts.DailyChartLabel}\" data-chart=\"household\" data-first=\"{texts.EligibleConsumption}\" data-second=\"{texts.Consumption}\" data-none=\"{texts.NoData}\"></div>")
        : Markup.Of($"<p class=\"hint\">{texts.NoCharts}</p>");

    private Markup Days(HouseholdStatement statement)
    {
        var quantity = statement.Quantity;
        var last = HouseholdDays.LastKnown(statement);
        var rows = Enumerable.Range(0, last + 1).Reverse().Select(i => Markup.Of($"""
            <tr><th scope="row"><a href="{Readings(statement, i)}">{new LocalDay(statement.Season.First.Number + i).ToString()}</a></th><td>{Figures.Exact(quantity.ConsumptionPerDay[i])}</td><td>{Figures.Exact(quantity.EligiblePerDay[i])}</td><td class="text">{YesNo(quantity.Claims[i])}</td><td class="text">{YesNo(quantity.IsCovered(i))}</td><td class="text">{FailedRules(new LocalDay(statement.Season.First.Number + i))}</td></tr>

            """));
        return Markup.Of($"""
            <details{(frame.HasCharts ? Markup.Empty : new Markup(" open"))} data-keep="days"><summary>{texts.DailyTable}</summary><div class="scroll tall"><table>
            <thead><tr><th scope="col">{texts.Day}</th><th scope="col">{texts.Consumption}</th><th scope="col">{texts.EligibleConsumption}</th><th scope="col" class="text">{texts.Claim}</th><th scope="col" class="text">{texts.Covered}</th><th scope="col" class="text">{texts.Validation.FailedRules}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></details>
            """);
    }

    /// <summary>The day's readings: a day is made of them.</summary>
    private static string Readings(HouseholdStatement statement, int day) =>
        $"/households/{Uri.EscapeDataString(statement.Household.Id)}?season={statement.Season.Name}&day={new LocalDay(statement.Season.First.Number + day)}#curve";

    private string FailedRules(LocalDay day) =>
        line.Certificate is { } certificate ? string.Join(texts.Semicolon, certificate.FailedOn(day).Select(rule => texts.Validation.Rules[rule])) : "";

    private string YesNo(bool yes) => yes ? texts.Yes : texts.No;
}
