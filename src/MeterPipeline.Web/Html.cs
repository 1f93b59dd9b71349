using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace MeterPipeline.Web;

/// <summary>Text that is HTML already. Only <see cref="Html"/> and constants of this room make it.</summary>
internal readonly record struct Markup(string Text)
{
    public static Markup Empty { get; } = new("");

    /// <summary>What an interpolated string says, with every hole encoded unless it is markup.</summary>
    public static Markup Of(ref Html html) => new(html.ToString());

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Concat(parts.Select(part => part.Text)));

    public override string ToString() => Text;
}

/// <summary>
/// Builds markup from interpolated strings: literals are taken as they stand, holes are encoded. So whatever comes from the registry or a
/// quarantined message cannot become markup by being forgotten.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct Html
{
    // Chinese stays readable in the page's source; everything with a meaning in HTML is still encoded.
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder text;

    public Html(int literalLength, int formattedCount) => text = new StringBuilder(literalLength + formattedCount * 16);

    public static string Encode(string raw) => Encoder.Encode(raw);

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(Markup markup) => text.Append(markup.Text);

    public void AppendFormatted(IEnumerable<Markup> parts)
    {
        foreach (var part in parts) text.Append(part.Text);
    }

    public void AppendFormatted(string? raw)
    {
        if (raw is not null) text.Append(Encoder.Encode(raw));
    }

    public void AppendFormatted(int number) => text.Append(number);

    public void AppendFormatted(long number) => text.Append(number);

    public override string ToString() => text.ToString();
}
