using System.Globalization;
using System.Text;
using MeterPipeline.Domain;

namespace MeterPipeline.Web.Reports;

/// <summary>
/// A small chart of a bar for each day, drawn by the server: it prints as sharp as the text beside it, and needs no script. Axes, unit and three marks of a
/// round height; a day that nothing is known of has no bar.
/// </summary>
internal static class DayBars
{
    private const int Width = 400, Height = 172, Left = 52, Right = 8, Top = 30, Bottom = 24;
    private const int MostLabels = 7;

    /// <param name="values">By day; what is missing has no bar.</param>
    public static Markup Of(string title, string unit, string kind, LocalDay first, LocalDay last, IReadOnlyDictionary<LocalDay, decimal> values)
    {
        var (plotWidth, plotHeight) = (Width - Left - Right, Height - Top - Bottom);
        var top = RoundAbove(values.Values.DefaultIfEmpty(0).Max());
        var days = last.Number - first.Number + 1;
        var step = (decimal)plotWidth / days;
        var svg = new StringBuilder();
        for (var mark = 0; mark <= 2; mark++)
        {
            var y = At(Top + plotHeight - plotHeight * mark / 2m);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{Left - 5}\" y=\"{y}\" dy=\"3.5\" text-anchor=\"end\">{Short(top * mark / 2)}</text>");
        }
        var every = (days + MostLabels - 1) / MostLabels;
        for (var i = 0; i < days; i++)
        {
            var day = new LocalDay(first.Number + i);
            if (values.TryGetValue(day, out var value) && value > 0)
            {
                var height = plotHeight * value / top;
                svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{kind}\" x=\"{At(Left + step * (i + 0.14m))}\" width=\"{At(step * 0.72m)}\" y=\"{At(Top + plotHeight - height)}\" height=\"{At(height)}\"><title>{day}: {value:#,0.00} {Html.Encode(unit)}</title></rect>");
            }
            if (i % every == 0)
                svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{At(Left + step * (i + 0.5m))}\" y=\"{Height - 8}\" text-anchor=\"middle\">{day.Date:MM-dd}</text>");
        }
        return Markup.Of($"""
            <figure class="bars"><svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{title} ({unit})"><text class="title" x="0" y="12">{title}</text><text x="{Width - Right}" y="12" text-anchor="end">{unit}</text>{new Markup(svg.ToString())}</svg></figure>
            """);
    }

    /// <summary>The next of 1, 2, 4, 6, 8 × 10ⁿ: half of it is round too.</summary>
    private static decimal RoundAbove(decimal value)
    {
        if (value <= 0) return 1;
        var power = 1m;
        while (power * 10 <= value) power *= 10;
        while (power > value) power /= 10;
        foreach (var factor in (ReadOnlySpan<int>)[1, 2, 4, 6, 8])
            if (power * factor >= value) return power * factor;
        return power * 10;
    }

    private static string Short(decimal value) => value.ToString(value >= 10 || value == 0 ? "#,0" : "0.##", CultureInfo.InvariantCulture);

    private static string At(decimal at) => at.ToString("0.##", CultureInfo.InvariantCulture);
}
