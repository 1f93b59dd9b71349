using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Web.Pages;

/// <summary>The quality certificate of a household's season: how well it is known, what each rule says, and what waits for whom.</summary>
internal sealed class CertificateSection(Texts texts, QualityCertificate certificate)
{
    private readonly ValidationTexts words = texts.Validation;

    public Markup Section() => Markup.Of($"""
        <section class="card"><h2>{words.Certificate}<small>{words.Counted}</small></h2>
        <dl class="registry">{Facts()}</dl><div class="scroll"><table>
        <thead><tr><th scope="col">{words.Rule}</th><th scope="col" class="text">{words.Severity}</th><th scope="col" class="text">{words.Setting}</th><th scope="col">{words.Passed}</th><th scope="col">{words.Failed}</th><th scope="col">{words.Skipped}</th><th scope="col" class="text">{words.Remarks}</th></tr></thead>
        <tbody>{certificate.Rules.Select(Row)}</tbody></table></div></section>
        {Holds()}
        """);

    private IEnumerable<Markup> Facts()
    {
        var quantity = certificate.Quantity;
        yield return Markup.Of($"<div><dt>{texts.Quality}</dt><dd>{OverviewPage.Grade(quantity.Grade)}</dd></div>");
        yield return Markup.Of($"<div><dt>{texts.OpeningRegister}</dt><dd>{texts.Edges[quantity.Start]}</dd></div>");
        yield return Markup.Of($"<div><dt>{texts.ClosingRegister}</dt><dd>{texts.Edges[quantity.End]}</dd></div>");
        yield return Markup.Of($"<div><dt>{words.Estimated}</dt><dd>{Figures.Percent(certificate.EstimatedPerMille / 10m)}</dd></div>");
        if (certificate.Statement.Accrual is { } accrual)
            yield return Markup.Of($"<div><dt>{texts.Bounds}</dt><dd>{Figures.Yuan(accrual.LowTotal)} – {Figures.Yuan(accrual.HighTotal)} {texts.Yuan}</dd></div>");
    }

    private Markup Row(RuleOutcome outcome)
    {
        var failed = outcome.Failed == 0 ? Markup.Of($"0") : Markup.Of($"<span class=\"flag\">{Figures.Count(outcome.Failed)}</span>");
        return Markup.Of($"""
            <tr><th scope="row">{words.Rules[outcome.Rule.Id]}</th><td class="text">{words.Severities[outcome.Rule.Severity]}</td><td class="text">{words.SettingOf(outcome.Setting)}</td><td>{Figures.Count(outcome.Passed)}</td><td>{failed}</td><td>{Figures.Count(outcome.Skipped)}</td><td class="text">{Remarks(outcome)}</td></tr>

            """);
    }

    private string Remarks(RuleOutcome outcome)
    {
        var days = outcome.First is { } first ? outcome.Last == first ? $"{first}" : $"{first} – {outcome.Last}" : "";
        var skip = outcome.Why == SkipReason.None ? "" : $"{words.Skipped}{texts.Colon}{words.Skips[outcome.Why]}";
        return days.Length > 0 && skip.Length > 0 ? days + texts.Semicolon + skip : days + skip;
    }

    private Markup Holds()
    {
        var holds = certificate.Statement.AllHolds;
        if (holds.Count == 0) return Markup.Empty;
        return Markup.Of($"""
            <section class="card"><h2>{words.Holds}</h2><div class="scroll"><table class="notes">
            <thead><tr><th scope="col">{texts.Holds}</th><th scope="col" class="text">{words.State}</th><th scope="col" class="text">{words.Keeper}</th><th scope="col" class="text">{words.Evidence}</th><th scope="col" class="text">{words.LastSaid}</th></tr></thead>
            <tbody>{holds.Select(Row)}</tbody></table></div><p class="hint">{words.EvidenceHint}</p></section>
            """);
    }

    private Markup Row(Hold hold)
    {
        var state = hold.Stands ? Markup.Of($"<span class=\"flag\">{words.States[hold.State]}</span>") : Markup.Of($"<span class=\"ok\">{words.States[hold.State]}</span>");
        var said = hold.Entry is { } entry ? $"{Figures.Time(entry.AtMs)} {entry.Actor}{texts.Colon}{entry.Note}" : "–";
        return Markup.Of($"""
            <tr><th scope="row">{Texts.Word(texts.HoldReasons, hold.Reason.Name)}</th><td class="text">{state}</td><td class="text">{words.Keepers[hold.Reason.Keeper]}</td><td class="text">{EvidenceWords.Of(texts, hold.Evidence, certificate.Statement.Household.Route)}</td><td class="text">{said}</td></tr>

            """);
    }
}
