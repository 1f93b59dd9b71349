using System.Buffers;
using System.Buffers.Binary;

namespace MeterPipeline.Domain.Books;

/// <summary>
/// The stored form of a folded year: <c>version, print of the meter's lives, kind</c>, then the encoded days and, in the newest year, what
/// the fold needs to go on. The days of a year are those closed plus, in the newest year, what <see cref="MeterFold.Conclude"/> adds.
/// </summary>
public static class YearBook
{
    private const byte FormatVersion = 2;
    private const int Head = 1 + 8 + 1;

    /// <summary>A complete year: nothing of it is still open.</summary>
    internal static void WriteClosed(IBufferWriter<byte> into, ulong print, ReadOnlySpan<byte> days)
    {
        WriteHead(into, print, open: false);
        into.Write(days);
    }

    /// <summary>The newest year with the fold's state.</summary>
    internal static void WriteOpen(IBufferWriter<byte> into, ulong print, DayLog log, in MeterFold.State state)
    {
        Span<byte> parts = stackalloc byte[33 * Varint.MaxBytes];
        var head = 0;
        Varint.Write(parts, ref head, (uint)log.Length);
        var end = head;
        WriteState(parts, ref end, state);
        WriteHead(into, print, open: true);
        into.Write(parts[..head]);
        log.WriteDays(into);
        into.Write(parts[head..end]);
    }

    /// <summary>
    /// The print of the lives under which the year was folded: another one means that it must be folded again. Null: an earlier program folded it,
    /// which means the same.
    /// </summary>
    /// <exception cref="FormatException">Cut short or of an unknown version.</exception>
    public static ulong? PrintOf(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < Head || blob[0] is 0 or > FormatVersion) throw new FormatException("A folded year is damaged or of an unknown version.");
        return blob[0] == FormatVersion ? BinaryPrimitives.ReadUInt64LittleEndian(blob[1..]) : null;
    }

    public static bool IsOpen(ReadOnlySpan<byte> blob) => blob.Length >= Head && blob[9] == 1;

    public static ReadOnlySpan<byte> ClosedDays(ReadOnlySpan<byte> blob)
    {
        var (start, length) = DaysIn(blob);
        return blob.Slice(start, length);
    }

    /// <summary>Where <see cref="ClosedDays"/> lie in the blob.</summary>
    internal static (int Start, int Length) DaysIn(ReadOnlySpan<byte> blob)
    {
        if (!IsOpen(blob)) return (Head, blob.Length - Head);
        var at = Head;
        var length = (int)Varint.Read(blob, ref at);
        return (at, length);
    }

    /// <summary>The day that the fold of the newest year is in: meter days from it on are read to go on. Null: another year, or folded by an earlier program.</summary>
    public static int? OpenDay(ReadOnlySpan<byte> blob) => PrintOf(blob) is not null && IsOpen(blob) ? StateOf(blob).Today.Day.Number : null;

    internal static MeterFold.State StateOf(ReadOnlySpan<byte> blob)
    {
        var at = Head;
        var length = (int)Varint.Read(blob, ref at);
        return ReadState(blob[(at + length)..]);
    }

    private static void WriteHead(IBufferWriter<byte> into, ulong print, bool open)
    {
        Span<byte> head = stackalloc byte[Head];
        head[0] = FormatVersion;
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], print);
        head[9] = open ? (byte)1 : (byte)0;
        into.Write(head);
    }

    private static void WriteState(Span<byte> into, ref int at, in MeterFold.State state)
    {
        var flags = (state.Taken ? 1u : 0) | (state.Anchored ? 2u : 0) | (state.DayOpen ? 4u : 0);
        Varint.Write(into, ref at, flags);
        Varint.WriteSigned(into, ref at, state.Life);
        Varint.WriteSigned(into, ref at, state.FrontierMs);
        Varint.WriteSigned(into, ref at, state.AnchorMs);
        Varint.WriteSigned(into, ref at, state.Anchor);
        Varint.Write(into, ref at, (byte)state.Doubt);
        Varint.Write(into, ref at, (uint)state.Candidates.Length);
        foreach (var (timeMs, value, excess) in state.Candidates)
        {
            Varint.WriteSigned(into, ref at, timeMs);
            Varint.WriteSigned(into, ref at, value);
            Varint.WriteSigned(into, ref at, excess);
        }
        Varint.WriteSigned(into, ref at, state.Today.Day.Number);
        Varint.Write(into, ref at, (ushort)state.Today.Marks);
        Varint.Write(into, ref at, (uint)state.Today.Readings);
        foreach (var number in (ReadOnlySpan<long>)[state.Today.Register, state.Today.Consumption, state.Today.Before, state.Today.After, state.Today.Low, state.Today.High])
            Varint.WriteSigned(into, ref at, number);
    }

    private static MeterFold.State ReadState(ReadOnlySpan<byte> from)
    {
        var at = 0;
        var state = default(MeterFold.State);
        var flags = Varint.Read(from, ref at);
        (state.Taken, state.Anchored, state.DayOpen) = ((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
        state.Life = (int)Varint.ReadSigned(from, ref at);
        state.FrontierMs = Varint.ReadSigned(from, ref at);
        state.AnchorMs = Varint.ReadSigned(from, ref at);
        state.Anchor = Varint.ReadSigned(from, ref at);
        state.Doubt = (MeterFold.Doubt)Varint.Read(from, ref at);
        var candidates = (int)Varint.Read(from, ref at);
        if (candidates > MeterFold.Confirmations + 1) throw new FormatException("A folded year is damaged: too many doubtful points.");
        state.Candidates = candidates == 0 ? [] : new MeterFold.Point[candidates];
        for (var i = 0; i < candidates; i++)
            state.Candidates[i] = new MeterFold.Point(Varint.ReadSigned(from, ref at), Varint.ReadSigned(from, ref at), Varint.ReadSigned(from, ref at));
        state.Today.Day = new LocalDay((int)Varint.ReadSigned(from, ref at));
        state.Today.Marks = (DayMarks)Varint.Read(from, ref at);
        state.Today.Readings = (int)Varint.Read(from, ref at);
        state.Today.Register = Varint.ReadSigned(from, ref at);
        state.Today.Consumption = Varint.ReadSigned(from, ref at);
        state.Today.Before = Varint.ReadSigned(from, ref at);
        state.Today.After = Varint.ReadSigned(from, ref at);
        state.Today.Low = Varint.ReadSigned(from, ref at);
        state.Today.High = Varint.ReadSigned(from, ref at);
        return state;
    }
}
