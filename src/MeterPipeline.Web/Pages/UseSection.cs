using MeterPipeline.Domain.Usage;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Pages;

/// <summary>Whether a household uses its conversion, with what speaks for it.</summary>
internal sealed class UseSection(Texts texts, UseBoard board, UseRow row)
{
    private readonly BoardTexts words = texts.Boards;

    public Markup Section()
    {
        var (use, peers, unit) = (row.Use, board.Peers.Of(row.Household), UseListPage.Unit(row.Energy));
        if (row.Kind is UseKind.None or UseKind.NotMetered) return Markup.Empty;
        return Markup.Of($"""
            <section class="card"><h2>{words.UseTitle}</h2><dl class="registry">
            <div><dt>{words.Verdict}</dt><dd>{UseListPage.Flag(row.Kind, words)}</dd></div>
            {Fact(words.LastUse, row.LastUse?.ToString() ?? words.Never)}{Fact(words.IdleDays, $"{use.IdleDays} {words.DaysUnit}")}{Fact(words.LastReading, row.LastReading?.ToString() ?? words.Never)}{Fact(words.SilentDays, $"{use.SilentDays} {words.DaysUnit}")}
            {Fact(words.CoverageDays, $"{use.CoveredDays} / {use.DueDays} {words.DaysUnit}")}{Fact(words.MeanPerDay, PerDay(use.MeanPerDay, unit))}{Fact(words.PeersPerDay, peers is { } median ? $"{PerDay(median.PerDay, unit)} ({Figures.Fill(words.PeersOf, median.Households)})" : "–")}
            {Fact(words.CapShare, row.Outlook.PerMille < 0 ? "–" : Figures.Percent(row.Outlook.PerMille / 10m))}{Fact(words.CapDay, CapDay())}
            </dl>{PlaceHead.Age(texts, board, default)}</section>
            """);
    }

    private string CapDay() => row.Outlook.PerMille < 0 ? "–"
        : row.CapDay is { } day ? Figures.Fill(row.Outlook.PerMille >= 1000 ? words.CapReached : words.CapExpected, day) : words.CapNotThisSeason;

    private string PerDay(long? quantity, string unit) => quantity is { } known ? $"{Figures.Amount(known)} {unit}{words.PerDay}" : "–";

    private static Markup Fact(string term, string value) => Markup.Of($"<div><dt>{term}</dt><dd>{value}</dd></div>");
}
