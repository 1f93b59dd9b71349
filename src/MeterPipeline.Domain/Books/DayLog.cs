using System.Buffers;

namespace MeterPipeline.Domain.Books;

/// <summary>
/// Folded days of one meter and register, encoded as they close, a buffer per year (years turn on 1 July, between heating seasons). Per day:
/// days since the entry before, marks, readings, consumption, and where the marks say so the register (as difference to what the day
/// before leads to expect), the crossing step's parts and the bounds. A plain day takes about eight bytes.
/// </summary>
public sealed class DayLog
{
    private const int LongestDay = 10 * Varint.MaxBytes;

    /// <summary>Of <see cref="lastDay"/>, where a log continues stored days: nobody has gone through them yet, so what the next day is told by is not known.</summary>
    private const int Unread = int.MinValue;

    /// <summary>One for all: <c>?? []</c> beside a list makes a new one for each book that is asked.</summary>
    private static readonly IReadOnlyList<(int Autumn, byte[] Days)> None = [];

    // A million logs: what is empty most of the time takes no room, and a buffer grows by what is written.
    private List<(int Autumn, byte[] Days)>? finished;
    private byte[] stored = []; // a year in whose bytes the first days lie: read and never written to
    private int storedStart;
    private int storedLength;
    private byte[] buffer = [];
    private int length;
    private int lastDay;
    private long expectedRegister;

    /// <summary>Year of the buffer in use, by its autumn; <see cref="int.MinValue"/> before the first day.</summary>
    public int Autumn { get; private set; } = int.MinValue;

    /// <summary>Bytes of the encoded days of <see cref="Autumn"/>.</summary>
    public int Length => storedLength + length;

    private ReadOnlySpan<byte> StoredDays => stored.AsSpan(storedStart, storedLength);

    /// <summary>What <see cref="Append"/> has added to this log.</summary>
    private ReadOnlySpan<byte> AddedDays => buffer.AsSpan(0, length);

    /// <summary>Years that are complete and wait to be stored, each once.</summary>
    public IReadOnlyList<(int Autumn, byte[] Days)> Finished => finished ?? None;

    /// <summary>
    /// A log that continues the days of a stored year, which stay where they are: copied, when a city's meters close their first days after a start, they left
    /// holes of as many bytes all over the heap.
    /// </summary>
    /// <param name="blob">A <see cref="YearBook"/>.</param>
    public static DayLog Continue(int autumn, byte[] blob)
    {
        var (start, length) = YearBook.DaysIn(blob);
        return new() { Autumn = autumn, stored = blob, storedStart = start, storedLength = length, lastDay = Unread };
    }

    /// <summary>Adds the days of <see cref="Autumn"/> that lie in [first, last] to a list.</summary>
    /// <exception cref="FormatException">Stored days are damaged.</exception>
    public void Read(LocalDay first, LocalDay last, List<DayTotal> into)
    {
        var reader = new Reader(Autumn, StoredDays);
        reader.Read(first, last, into);
        reader = new Reader(reader.LastDay, reader.ExpectedRegister, AddedDays);
        reader.Read(first, last, into);
        if (lastDay == Unread) Remember(reader);
    }

    /// <summary>Writes the encoded days of <see cref="Autumn"/>.</summary>
    public void WriteDays(IBufferWriter<byte> into)
    {
        into.Write(StoredDays);
        into.Write(AddedDays);
    }

    /// <summary>Reads days of a year that a <see cref="Branch"/> of this log has finished.</summary>
    public Reader Added(int autumn, ReadOnlySpan<byte> days) => autumn == Autumn ? new Reader(lastDay, expectedRegister, days) : new Reader(autumn, days);

    /// <summary>Reads the days of the newest year that a <see cref="Branch"/> of this log has added.</summary>
    public Reader Added(DayLog branch) => Added(branch.Autumn, branch.AddedDays);

