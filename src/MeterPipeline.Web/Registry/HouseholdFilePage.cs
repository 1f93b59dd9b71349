using System.Globalization;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>One household, one file 一户一档: what the registry holds of it, and how that came about. Made to be printed too.</summary>
internal sealed class HouseholdFilePage(PageFrame frame, HouseholdFile file)
{
    /// <summary>Changes shown: a household edited more often has been edited by a program.</summary>
    private const int EditsMax = 200;

    private readonly Texts texts = frame.Texts;
    private readonly RegistryTexts words = RegistryTexts.For(frame.Texts);
    private readonly Household household = file.Household;

    public Markup Body() => Markup.Of($"""
        {Head()}
        {Basics()}
        {Equipment()}
        {new MeterTimeline(texts, file.Lives).Section()}
        <div class="pair">{Accounts()}{Exclusions()}{Heated()}</div>
        {Holds()}
        {History()}
        {PaperEnd()}
        """);

    private Markup Head()
    {
        var season = "/households/" + Uri.EscapeDataString(household.Id);
        return Markup.Of($"""
            <div class="head"><div><nav class="crumbs" aria-label="{words.Title}"><a href="/registry">{words.Title}</a></nav><h1>{words.FileTitle} {household.Id}</h1></div><a class="button" href="{season}">{words.SeasonPage}</a></div>
            """);
    }

    private Markup Basics()
    {
        var path = string.Join(" › ", DivisionCode.Above(household.Division).Append(household.Division)
            .Where(prefix => file.Registry.Divisions.ContainsKey(DivisionCode.Full(prefix))).Select(prefix => DivisionCode.NameOf(file.Registry, prefix)));
        return Markup.Of($"""
            <section class="card"><h2>{words.Basics}</h2><dl class="registry">
            {Fact(texts.Name, Figures.Masked(household.Name))}{Fact(words.DivisionPath, $"{path} ({household.Division})")}{Fact(texts.Route, texts.Routes[household.Route])}{Fact(texts.ConversionLabel, texts.Conversions[household.Conversion])}
            {Fact(texts.AcceptedOn, household.AcceptedOn?.ToString() ?? "–")}{Fact(texts.HardshipLabel, texts.Hardships[household.Hardship])}{Fact(texts.Note, household.Note.Length == 0 ? "–" : household.Note)}
            </dl></section>
            """);
    }

    private Markup Equipment()
    {
        var rows = file.Lives.Select(installed => (installed.Meter, installed.Life)).Select(pair => Markup.Of($"""
            <tr><th scope="row">{pair.Meter.Id}</th><td class="text">{RegistryValues.Energy(texts, pair.Life.Energy)}</td><td class="text">{file.Registry.Companies.GetValueOrDefault(pair.Life.Company)?.Name ?? pair.Life.Company}</td><td class="text">{texts.Servings[pair.Life.Serves]}</td><td class="text">{Register(pair.Life)}</td><td class="text">{Capacity(pair.Life)}</td><td>{pair.Life.Multiplier.ToString("0.####", CultureInfo.InvariantCulture)}</td><td class="text">{State(pair.Life)}</td></tr>

            """));
        var table = file.Lives.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.NoMeters}</p>") : Markup.Of($"""
            <div class="scroll"><table>
            <thead><tr><th scope="col">{texts.Meter}</th><th scope="col" class="text">{FieldOf("energy")}</th><th scope="col" class="text">{texts.Company}</th><th scope="col" class="text">{texts.ServesLabel}</th><th scope="col" class="text">{words.Register}</th><th scope="col" class="text">{words.Capacity}</th><th scope="col">{texts.Multiplier}</th><th scope="col" class="text">{words.State}</th></tr></thead>
            <tbody>{rows}</tbody></table></div>
            """);
        return Markup.Of($"<section class=\"card\"><h2>{words.Equipment}</h2>{table}</section>");
    }

    private string FieldOf(string field) => RegistryValues.Field(texts, "meter", field);

    private string Register(Installation life) => life.RegisterDigits is null && life.Decimals is null ? words.Unknown
        : Figures.Fill(words.RegisterValue, life.RegisterDigits?.ToString(CultureInfo.InvariantCulture) ?? "?", life.Decimals?.ToString(CultureInfo.InvariantCulture) ?? "?");

    private string Capacity(Installation life) => life.Capacity is not { } capacity ? words.DefaultCapacity
        : $"{Domain.Quantity.ToDecimal(capacity).ToString("0.####", CultureInfo.InvariantCulture)} {(life.Energy == Energy.Gas ? "m³/h" : "kW")}";

    private Markup State(Installation life) => life.RemovedAtMs is null
        ? Markup.Of($"<span class=\"ok\">{words.InUse}</span>") : Markup.Of($"{words.TakenOut}");

    private Markup Accounts()
    {
        var rows = file.Accounts.Select(alias => Markup.Of($"""
            <tr><th scope="row">{RegistryHistory.MaskedAccount(alias.Account)}</th><td class="text">{alias.From?.ToString() ?? words.Always}</td><td class="text">{alias.Until?.ToString() ?? words.Open}</td></tr>

