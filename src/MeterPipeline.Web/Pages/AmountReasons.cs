using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Web.Pages;

/// <summary>"Why this amount": every step from the registers to the yuan, with the rule it follows.</summary>
internal sealed class AmountReasons(Texts texts, HouseholdStatement statement)
{
    private readonly SeasonQuantity quantity = statement.Quantity;
    private readonly string unit = statement.Unit;

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
        if (statement.Accrual is null) yield return Step(texts.EligibleConsumption, $"{Figures.Exact(quantity.Eligible)} {unit}", "");
    }

    private IEnumerable<Markup> MoneySteps(Accrual accrual)
    {
        foreach (var step in AccrualTrace.Of(accrual, statement.Policy!.Rounding))
            yield return Step(Title(step), Value(step), Note(step), strong: step.Kind == AccrualStepKind.Total);
        yield return Step(texts.Bounds, $"{Figures.Yuan(accrual.LowTotal)} – {Figures.Yuan(accrual.HighTotal)} {texts.Yuan}", texts.BoundsHint);
    }

    private string Title(AccrualStep step)
    {
        var title = texts.AccrualSteps[step.Kind];
        return step.Kind switch
        {
            AccrualStepKind.Share => $"{title}{texts.Colon}{Texts.Word(texts.Payers, step.Subject)}",
            AccrualStepKind.MonthCap => $"{title} {step.Subject}",
            AccrualStepKind.Tier when step.Subject.Length > 0 => $"{title} ({Figures.Fill(texts.FromDay, step.Subject)})",
            _ => title,
        };
    }

    private string Value(AccrualStep step) => step switch
    {
        { Kind: AccrualStepKind.Tier } => $"{Figures.Exact(step.Quantity!.Value)} {unit} × {Figures.Rate(step.Rate!.Value)} = {Figures.Exact(step.Yuan!.Value)} {texts.Yuan}",
        { Kind: AccrualStepKind.Raw } => $"{Figures.Exact(step.Yuan!.Value)} {texts.Yuan}",
        { Quantity: { } quantity } => $"{Figures.Exact(quantity)} {unit}",
        _ => $"{Figures.Yuan(step.Yuan ?? 0)} {texts.Yuan}",
    };

    private string Note(AccrualStep step)
    {
        var source = step.Basis is { } basis ? Source(basis) : "";
        return step.Kind switch
        {
            AccrualStepKind.Raw => texts.RawHint,
            AccrualStepKind.MoneyCap => Joined(
                Figures.Fill(texts.Limit, $"{Figures.Yuan(step.Most!.Value)} {texts.Yuan}"), step.Subject.Length == 0 ? "" : Figures.Fill(texts.CapReachedOn, step.Subject), source),
            AccrualStepKind.Rounded => statement.Policy!.Rounding == Rounding.Default ? texts.RoundingHint : step.Subject,
            AccrualStepKind.TopUp => Joined(texts.Hardships[statement.Household.Hardship], Figures.Fill(texts.TopUpPaidBy, Texts.Word(texts.Payers, step.Subject)), source),
            _ => Joined(step.Limit is { } limit ? Figures.Fill(texts.Limit, $"{Figures.Exact(limit)} {unit}") : "", source),
        };
    }

    private string Joined(params string[] parts) => string.Join(texts.Comma, parts.Where(part => part.Length > 0));

    private IEnumerable<Markup> QualitySteps()
    {
        if (statement.Policy is { } policy) yield return Step(texts.Policy, $"{policy.Id} v{policy.Version}", $"{texts.Half(policy.Title)} {Source(policy.Basis)}");
        var detail = Figures.Fill(texts.QualityDetail, quantity.CoveredDays, quantity.EligibleDays, quantity.CoveragePercent,
            quantity.LongestGapDays, $"{Figures.Exact(quantity.Estimated)} {unit}");
        yield return Row(texts.Quality, OverviewPage.Grade(quantity.Grade), detail, strong: false);
        var holds = string.Join(texts.Semicolon, statement.Holds.Select(hold => Texts.Word(texts.HoldReasons, hold)));
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