    /// <summary>Says what a complete year holds, in place of what was said before.</summary>
    public void Finish(int autumn, byte[] days)
    {
        finished?.RemoveAll(year => year.Autumn == autumn);
        (finished ??= []).Add((autumn, days));
    }

    /// <summary>The finished years are stored.</summary>
    public void ForgetFinished() => finished = null;

    /// <summary>A log that holds only what is added after this one, and leaves this one as it is.</summary>
    public DayLog Branch()
    {
        ReadAll();
        return new DayLog { Autumn = Autumn, lastDay = lastDay, expectedRegister = expectedRegister };
    }

    /// <summary>Appends a closed day; days come in ascending order.</summary>
    public void Append(in DayTotal day)
    {
        ReadAll();
        var autumn = HeatingSeason.AutumnOf(day.Day);
        if (autumn != Autumn) Turn(autumn);
        if (day.Day.Number < lastDay) throw new InvalidOperationException($"Day {day.Day} closes after a later one.");
        Span<byte> entry = stackalloc byte[LongestDay];
        var bytes = Encode(entry, day);
        if (buffer.Length - length < bytes) Grow(bytes);
        entry[..bytes].CopyTo(buffer.AsSpan(length));
        length += bytes;
        Remember(day);
    }

    private void Grow(int bytes)
    {
        var grown = new byte[Math.Max(length + bytes, Math.Max(length + length / 2, storedLength / 4))];
        AddedDays.CopyTo(grown);
        buffer = grown;
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

    private void ReadAll()
    {
        if (lastDay != Unread) return;
        var reader = new Reader(Autumn, StoredDays); // nothing is added before they are read
        while (reader.Next(out _))
        {
        }
        Remember(reader);
    }

    private void Remember(in Reader end) => (lastDay, expectedRegister) = (end.LastDay, end.ExpectedRegister);

    private void Turn(int autumn)
    {
        if (Autumn != int.MinValue) Finish(Autumn, [.. StoredDays, .. AddedDays]);
        (stored, storedStart, storedLength) = ([], 0, 0);
        (Autumn, length, lastDay, expectedRegister) = (autumn, 0, FirstDayOf(autumn), 0);
    }

    private static int FirstDayOf(int autumn) => LocalDay.On(autumn, 7, 1).Number;

    /// <summary>Reads the encoded days of one year in order.</summary>
    public ref struct Reader
    {
        private readonly ReadOnlySpan<byte> days;
        private int at;

        public Reader(int autumn, ReadOnlySpan<byte> days)
            : this(FirstDayOf(autumn), 0, days)
        {
        }

        internal Reader(int lastDay, long expectedRegister, ReadOnlySpan<byte> days)
        {
            (LastDay, ExpectedRegister) = (lastDay, expectedRegister);
            this.days = days;
        }

        /// <summary>The day read last, or the one that the first is told from.</summary>
        internal int LastDay { get; private set; }

        /// <summary>What the next day's register would be if nothing was amiss.</summary>
        internal long ExpectedRegister { get; private set; }

        /// <summary>Reads what is left, and adds the days in [first, last] to a list.</summary>
        /// <exception cref="FormatException">The bytes are damaged.</exception>
        public void Read(LocalDay first, LocalDay last, List<DayTotal> into)
        {
            while (Next(out var day))
                if (day.Day >= first && day.Day <= last) into.Add(day);
        }

        /// <exception cref="FormatException">The bytes are damaged.</exception>
        public bool Next(out DayTotal day)
        {
            day = default;
            if (at >= days.Length) return false;
            LastDay += (int)Varint.Read(days, ref at);
            day.Day = new LocalDay(LastDay);
            day.Marks = (DayMarks)Varint.Read(days, ref at);
            day.Readings = (int)Varint.Read(days, ref at);
            day.Consumption = Varint.ReadSigned(days, ref at);
            if (day.StartKnown) ExpectedRegister = day.Register = ExpectedRegister + Varint.ReadSigned(days, ref at);
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
            ExpectedRegister += day.Consumption;
            return true;
        }
    }
}
