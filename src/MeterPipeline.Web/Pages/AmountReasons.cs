using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Web.Pages;

/// <summary>"Why this amount": every step from the registers to the yuan, with the rule it follows.</summary>
internal sealed class AmountReasons(Texts texts, HouseholdStatement statement)
{
    private readonly SeasonQuantity quantity = statement.Quantity;
    private readonly string unit = Figures.Unit(statement.Energy);

    public Markup Section()
    {
        var total = statement.Accrual is { } accrual
            ? Markup.Of($"<p class=\"sum\"><b>{Figures.Yuan(accrual.Total)}</b> {texts.Yuan}{Bounds(accrual)}</p>")
            : Markup.Of($"<p class=\"empty\">{(statement.Policy is null ? texts.NoPolicy : texts.NoRule)}</p>");
        return Markup.Of($"""
            <section class="card why"><h2>{texts.Why}</h2>{total}<div class="scroll"><table class="steps">
            <thead><tr><th scope="col">{texts.Step}</th><th scope="col">{texts.Value}</th><th scope="col" class="text">{texts.Basis}</th></tr></thead>
            <tbody>{QuantitySteps()}{(statement.Accrual is { } known ? MoneySteps(known) : [])}{QualitySteps()}</tbody></table></div></section>
            """);
    }

    private Markup Bounds(Accrual accrual) => accrual.LowTotal == accrual.HighTotal ? Markup.Empty
        : Markup.Of($" <span class=\"hint\">{texts.Bounds} {Figures.Yuan(accrual.LowTotal)} – {Figures.Yuan(accrual.HighTotal)}</span>");

    private IEnumerable<Markup> QuantitySteps()
    {
        yield return Step(texts.OpeningRegister, Register(quantity.Opening), texts.Edges[quantity.Start]);
        yield return Step(texts.ClosingRegister, Register(quantity.Closing), texts.Edges[quantity.End]);
        yield return Step(texts.Consumption, $"{Figures.Exact(quantity.Consumption)} {unit}", "");
        yield return Step(texts.EligibleDays, Figures.Count(quantity.EligibleDays),
            Figures.Fill(texts.EligibleDaysHint, statement.Season.First, statement.Season.Last, statement.Season.Days));
        yield return Step(texts.EligibleConsumption, $"{Figures.Exact(quantity.Eligible)} {unit}", "");
    }

    private IEnumerable<Markup> MoneySteps(Accrual accrual)
    {
        var rule = accrual.Rule;
        var yuan = texts.Yuan;
        yield return Step(texts.Rate, $"{Figures.Rate(rule.Rate)} {yuan}/{unit}", Source(rule.Basis));
        yield return Step(texts.RawAmount, $"{accrual.Raw.ToString("#,0.00######", System.Globalization.CultureInfo.InvariantCulture)} {yuan}", texts.RawHint);
        var capDay = accrual.CapDay is { } index ? new LocalDay(statement.Season.First.Number + index).ToString() : "";
        yield return Step(texts.Cap, rule.SeasonCap is { } cap ? $"{Figures.Yuan(cap)} {yuan}" : texts.NoCap,
            rule.SeasonCap is null ? "" : accrual.CapReached ? Figures.Fill(texts.CapReachedOn, capDay) : texts.CapNotReached);
        yield return Step(texts.Operating, $"{Figures.Yuan(accrual.Operating)} {yuan}", texts.RoundingHint);
        yield return Step(texts.TopUp, $"{Figures.Yuan(accrual.Hardship)} {yuan}", TopUpBasis(accrual));
        yield return Step(texts.Total, $"{Figures.Yuan(accrual.Total)} {yuan}", "", strong: true);
        yield return Step(texts.Bounds, $"{Figures.Yuan(accrual.LowTotal)} – {Figures.Yuan(accrual.HighTotal)} {yuan}", texts.BoundsHint);
    }

    private string TopUpBasis(Accrual accrual)
    {
        if (accrual.Hardship == 0) return texts.TopUpNone;
        var topUp = statement.Policy!.TopUps.First(t => t.Who.Contains(statement.Household.Hardship));
        return $"{texts.Hardships[statement.Household.Hardship]}，{Figures.Fill(texts.TopUpPaidBy, Texts.Word(texts.Payers, topUp.Payer))}，{Source(topUp.Basis)}";
    }

    private IEnumerable<Markup> QualitySteps()
    {
        if (statement.Policy is { } policy) yield return Step(texts.Policy, $"{policy.Id} v{policy.Version}", $"{policy.Title} {Source(policy.Basis)}");
        var detail = Figures.Fill(texts.QualityDetail, quantity.CoveredDays, quantity.EligibleDays, quantity.CoveragePercent,
            quantity.LongestGapDays, $"{Figures.Exact(quantity.Estimated)} {unit}");
        yield return Row(texts.Quality, OverviewPage.Grade(quantity.Grade), detail, strong: false);
        var holds = string.Join("；", statement.Holds.Select(hold => Texts.Word(texts.HoldReasons, hold)));
        yield return Row(
            texts.Holds, statement.Holds.Count == 0 ? Markup.Of($"{texts.NoHolds}") : Markup.Of($"<span class=\"flag\">{statement.Holds.Count}</span>"), holds, false);
    }

    private string Register(long? shown) => shown is { } known ? $"{Figures.Exact(known)} {unit}" : "–";

    private static string Source(LegalBasis basis) => $"{basis.Document} {basis.Clause}".Trim();

    private static Markup Step(string step, string value, string basis, bool strong = false) => Row(step, Markup.Of($"{value}"), basis, strong);

    private static Markup Row(string step, Markup value, string basis, bool strong) => Markup.Of($"""
        <tr{(strong ? new Markup(" class=\"strong\"") : Markup.Empty)}><th scope="row">{step}</th><td>{value}</td><td class="text">{basis}</td></tr>

        """);
}
