using MeterPipeline.Domain;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Settlements;

/// <summary>How a household's amount in a run was reckoned, from the frozen line alone.</summary>
internal sealed class LinePage(PageFrame frame, RunProgress progress, SettlementLine line)
{
    private readonly Texts texts = frame.Texts;
    private readonly SettlementTexts words = SettlementTexts.For(frame.Texts);
    private readonly SettlementRun run = progress.Run;

    public Markup Body() => Markup.Of($"""
        <div class="head"><div><nav class="crumbs" aria-label="{words.Title}"><a href="/settlements">{words.Title}</a><a href="/settlements/{run.Id}{(frame.Viewer.MaySee(run.Division) ? "" : "/objections")}">{Figures.Fill(words.Run, run.Id)}</a></nav>
        <h1>{line.Household.Id} <small>{Figures.Masked(line.Household.Name)} · {line.Household.Township} {line.Household.Village}</small></h1></div></div>
        <section class="card"><h2>{words.Calculation}<small>{words.Frozen}</small></h2>{Remarks()}<div class="scroll"><table class="steps"><tbody>{Steps()}</tbody></table></div>
        <p class="facts"><a href="/households/{Uri.EscapeDataString(line.Household.Id)}?season={HeatingSeason.NameOf(run.Autumn)}">{words.Today}</a></p></section>
        {Meters()}
        """);

    private Markup Remarks() => RunLinesSection.HasRemarks(line) ? Markup.Of($"<p>{RunLinesSection.Remarks(texts, line)}</p>") : Markup.Empty;

    private IEnumerable<Markup> Steps()
    {
        var (reckoning, use, unit) = (line.Reckoning, line.Use, line.Use.Unit);
        if (reckoning.Policy.Length > 0) yield return Row(words.Policies, $"{reckoning.Policy} v{reckoning.Version}", "");
        if (use.Energy is not null) yield return Row(words.Use, $"{Figures.Exact(use.Eligible)} {unit}", $"{texts.Grade} {use.Grade} · {use.CoveredDays} / {use.EligibleDays} {texts.Boards.DaysUnit}");
        if (reckoning.Rate.Length > 0) yield return Row(words.Rate, $"{reckoning.Rate} {texts.Yuan}/{unit}", "");
        foreach (var tier in reckoning.Tiers) yield return Row(words.Tier, $"{Figures.Exact(tier.Quantity)} {unit} × {Figures.Rate(tier.Rate)} {texts.Yuan}/{unit}", "");
        yield return Row(words.Raw, $"{Figures.Exact(reckoning.Raw)} {texts.Yuan}", "");
        if (reckoning.Cap is { } cap) yield return Row(words.Cap, Yuan(cap), reckoning.CapReached ? words.CapReached : "");
        yield return Row(words.Operating, Yuan(line.Accrued.Operating), string.Join(" · ", line.Accrued.Shares.Select(share => $"{Texts.Word(texts.Payers, share.Level)} {Yuan(share.Yuan)}")));
        yield return Row(words.Hardship, Yuan(line.Accrued.Hardship), Hardship());
        yield return Row(words.Before, Yuan(line.Before.Total), "");
        yield return Row(words.Due, Yuan(line.Due.Total), "", strong: true);
        yield return Row(words.Advanced, Yuan(line.Advanced), "");
        yield return Row(words.Payable, Yuan(line.Payable), line.Payee is null ? words.NoPayee : $"{words.Payee}{texts.Colon}{words.PayeeKnown}", strong: true);
    }

    private string Yuan(decimal yuan) => $"{Figures.Yuan(yuan)} {texts.Yuan}";

    private string Hardship() => line.Household.Hardship == Domain.Registry.Hardship.None ? "" : texts.Hardships[line.Household.Hardship];

    private static Markup Row(string name, string value, string more, bool strong = false) =>
        Markup.Of($"<tr{(strong ? new Markup(" class=\"strong\"") : Markup.Empty)}><th scope=\"row\">{name}</th><td>{value}</td><td class=\"text\">{more}</td></tr>\n");

    private Markup Meters()
    {
        if (line.Use.Segments.Count == 0) return Markup.Empty;
        var unit = line.Use.Unit;
        static string Shown(long? register) => register is { } known ? Figures.Amount(known) : "–";
        return Markup.Of($"""
            <section class="card"><h2>{texts.Meters}</h2><div class="scroll"><table class="cards"><thead><tr><th scope="col">{words.Meter}</th><th scope="col">{words.Opening} ({unit})</th><th scope="col">{words.Closing} ({unit})</th><th scope="col">{words.Multiplier}</th><th scope="col">{words.Consumption} ({unit})</th></tr></thead>
            <tbody>{line.Use.Segments.Select(segment => Markup.Of($"<tr><th scope=\"row\">{segment.Meter}</th><td data-label=\"{words.Opening} ({unit})\">{Shown(segment.Opening)}</td><td data-label=\"{words.Closing} ({unit})\">{Shown(segment.Closing)}</td><td data-label=\"{words.Multiplier}\">{Figures.Rate(Quantity.ToDecimal(segment.MultiplierE4))}</td><td data-label=\"{words.Consumption} ({unit})\">{Figures.Amount(segment.Consumption)}</td></tr>"))}</tbody></table></div></section>
            """);
    }
}
