using System.Buffers.Text;
using MeterPipeline.Domain;

namespace MeterPipeline.Ingest.Intake;

/// <summary>RFC 3339 times with a zone in UTF-8 → ms since the epoch, without allocation. Digits beyond the millisecond are cut.</summary>
public static class Timestamp
{
    private const int DateAndTime = 19;

    public static bool TryParse(ReadOnlySpan<byte> text, out long instantMs)
    {
        instantMs = 0;
        if (text.Length < DateAndTime + 1 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) is not ('t' or ' ') || text[13] != ':' || text[16] != ':')
            return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        var rest = text[DateAndTime..];
        if (!TryFraction(ref rest, out var ms) || !TryZone(rest, out var zoneMs)) return false;
        var local = (long)LocalDay.On(year, month, day).Number * LocalDay.LengthMs + ((hour * 60 + minute) * 60 + second) * 1000L + ms;
        instantMs = local - zoneMs;
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, out int ms)
    {
        ms = 0;
        if (rest[0] != '.') return true;
        var length = 1;
        while (length < rest.Length && char.IsAsciiDigit((char)rest[length])) length++;
        if (length == 1) return false;
        for (var i = 1; i <= 3; i++) ms = ms * 10 + (i < length ? rest[i] - '0' : 0);
        rest = rest[length..];
        return !rest.IsEmpty;
    }

    private static bool TryZone(ReadOnlySpan<byte> zone, out long zoneMs)
    {
        zoneMs = 0;
        if (zone.Length == 1) return (zone[0] | 0x20) == 'z';
        if (zone.Length != 6 || zone[3] != ':' || zone[0] is not ((byte)'+' or (byte)'-')) return false;
        if (!Digits(zone[1..3], out var hours) || !Digits(zone[4..6], out var minutes) || hours > 23 || minutes > 59) return false;
        zoneMs = (hours * 60 + minutes) * 60_000L * (zone[0] == '+' ? 1 : -1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit((char)c)) return false;
            value = value * 10 + (c - '0');
        }
        return true;
    }

    /// <summary>Epoch milliseconds as a JSON number.</summary>
    public static bool TryParseEpoch(ReadOnlySpan<byte> text, out long instantMs) =>
        Utf8Parser.TryParse(text, out instantMs, out var used) && used == text.Length;
}
