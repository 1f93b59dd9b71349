namespace MeterPipeline.Domain.Books;

/// <summary>
/// Folded days of one meter and register, encoded as they close, a buffer per year (years turn on 1 July, between heating seasons). Per day:
/// days since the entry before, marks, readings, consumption, and where the marks say so the register (as difference to what the day
/// before leads to expect), the crossing step's parts and the bounds. A plain day takes about eight bytes.
/// </summary>
public sealed class DayLog
{
    private const int LongestDay = 10 * Varint.MaxBytes;

    // A million logs: what is empty most of the time takes no room, and a buffer grows by what is written.
    private List<(int Autumn, byte[] Days)>? finished;
    private byte[] buffer = [];
    private int length;
    private int lastDay;
    private long expectedRegister;

    /// <summary>Year of the buffer in use, by its autumn; <see cref="int.MinValue"/> before the first day.</summary>
    public int Autumn { get; private set; } = int.MinValue;

    /// <summary>The encoded days of <see cref="Autumn"/>.</summary>
    public ReadOnlySpan<byte> Days => buffer.AsSpan(0, length);

    /// <summary>Years that are complete and wait to be stored, each once.</summary>
    public IReadOnlyList<(int Autumn, byte[] Days)> Finished => finished ?? [];

    /// <summary>A log that continues stored days.</summary>
    public static DayLog Continue(int autumn, ReadOnlySpan<byte> days)
    {
        var log = new DayLog { Autumn = autumn, buffer = days.ToArray(), length = days.Length, lastDay = FirstDayOf(autumn) };
        var cursor = new Reader(autumn, days);
        while (cursor.Next(out var day)) log.Remember(day);
        return log;
    }

    /// <summary>Says what a complete year holds, in place of what was said before.</summary>
    public void Finish(int autumn, byte[] days)
    {
        finished?.RemoveAll(year => year.Autumn == autumn);
        (finished ??= []).Add((autumn, days));
    }

    /// <summary>The finished years are stored.</summary>
    public void ForgetFinished() => finished = null;

    /// <summary>A copy that can be written to without touching this one; it has room for one more day.</summary>
    public DayLog Branch()
    {
        var copy = new byte[length + LongestDay];
        Days.CopyTo(copy);
        return new DayLog { Autumn = Autumn, buffer = copy, length = length, lastDay = lastDay, expectedRegister = expectedRegister };
    }

    /// <summary>Appends a closed day; days come in ascending order.</summary>
    public void Append(in DayTotal day)
    {
        var autumn = HeatingSeason.AutumnOf(day.Day);
        if (autumn != Autumn) Turn(autumn);
        if (day.Day.Number < lastDay) throw new InvalidOperationException($"Day {day.Day} closes after a later one.");
        Span<byte> entry = stackalloc byte[LongestDay];
        var bytes = Encode(entry, day);
        if (buffer.Length - length < bytes) Array.Resize(ref buffer, Math.Max(length + bytes, buffer.Length + buffer.Length / 2));
        entry[..bytes].CopyTo(buffer.AsSpan(length));
        length += bytes;
        Remember(day);
    }

    private int Encode(Span<byte> into, in DayTotal day)
    {
        var at = 0;
        Varint.Write(into, ref at, (uint)(day.Day.Number - lastDay));
        Varint.Write(into, ref at, (ushort)day.Marks);
        Varint.Write(into, ref at, (uint)day.Readings);
        Varint.WriteSigned(into, ref at, day.Consumption);
        if (day.StartKnown) Varint.WriteSigned(into, ref at, day.Register - expectedRegister);
        if ((day.Marks & DayMarks.StartInterpolated) != 0)
        {
            Varint.WriteSigned(into, ref at, day.Before);
            Varint.WriteSigned(into, ref at, day.After);
        }
        if ((day.Marks & DayMarks.Bounded) != 0)
        {
            Varint.WriteSigned(into, ref at, day.Low);
            Varint.WriteSigned(into, ref at, day.High);
        }
        return at;
    }

    private void Remember(in DayTotal day)
    {
        lastDay = day.Day.Number;
        expectedRegister = day.StartKnown ? day.Register + day.Consumption : expectedRegister + day.Consumption;
    }

    private void Turn(int autumn)
    {
        if (Autumn != int.MinValue) Finish(Autumn, Days.ToArray());
        (Autumn, length, lastDay, expectedRegister) = (autumn, 0, FirstDayOf(autumn), 0);
    }

    private static int FirstDayOf(int autumn) => LocalDay.On(autumn, 7, 1).Number;

    /// <summary>Reads the encoded days of one year in order.</summary>
    public ref struct Reader(int autumn, ReadOnlySpan<byte> days)
    {
        private readonly ReadOnlySpan<byte> days = days;
        private int at;
        private int lastDay = FirstDayOf(autumn);
        private long expectedRegister;

        /// <exception cref="FormatException">The bytes are damaged.</exception>
        public bool Next(out DayTotal day)
        {
            day = default;
            if (at >= days.Length) return false;
            lastDay += (int)Varint.Read(days, ref at);
            day.Day = new LocalDay(lastDay);
            day.Marks = (DayMarks)Varint.Read(days, ref at);
            day.Readings = (int)Varint.Read(days, ref at);
            day.Consumption = Varint.ReadSigned(days, ref at);
            if (day.StartKnown) expectedRegister = day.Register = expectedRegister + Varint.ReadSigned(days, ref at);
            if ((day.Marks & DayMarks.StartInterpolated) != 0)
            {
                day.Before = Varint.ReadSigned(days, ref at);
                day.After = Varint.ReadSigned(days, ref at);
            }
            if ((day.Marks & DayMarks.Bounded) != 0)
            {
                day.Low = Varint.ReadSigned(days, ref at);
                day.High = Varint.ReadSigned(days, ref at);
            }
            expectedRegister += day.Consumption;
            return true;
        }
    }
}