            """));
        return Card(words.Accounts, file.Accounts.Count, Markup.Of(
            $"<th scope=\"col\">{words.Account}</th><th scope=\"col\" class=\"text\">{words.From}</th><th scope=\"col\" class=\"text\">{words.Until}</th>"), rows);
    }

    private Markup Exclusions()
    {
        var rows = household.Exclusions.Select(exclusion => Markup.Of($"""
            <tr><th scope="row">{texts.ExclusionKinds[exclusion.Kind]}</th><td class="text">{exclusion.From.ToString()}</td><td class="text">{exclusion.Until?.ToString() ?? words.Open}</td></tr>

            """));
        return Card(words.Exclusion, household.Exclusions.Count, Markup.Of(
            $"<th scope=\"col\">{texts.Reason}</th><th scope=\"col\" class=\"text\">{words.From}</th><th scope=\"col\" class=\"text\">{words.Until}</th>"), rows);
    }

    private Markup Heated()
    {
        if (household.Route != HeatingRoute.CentralHeating && file.Heated.Count == 0) return Markup.Empty;
        var rows = file.Heated.Select(count => Markup.Of($"""
            <tr><th scope="row">{count.From.ToString()}</th><td>{Figures.Count(count.Households)}</td></tr>

            """));
        return Card(words.Heated, file.Heated.Count, Markup.Of($"<th scope=\"col\">{words.From}</th><th scope=\"col\">{words.HeatedCount}</th>"), rows);
    }

    private Markup Holds()
    {
        var rows = file.Holds.Reverse().Select(entry => Markup.Of($"""
            <tr><th scope="row">{Figures.Time(entry.AtMs)}</th><td class="text">{Domain.HeatingSeason.NameOf(entry.Autumn)}</td><td class="text">{Texts.Word(texts.HoldReasons, entry.Reason)}</td><td class="text">{words.Acts[entry.Act]}</td><td class="text">{entry.Actor}</td><td class="text prose">{entry.Note}</td></tr>

            """));
        return Card(words.Holds, file.Holds.Count, Markup.Of(
            $"<th scope=\"col\">{texts.ChangedAt}</th><th scope=\"col\" class=\"text\">{texts.Season}</th><th scope=\"col\" class=\"text\">{texts.Reason}</th><th scope=\"col\" class=\"text\">{words.Act}</th><th scope=\"col\" class=\"text\">{texts.ChangedBy}</th><th scope=\"col\" class=\"text\">{words.Why}</th>"), rows);
    }

    private Markup History()
    {
        var rows = file.Edits.Reverse().Take(EditsMax).Select(edit => Markup.Of($"""
            <tr><th scope="row">{Figures.Time(edit.AtMs)}</th><td class="text">{edit.Actor}</td><td class="text">{RegistryValues.Entity(texts, edit.Kind, edit.Id)}</td><td class="text">{(edit.Field.Length == 0 ? words.New : RegistryValues.Field(texts, edit.Kind, edit.Field))}</td><td class="text prose">{Change(edit)}</td></tr>

            """));
        return Markup.Of($"""
            <section class="card"><h2>{words.History}<small>{Figures.Fill(words.HistoryHint, EditsMax)}</small></h2><div class="scroll"><table class="notes edits">
            <thead><tr><th scope="col">{texts.ChangedAt}</th><th scope="col" class="text">{texts.ChangedBy}</th><th scope="col" class="text">{texts.Entry}</th><th scope="col" class="text">{texts.Field}</th><th scope="col" class="text">{texts.Before} → {texts.After}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></section>
            """);
    }

    private Markup Change(RegistryEdit edit) => edit.Field.Length == 0 ? Markup.Empty : ChangeList.Arrow(
        RegistryValues.Shown(texts, edit.Kind, edit.Field, edit.Before), RegistryValues.Shown(texts, edit.Kind, edit.Field, edit.After));

    private Markup Card(string title, int count, Markup heading, IEnumerable<Markup> rows) => count == 0
        ? Markup.Of($"<section class=\"card\"><h2>{title}</h2><p class=\"empty\">{words.None}</p></section>")
        : Markup.Of($"<section class=\"card\"><h2>{title}</h2><div class=\"scroll\"><table class=\"notes\"><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table></div></section>");

    /// <summary>On paper only: whom it is from, and where it is signed.</summary>
    private Markup PaperEnd() => Markup.Of($"""
        <div class="paper"><p>{Figures.Fill(words.Issued, file.Registry.Version, Figures.Time(file.AtMs))}</p><p class="signs"><span>{words.Signature}</span><span>{words.Clerk}</span><span>{words.Stamp}</span></p></div>
        """);

    private static Markup Fact(string term, string value) => Markup.Of($"<div><dt>{term}</dt><dd>{value}</dd></div>");
}
