using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MeterFleet;

/// <summary>Renders readings as JSON. Thread-safe.</summary>
internal sealed class Payload
{
    private const int SingleBytesMax = 120;
    private const int BatchItemBytesMax = 112;
    private const int RegistersSent = 5;

    private readonly SeasonClock clock;
    private readonly byte[][] dates;

    internal Payload(SeasonClock clock)
    {
        this.clock = clock;
        // A clock that is behind stamps the first midnight with the day before.
        dates =
        [
            .. Enumerable.Range(-1, clock.Days + 3)
                .Select(day => clock.FirstDay.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
                .Select(Encoding.ASCII.GetBytes),
        ];
    }

    internal byte[] Single(long timeMs, long units, int decimals, int revision, bool wrongUnit)
    {
        Span<byte> buffer = stackalloc byte[SingleBytesMax];
        int length = PutReading(buffer, 0, timeMs, units, decimals);
        length = Put(buffer, length, "\""u8);
        if (revision > 0)
        {
            length = Put(buffer, length, ",\"rev\":"u8);
            Utf8Formatter.TryFormat(revision, buffer[length..], out int written);
            length += written;
        }

        if (wrongUnit)
            length = Put(buffer, length, ",\"unit\":\"MJ\""u8);
        length = Put(buffer, length, "}"u8);
        return buffer[..length].ToArray();
    }

    /// <summary>The total and the registers T1 to T4 of one moment.</summary>
    internal byte[] Registers(long timeMs, ReadOnlySpan<long> units, int decimals)
    {
        Span<byte> buffer = stackalloc byte[RegistersSent * SingleBytesMax];
        int length = 0;
        for (int register = 0; register < units.Length; register++)
        {
            length = Put(buffer, length, register == 0 ? "["u8 : ","u8);
            length = PutReading(buffer, length, timeMs, units[register], decimals);
            length = Put(buffer, length, "\""u8);
            if (register > 0)
            {
                length = Put(buffer, length, ",\"register\":\"T"u8);
                buffer[length++] = (byte)('0' + register);
                buffer[length++] = (byte)'"';
            }

            length = Put(buffer, length, "}"u8);
        }

        length = Put(buffer, length, "]"u8);
        return buffer[..length].ToArray();
    }

    internal byte[] Batch(List<BatchItem> items)
    {
        byte[] buffer = new byte[16 + (items.Count * BatchItemBytesMax)];
        int length = Put(buffer, 0, "{\"readings\":["u8);
        for (int i = 0; i < items.Count; i++)
        {
            BatchItem item = items[i];
            length = Put(buffer, length, i == 0 ? "{\"meter\":\""u8 : ",{\"meter\":\""u8);
            length += Encoding.ASCII.GetBytes(item.Meter.Id, buffer.AsSpan(length));
            length = Put(buffer, length, "\",\"ts\":\""u8);
            length = PutTime(buffer, length, item.TimeMs);
            length = Put(buffer, length, "\",\"value\":\""u8);
            length = PutRegister(buffer, length, item.Shown, item.Meter.Decimals);
            length = Put(buffer, length, "\"}"u8);
        }

        length = Put(buffer, length, "]}"u8);
        return buffer[..length];
    }

    private int PutReading(Span<byte> buffer, int at, long timeMs, long units, int decimals)
    {
        at = Put(buffer, at, "{\"ts\":\""u8);
        at = PutTime(buffer, at, timeMs);
        at = Put(buffer, at, "\",\"value\":\""u8);
        return PutRegister(buffer, at, units, decimals);
    }

    private static int Put(Span<byte> buffer, int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(buffer[at..]);
        return at + text.Length;
    }

    private int PutTime(Span<byte> buffer, int at, long timeMs)
    {
        long sinceDayBefore = timeMs - clock.StartMs + SeasonClock.DayMs;
        int day = (int)(sinceDayBefore / SeasonClock.DayMs);
        int second = (int)(sinceDayBefore % SeasonClock.DayMs / 1000);
        at = Put(buffer, at, dates[day]);
        buffer[at] = (byte)'T';
        PutTwo(buffer, at + 1, second / 3600);
        buffer[at + 3] = (byte)':';
        PutTwo(buffer, at + 4, second / 60 % 60);
        buffer[at + 6] = (byte)':';
        PutTwo(buffer, at + 7, second % 60);
        return Put(buffer, at + 9, "+08:00"u8);
    }

    private static int PutRegister(Span<byte> buffer, int at, long units, int decimals)
    {
        Utf8Formatter.TryFormat(units / Units.One, buffer[at..], out int written);
        at += written;
        if (decimals == 0)
            return at;
        buffer[at++] = (byte)'.';
        int fraction = (int)(units % Units.One / Units.PerStep(decimals));
        if (decimals == 3)
            buffer[at++] = (byte)('0' + (fraction / 100));
        PutTwo(buffer, at, fraction % 100);
        return at + 2;
    }

    private static void PutTwo(Span<byte> buffer, int at, int value)
    {
        buffer[at] = (byte)('0' + (value / 10));
        buffer[at + 1] = (byte)('0' + (value % 10));
    }
}

/// <summary>One reading in a concentrator's batch.</summary>
internal readonly record struct BatchItem(Meter Meter, long TimeMs, long Shown);
