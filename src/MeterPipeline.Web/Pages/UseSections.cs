using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>What the overview shows of households: what needs attention, and money beside its budget.</summary>
internal sealed class UseSections(PageFrame frame, PlaceHead head, string prefix, UseBoard? board, (int Done, int Of) progress, decimal? budget)
{
    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;

    /// <summary>Counts, each a link to the list that it counts.</summary>
    public Markup Attention()
    {
        if (board is null) return Markup.Of($"<section class=\"card\"><h2>{words.Attention}</h2>{PlaceHead.Age(texts, board, progress)}</section>");
        var sum = board.Sum(prefix);
        return Markup.Of($"""
            <section class="attention" aria-label="{words.Attention}"><div class="tiles links">
            {Tile("/usage", UseList.NeverUsed)}{Tile("/usage", UseList.Stopped)}{Tile("/usage", UseList.FarBelow)}{Tile("/usage", UseList.NoData)}{Tile("/caps", UseList.NearCap)}{Tile("/caps", UseList.AtCap)}
            <a class="tile" data-tile="holds" href="{head.To("/holds", prefix)}"><span class="label">{words.OnHold}</span><span class="figure">{Figures.Count(sum.OnHold)}</span><span class="hint">{words.Holds}</span></a>
            </div>{PlaceHead.Age(texts, board, progress)}</section>
            """);
    }

    private Markup Tile(string page, UseList list)
    {
        var name = BoardAnswers.ListName(list);
        var hint = Figures.Fill(words.ListHints[list], board!.Settings.NearCapPercent);
        return Markup.Of($"""
            <a class="tile" data-tile="{name}" href="{head.To(page, prefix, ("list", name))}"><span class="label">{words.Lists[list]}</span><span class="figure">{Figures.Count(UseLists.Count(board.Sum(prefix), list))}</span><span class="hint">{hint}</span></a>

            """);
    }

    /// <summary>Accrued, budget and forecast.</summary>
    public Markup Money() => Markup.Of($"""
        <section class="card money" id="money"><h2>{words.Money}<small>{texts.Yuan}</small></h2><div class="pair">
        <div data-region="money">{(board is null ? PlaceHead.Age(texts, board, progress) : Table(board.Sum(prefix)))}</div>
        {(frame.HasCharts ? Markup.Of($"<div class=\"chart low\" role=\"img\" aria-label=\"{words.MoneyChart}\" data-chart=\"money\" data-source=\"{head.To("/api/v1/overview", prefix)}\" data-more=\"{head.To("/api/v1/use", prefix)}\" data-first=\"{words.Cumulative}\" data-second=\"{words.Budget}\" data-third=\"{words.Forecast}\" data-unit=\"{texts.Yuan}\" data-none=\"{texts.NoData}\"></div>") : Markup.Empty)}
        </div></section>
        """);

    private Markup Table(DivisionUse sum)
    {
        var perHousehold = sum.Households == 0 ? "" : Figures.Fill(words.PerHousehold, Figures.Yuan(sum.TotalYuan / sum.Households));
        var unforeseen = sum.Unforeseen == 0 ? Markup.Empty : Markup.Of($" <a href=\"{head.To("/usage", prefix, ("list", "no-data"))}\">{Figures.Fill(words.Unforeseen, Figures.Count(sum.Unforeseen))}</a>");
        return Markup.Of($"""
            <table class="sheet"><tbody>
            {Line(words.OperatingSoFar, Figures.Yuan(sum.OperatingYuan), Markup.Empty)}
            {Line(words.TopUps, Figures.Yuan(sum.TopUpsYuan), Markup.Empty)}
            {Line(words.TotalSoFar, Figures.Yuan(sum.TotalYuan), Markup.Of($"{perHousehold}"), strong: true)}
            {(budget is { } yuan ? Line(words.Budget, Figures.Yuan(yuan), Used(sum.TotalYuan, yuan)) : Line(words.Budget, "–", Markup.Of($"{words.NoBudget}")))}
            {Line(words.Forecast, Figures.Yuan(sum.MiddleYuan), Markup.Of($"{Figures.Fill(words.ForecastRange, Figures.Yuan(sum.LowYuan), Figures.Yuan(sum.HighYuan))}"), strong: true)}
            {(budget is { } set ? Line(words.Margin, Figures.Yuan(set - sum.MiddleYuan), set < sum.MiddleYuan ? Markup.Of($"<span class=\"flag\">{words.ForecastShare} {Figures.Percent(Share(sum.MiddleYuan, set))}</span>") : Markup.Empty) : Markup.Empty)}
            </tbody></table><p class="hint">{words.ForecastMethod}{unforeseen}</p>
            """);
    }

    private Markup Used(decimal sum, decimal set) => Markup.Of(
        $"{words.BudgetUsed} {Figures.Percent(Share(sum, set))} <meter class=\"bar\" aria-hidden=\"true\" min=\"0\" max=\"100\" low=\"99\" high=\"99\" optimum=\"0\" value=\"{(int)Math.Min(100, Share(sum, set) ?? 0)}\"></meter>");

    private static decimal? Share(decimal sum, decimal set) => set == 0 ? null : Math.Floor(sum * 1000 / set) / 10;

    private static Markup Line(string term, string value, Markup note, bool strong = false) => Markup.Of(
        $"<tr{(strong ? new Markup(" class=\"strong\"") : Markup.Empty)}><th scope=\"row\">{term}</th><td>{value}</td><td class=\"text\">{note}</td></tr>\n");
}
