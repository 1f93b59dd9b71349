namespace MeterPipeline.Domain.Books;

/// <summary>One stored value of a meter day.</summary>
/// <param name="TimeMs">Reading time, ms since the epoch.</param>
/// <param name="Value">Register as shown, 0.0001 kWh or m³.</param>
/// <param name="Revision">0 as first sent.</param>
public readonly record struct DayEntry(long TimeMs, int Revision, long Value) : IComparable<DayEntry>
{
    /// <summary>Stored order: time, revision, value.</summary>
    public int CompareTo(DayEntry other)
    {
        var order = TimeMs.CompareTo(other.TimeMs);
        if (order == 0) order = Revision.CompareTo(other.Revision);
        return order != 0 ? order : Value.CompareTo(other.Value);
    }
}

/// <summary>
/// A meter day: all readings of one meter and register in one local day, sorted, without duplicates, delta-encoded. This is the unit of
/// storage (日冻结 / 96-point curve), of late merging and of refolding. Per entry: a varint of the value's zig-zag delta shifted left two,
/// with bit 0 set where the interval repeats the one before and bit 1 where a revision follows; then the interval in ms, if it changed;
/// then the revision. A 15-minute reading takes about three bytes.
/// </summary>
public static class MeterDay
{
    /// <summary>Longest form of one entry.</summary>
    public const int LongestEntry = 3 * Varint.MaxBytes;

    /// <summary>Sorts nothing: <paramref name="entries"/> must be in stored order, without equals.</summary>
    public static byte[] Encode(LocalDay day, ReadOnlySpan<DayEntry> entries)
    {
        var cursor = new Cursor(day);
        var buffer = new byte[entries.Length * LongestEntry];
        foreach (var entry in entries) cursor.Append(buffer.AsSpan(cursor.Length), entry);
        return buffer.AsSpan(0, cursor.Length).ToArray();
    }

    /// <summary>Adds the entries of a blob to <paramref name="into"/>, in stored order.</summary>
    /// <exception cref="FormatException">The blob is damaged.</exception>
    public static void Decode(LocalDay day, ReadOnlySpan<byte> blob, List<DayEntry> into)
    {
        var cursor = new Cursor(day);
        while (cursor.Length < blob.Length) into.Add(cursor.Read(blob));
    }

    /// <summary>Of all entries at one time: the highest revision counts, within it the lowest value; the highest is its rival.</summary>
    /// <param name="entries">In stored order.</param>
    /// <param name="start">Index of the first entry at its time.</param>
    /// <returns>The value that counts, its rival (equal: there is none), and the index of the next time's first entry.</returns>
    public static (long Value, long Rival, int Next) Decide(List<DayEntry> entries, int start)
    {
        var end = start + 1;
        while (end < entries.Count && entries[end].TimeMs == entries[start].TimeMs) end++;
        var rival = entries[end - 1];
        var winner = end - 1;
        while (winner > start && entries[winner - 1].Revision == rival.Revision) winner--;
        return (entries[winner].Value, rival.Value, end);
    }

    /// <summary>Where an encoder or decoder of a meter day stands.</summary>
    public struct Cursor(LocalDay day)
    {
        private long time = day.StartMs;
        private long interval;
        private long value;

        /// <summary>Bytes written or read so far.</summary>
        public int Length { get; private set; }

        /// <summary>Encodes one entry after those before, <see cref="LongestEntry"/> bytes at most; returns how many.</summary>
        public int Append(Span<byte> into, in DayEntry entry)
        {
            var at = 0;
            var step = unchecked(entry.TimeMs - time);
            var repeats = step == interval;
            var revised = entry.Revision != 0;
            var delta = Varint.ZigZag(unchecked(entry.Value - value));
            Varint.Write(into, ref at, unchecked((delta << 2) | (repeats ? 1u : 0u) | (revised ? 2u : 0u)));
            if (!repeats) Varint.Write(into, ref at, unchecked((ulong)step));
            if (revised) Varint.Write(into, ref at, (uint)entry.Revision);
            (time, interval, value, Length) = (entry.TimeMs, step, entry.Value, Length + at);
            return at;
        }

        public DayEntry Read(ReadOnlySpan<byte> blob)
        {
            var at = Length;
            var head = Varint.Read(blob, ref at);
            if ((head & 1) == 0) interval = (long)Varint.Read(blob, ref at);
            var revision = (head & 2) == 0 ? 0 : (int)Varint.Read(blob, ref at);
            time = unchecked(time + interval);
            value = unchecked(value + Varint.UnZigZag(head >> 2));
            Length = at;
            return new DayEntry(time, revision, value);
        }
    }
}
