using System.Globalization;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>The load curve of a household on a day or a week: a chart, and the readings it is drawn from.</summary>
/// <param name="asked">Whether somebody asked for this day: then its readings are open.</param>
internal sealed class CurveSection(PageFrame frame, string householdId, string season, LoadCurve curve, bool asked)
{
    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;

    public Markup Section()
    {
        var power = curve.Energy == Energy.Electricity ? "kW" : "m³/h";
        var api = $"/api/v1/households/{Uri.EscapeDataString(householdId)}/curve?day={curve.First}&days={curve.Days}";
        var chart = frame.HasCharts
            ? Markup.Of($"<div class=\"chart low\" role=\"img\" aria-label=\"{words.CurveChart}\" data-chart=\"curve\" data-source=\"{api}\" data-first=\"{words.MeanPower}\" data-unit=\"{power}\"></div>")
            : Markup.Empty;
        return Markup.Of($"""
            <section class="card" id="curve"><h2>{words.CurveTitle}<small>{words.CurveHint}</small></h2>
            <form method="get" action="#curve"><input type="hidden" name="season" value="{season}"><label for="day">{words.DayPicker}</label><input type="date" id="day" name="day" value="{curve.First.ToString()}">
            <label for="days" class="hidden">{words.DaysUnit}</label><select id="days" name="days">{PlaceHead.Option("1", words.OneDay, curve.Days == 1)}{PlaceHead.Option("7", words.Week, curve.Days == 7)}</select><button>{texts.Show}</button></form>
            {(curve.Points.Count == 0 ? Markup.Of($"<p class=\"empty\">{words.CurveEmpty}</p>") : chart)}
            <div data-region="curve">{Table(power)}</div></section>
            """);
    }

    private Markup Table(string power)
    {
        if (curve.Points.Count == 0) return Markup.Empty;
        var unit = UseListPage.Unit(curve.Energy);
        var rows = curve.Points.Select(point => Markup.Of($"""
            <tr><th scope="row">{Figures.Time(point.TimeMs)}</th><td class="text">{point.MeterId}</td><td>{Figures.Exact(point.Shown)}</td><td>{(point.Used is { } used ? Figures.Exact(used) : "–")}</td><td>{point.Power?.ToString("#,0.000", CultureInfo.InvariantCulture) ?? "–"}</td><td class="text">{(point.Contested ? words.Superseded : "")}</td></tr>

            """));
        return Markup.Of($"""
            <details{(frame.HasCharts && !asked ? Markup.Empty : new Markup(" open"))} data-keep="curve"><summary>{words.CurveTable}</summary><div class="scroll tall"><table>
            <thead><tr><th scope="col">{words.ReadAt}</th><th scope="col" class="text">{texts.Meter}</th><th scope="col">{words.Register}</th><th scope="col">{words.Step} ({unit})</th><th scope="col">{words.MeanPower} ({power})</th><th scope="col" class="text">{words.Mark}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></details>
            """);
    }
}
