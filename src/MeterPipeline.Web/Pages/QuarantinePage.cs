using System.Text;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Pages;

/// <summary>The newest quarantined messages, read only.</summary>
internal sealed class QuarantinePage(PageFrame frame, IReadOnlyList<QuarantineRow> rows)
{
    public const int Newest = 100;

    /// <summary>Bytes of a payload that are shown: enough to see what is wrong.</summary>
    public const int ExcerptBytes = 200;

    private readonly Texts texts = frame.Texts;

    public Markup Body()
    {
        var lines = rows.Select(row => Markup.Of($"""
            <tr><th scope="row">{Figures.Time(row.Message.ReceivedAtMs)}</th><td class="text">{row.Message.Company}</td><td class="text"><span class="flag" title="{row.Message.Reason}">{Texts.Word(texts.QuarantineReasons, row.Message.Reason)}</span>{(row.ReplayedAtMs is null ? Markup.Empty : Markup.Of($" <span class=\"ok\">{texts.Replayed}</span>"))}</td><td class="text prose">{row.Message.Detail}</td><td class="text mono">{row.Message.Topic}</td><td class="text mono">{Excerpt(row.Message.Payload)}</td></tr>

            """));
        var table = rows.Count == 0 ? Markup.Of($"<p class=\"empty\">{texts.QuarantineEmpty}</p>") : Markup.Of($"""
            <div class="scroll"><table>
            <thead><tr><th scope="col">{texts.ReceivedAt}</th><th scope="col" class="text">{texts.Company}</th><th scope="col" class="text">{texts.Reason}</th><th scope="col" class="text">{texts.Detail}</th><th scope="col" class="text">{texts.Topic}</th><th scope="col" class="text">{texts.Payload}</th></tr></thead>
            <tbody>{lines}</tbody></table></div>
            """);
        return Markup.Of($"""
            <div class="head"><h1>{texts.Quarantine}</h1></div>
            <section class="card" data-region="quarantine"><p class="hint">{texts.QuarantineHint}</p>{table}</section>
            """);
    }

    /// <summary>The first bytes as UTF-8, with a mark for what cannot be shown and for what was cut.</summary>
    public static string Excerpt(byte[] payload)
    {
        var text = new StringBuilder(Encoding.UTF8.GetString(payload, 0, Math.Min(payload.Length, ExcerptBytes)));
        for (var i = 0; i < text.Length; i++)
            if (char.IsControl(text[i])) text[i] = '\uFFFD';
        return payload.Length > ExcerptBytes ? text.Append('…').ToString() : text.ToString();
    }
}
