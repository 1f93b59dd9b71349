using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Replays;

namespace MeterPipeline.Web.Pages;

/// <summary>One quarantined message: what is wrong, what to do, and its bytes.</summary>
/// <param name="replayable">Whether this viewer may replay, here.</param>
internal sealed class QuarantineMessagePage(PageFrame frame, QuarantineFound found, RegistrySnapshot registry, bool replayable)
{
    private const int BytesPerLine = 16;
    private readonly Texts texts = frame.Texts;
    private readonly BoardTexts words = frame.Texts.Boards;

    public Markup Body()
    {
        var (row, message) = (found.Row, found.Row.Message);
        var remedy = row.ReplayedAtMs is { } at ? Figures.Fill(words.ReplayedHint, Figures.Time(at), message.Payload.Length) : words.ReplayHint;
        var cut = row.PayloadBytes > BoardAnswers.MostBytes || !found.Whole
            ? Markup.Of($"<p class=\"hint\">{Figures.Fill(words.Cut, Figures.Count(Math.Min(message.Payload.Length, BoardAnswers.MostBytes)), Figures.Count(row.PayloadBytes))}</p>") : Markup.Empty;
        return Markup.Of($"""
            <div class="head"><div><nav class="crumbs" aria-label="{texts.Quarantine}"><a href="/quarantine">{texts.Quarantine}</a></nav><h1>{words.Message} {row.Id}</h1></div></div>
            <section class="card"><dl class="registry">
            {Fact(texts.ReceivedAt, Figures.Time(message.ReceivedAtMs))}{Fact(texts.Company, PlaceHead.Company(registry, message.Company))}{Fact(texts.Meter, message.Meter.Length == 0 ? "–" : message.Meter)}{Fact(words.Source, message.Source == "endpoint" ? words.OwnEndpoint : message.Source)}{Fact(words.Bytes, Figures.Count(row.PayloadBytes))}
            <div><dt>{words.State}</dt><dd>{(row.ReplayedAtMs is null ? Markup.Of($"<span class=\"flag\">{words.Open}</span>") : Markup.Of($"<span class=\"ok\">{texts.Replayed}</span>"))}</dd></div>
            <div class="wide-fact"><dt>{texts.Topic}</dt><dd class="mono">{message.Topic}</dd></div></dl></section>
            <section class="card"><h2>{words.Remedy}<small>{Texts.Word(texts.QuarantineReasons, message.Reason)}</small></h2><p>{FaultWords.Of(texts, message.Detail)}</p>{(replayable && row.ReplayedAtMs is null ? Offer() : Markup.Of($"<p class=\"hint\">{remedy}</p>"))}</section>
            <section class="card"><h2>{words.AsText}</h2><pre class="bytes" tabindex="0">{QuarantinePage.Excerpt(message.Payload, BoardAnswers.MostBytes)}</pre>{cut}
            <details data-keep="hex"><summary>{words.AsHex}</summary><pre class="bytes" tabindex="0">{Hex(message.Payload)}</pre></details></section>
            """);
    }

    private Markup Offer() => Markup.Of($"""
        <form method="post" action="/quarantine/replays">{frame.Token}<input type="hidden" name="message" value="{found.Row.Id}"><button name="act" value="chosen">{ReplayTexts.For(texts).PreviewOne}</button></form>
        """);

    private static Markup Fact(string term, string value) => Markup.Of($"<div><dt>{term}</dt><dd>{value}</dd></div>");

    /// <summary>Offset, sixteen bytes, and what of them can be printed.</summary>
    internal static string Hex(ReadOnlySpan<byte> payload)
    {
        var text = new StringBuilder();
        payload = payload[..Math.Min(payload.Length, BoardAnswers.MostBytes)];
        for (var at = 0; at < payload.Length; at += BytesPerLine)
        {
            var line = payload[at..Math.Min(at + BytesPerLine, payload.Length)];
            text.Append(at.ToString("x6", System.Globalization.CultureInfo.InvariantCulture)).Append("  ");
            for (var i = 0; i < BytesPerLine; i++) text.Append(i < line.Length ? Convert.ToHexStringLower(line.Slice(i, 1)) : "  ").Append(' ');
            text.Append(' ');
            foreach (var b in line) text.Append(b is >= 0x20 and < 0x7f ? (char)b : '.');
            text.Append('\n');
        }
        return text.ToString();
    }
}
