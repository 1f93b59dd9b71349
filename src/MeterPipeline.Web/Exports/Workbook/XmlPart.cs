using System.Globalization;
using System.Text;

namespace MeterPipeline.Web.Exports.Workbook;

/// <summary>Buffered XML text in UTF-8 into a part. Not thread-safe.</summary>
internal sealed class XmlPart(PartFile part)
{
    /// <summary>Most characters that a cell may hold in any spreadsheet program.</summary>
    public const int TextMax = 32_767;

    private const int Room = 256;

    private readonly byte[] buffer = new byte[1 << 16];
    private int used;

    public void Raw(ReadOnlySpan<byte> ascii)
    {
        Reserve(ascii.Length);
        ascii.CopyTo(buffer.AsSpan(used));
        used += ascii.Length;
    }

    public void Number(long number)
    {
        Reserve(Room);
        number.TryFormat(buffer.AsSpan(used), out var written, default, CultureInfo.InvariantCulture);
        used += written;
    }

    /// <summary>With all its decimals. What fits into 64 bits, as amounts do, is written as a whole number and then given its point: a workbook has millions.</summary>
    public void Number(decimal number)
    {
        Reserve(Room);
        var into = buffer.AsSpan(used);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var digits = unchecked((ulong)(uint)bits[1] << 32 | (uint)bits[0]);
        if (bits[2] != 0 || Math.Abs(number) < 1)
        {
            number.TryFormat(into, out var length, default, CultureInfo.InvariantCulture);
            used += length;
            return;
        }
        var at = 0;
        if (decimal.IsNegative(number)) into[at++] = (byte)'-';
        digits.TryFormat(into[at..], out var written, default, CultureInfo.InvariantCulture);
        var point = at + written - number.Scale;
        at += written;
        if (number.Scale > 0)
        {
            into[point..at].CopyTo(into[(point + 1)..]);
            into[point] = (byte)'.';
            at++;
        }
        used += at;
    }

    /// <summary>Text with what XML reserves escaped, and what it cannot hold replaced.</summary>
    public void Text(string text)
    {
        var rest = text.AsSpan(0, Math.Min(text.Length, TextMax));
        while (rest.Length > 0)
        {
            var plain = rest.IndexOfAny(Special);
            if (plain < 0) plain = rest.Length;
            Plain(rest[..plain]);
            if (plain == rest.Length) return;
            Escape(rest[plain]);
            rest = rest[(plain + 1)..];
        }
    }

    public void Flush()
    {
        part.Write(buffer.AsSpan(0, used));
        used = 0;
    }

    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(c => (char)c), '&', '<', '>', '"', '\uFFFE', '\uFFFF']);

    private void Plain(ReadOnlySpan<char> text)
    {
        // At most three bytes a character; a long text goes in pieces that never part a surrogate pair.
        while (text.Length > 0)
        {
            var take = Math.Min(text.Length, 4_096);
            if (take < text.Length && char.IsHighSurrogate(text[take - 1])) take--;
            Reserve(take * 3);
            used += Encoding.UTF8.GetBytes(text[..take], buffer.AsSpan(used));
            text = text[take..];
        }
    }

    private void Escape(char special) => Raw(special switch
    {
        '&' => "&amp;"u8,
        '<' => "&lt;"u8,
        '>' => "&gt;"u8,
        '"' => "&quot;"u8,
        '\t' or '\n' or '\r' => " "u8,
        _ => "\uFFFD"u8,
    });

    private void Reserve(int bytes)
    {
        if (buffer.Length - used < bytes) Flush();
    }
}
