using System.Buffers.Binary;
using System.Text;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>What one company sent within a journal row, for reconciliation.</summary>
/// <param name="Received">Readings plus quarantined messages or items.</param>
/// <param name="Quarantined">Of these, the quarantined. Negative where a replay took messages out of quarantine.</param>
public readonly record struct CompanyCount(string Company, int Received, int Quarantined);

/// <summary>
/// The form of a journal row: <c>version, time of recording, counts per company, readings, CRC-32C</c>, all but the fixed first nine
/// and last four bytes as varints. Readings keep the order in which they came; times are deltas to the reading before.
/// </summary>
public static class JournalBlob
{
    private const byte FormatVersion = 2;

    /// <summary>Rows from before there was a replay: their counts have no sign.</summary>
    private const byte UnsignedCounts = 1;
    private const int FixedHead = 9;
    private const int ChecksumBytes = 4;
    private const int LongestReading = 5 + 1 + Varint.MaxBytes + Varint.MaxBytes + 5;

    /// <summary>Decodes a row; <paramref name="readings"/> is cleared and filled.</summary>
    /// <returns>The time of recording, ms since the epoch.</returns>
    /// <exception cref="FormatException">The bytes are damaged or of an unknown version.</exception>
    public static long Read(ReadOnlySpan<byte> blob, List<Reading> readings, List<CompanyCount> counts)
    {
        var body = Checked(blob);
        var at = FixedHead;
        ReadCounts(body, ref at, counts);
        readings.Clear();
        var time = 0L;
        for (var left = Varint.Read(body, ref at); left > 0; left--)
        {
            var meter = (int)Varint.Read(body, ref at);
            var kind = body[at++];
            time = unchecked(time + Varint.ReadSigned(body, ref at));
            var value = (long)Varint.Read(body, ref at);
            var revision = (kind & 8) == 0 ? 0 : (int)Varint.Read(body, ref at);
            readings.Add(new Reading(meter, (Register)(kind & 7), time, value, revision));
        }
        return BinaryPrimitives.ReadInt64LittleEndian(body[1..]);
    }

    /// <summary>Decodes what a row counts, and not its readings: a tail of millions is told in milliseconds.</summary>
    /// <inheritdoc cref="Read"/>
    public static long ReadCounts(ReadOnlySpan<byte> blob, List<CompanyCount> counts)
    {
        var body = Checked(blob);
        var at = FixedHead;
        ReadCounts(body, ref at, counts);
        return BinaryPrimitives.ReadInt64LittleEndian(body[1..]);
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < FixedHead + ChecksumBytes) throw new FormatException($"A journal row of {blob.Length} bytes is cut short.");
        var body = blob[..^ChecksumBytes];
        if (Checksum.Of(body) != BinaryPrimitives.ReadUInt32LittleEndian(blob[^ChecksumBytes..])) throw new FormatException("A journal row fails its checksum.");
        if (body[0] is not (FormatVersion or UnsignedCounts)) throw new FormatException($"A journal row has version {body[0]}; this program reads {FormatVersion}.");
        return body;
    }

    private static void ReadCounts(ReadOnlySpan<byte> body, ref int at, List<CompanyCount> counts)
    {
        counts.Clear();
        for (var left = Varint.Read(body, ref at); left > 0; left--)
        {
            var length = (int)Varint.Read(body, ref at);
            var company = Encoding.UTF8.GetString(body.Slice(at, length));
            at += length;
            counts.Add(new CompanyCount(company, ReadCount(body, ref at), ReadCount(body, ref at)));
        }
    }

    private static int ReadCount(ReadOnlySpan<byte> body, ref int at) =>
        (int)(body[0] == UnsignedCounts ? (long)Varint.Read(body, ref at) : Varint.ReadSigned(body, ref at));

    /// <summary>Builds rows in one reused buffer. Owned by one thread.</summary>
    public sealed class Writer
    {
        private byte[] buffer = new byte[64 * 1024];
        private int length;
        private long lastTime;

        /// <summary>Starts a row; <paramref name="readings"/> of them must follow.</summary>
        /// <param name="recordedAtMs">When it was received: it counts on that local day.</param>
        public void Begin(long recordedAtMs, IReadOnlyList<CompanyCount> counts, int readings)
        {
            length = 0;
            lastTime = 0;
            Reserve(FixedHead);
            buffer[0] = FormatVersion;
            BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(1), recordedAtMs);
            length = FixedHead;
            WriteCount(counts.Count);
            for (var i = 0; i < counts.Count; i++)
            {
                var name = Encoding.UTF8.GetByteCount(counts[i].Company);
                WriteCount(name);
                Reserve(name);
                length += Encoding.UTF8.GetBytes(counts[i].Company, buffer.AsSpan(length));
                Reserve(2 * Varint.MaxBytes);
                Varint.WriteSigned(buffer, ref length, counts[i].Received);
                Varint.WriteSigned(buffer, ref length, counts[i].Quarantined);
            }
            WriteCount(readings);
        }

        /// <summary>Appends readings in the order given.</summary>
        public void Add(ReadOnlySpan<Reading> readings)
        {
            Reserve(readings.Length * LongestReading);
            var into = buffer.AsSpan();
            foreach (ref readonly var reading in readings)
            {
                Varint.Write(into, ref length, (uint)reading.MeterNo);
                into[length++] = (byte)((byte)reading.Register | (reading.Revision == 0 ? 0 : 8));
                Varint.WriteSigned(into, ref length, unchecked(reading.TimeMs - lastTime));
                lastTime = reading.TimeMs;
                Varint.Write(into, ref length, unchecked((ulong)reading.Value));
                if (reading.Revision != 0) Varint.Write(into, ref length, (uint)reading.Revision);
            }
        }

        /// <summary>Seals the row. The span is valid until the next <see cref="Begin"/>.</summary>
        public ReadOnlySpan<byte> Finish()
        {
            Reserve(ChecksumBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(length), Checksum.Of(buffer.AsSpan(0, length)));
            length += ChecksumBytes;
            return buffer.AsSpan(0, length);
        }

        /// <summary>The row that <see cref="Finish"/> sealed, valid as long.</summary>
        public ReadOnlyMemory<byte> Row => buffer.AsMemory(0, length);

        private void WriteCount(int value)
        {
            Reserve(Varint.MaxBytes);
            Varint.Write(buffer, ref length, (uint)value);
        }

        private void Reserve(int more)
        {
            if (buffer.Length - length < more) Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + more));
        }
    }
}
