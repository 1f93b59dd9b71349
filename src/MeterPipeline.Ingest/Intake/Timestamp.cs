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
        var (century, ofCentury, month, day) = (Pair(text, 0), Pair(text, 2), Pair(text, 5), Pair(text, 8));
        var (hour, minute, second) = (Pair(text, 11), Pair(text, 14), Pair(text, 17));
        if (century < 0 || ofCentury < 0 || century + ofCentury == 0 || month is < 1 or > 12 || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
            return false;
        var year = century * 100 + ofCentury;
        if (day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
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
        var (hours, minutes) = (Pair(zone, 1), Pair(zone, 4));
        if (hours is < 0 or > 23 || minutes is < 0 or > 59) return false;
        zoneMs = (hours * 60 + minutes) * 60_000L * (zone[0] == '+' ? 1 : -1);
        return true;
    }

    /// <summary>Two digits; -1: they are not.</summary>
    private static int Pair(ReadOnlySpan<byte> text, int at)
    {
        var (tens, ones) = (text[at] - '0', text[at + 1] - '0');
        return tens is < 0 or > 9 || ones is < 0 or > 9 ? -1 : tens * 10 + ones;
    }

    /// <summary>Epoch milliseconds as a JSON number.</summary>
    public static bool TryParseEpoch(ReadOnlySpan<byte> text, out long instantMs) =>
        Utf8Parser.TryParse(text, out instantMs, out var used) && used == text.Length;
}
