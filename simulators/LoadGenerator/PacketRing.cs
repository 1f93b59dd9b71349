using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LoadGenerator;

/// <summary>
/// One PUBLISH (QoS 1) per meter of a connection, rendered once. Before each use its packet identifier, time and value are overwritten, so
/// that every reading on the wire is another one. The meters take turns, a quarter of an hour apart, as a real fleet's do, until all
/// have sent their last.
/// </summary>
public sealed class PacketRing
{
    private const int StepMinutes = 15;

    /// <summary>Time of the first readings where nothing else is asked for.</summary>
    public static readonly DateTimeOffset Start = new(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8));

    private readonly DateTimeOffset from;
    private readonly byte[] packets;
    private readonly int meters;
    private readonly int size;
    private readonly int idAt;
    private readonly int timeAt;
    private readonly int stepMax;
    private readonly byte[] time = new byte[16];
    private int meter;
    private int step = -1;
    private ushort id;

    /// <summary>The packets of meters <paramref name="first"/>, first + stride, … below <paramref name="end"/>.</summary>
    /// <param name="until">No reading is later.</param>
    /// <param name="from">Time of the first readings, China Standard Time; null: <see cref="Start"/>.</param>
    /// <param name="above">What the registers show then beyond <see cref="LoadRegistry.Opening"/>, kWh with two decimals.</param>
    public PacketRing(int first, int stride, int end, string topicPrefix, DateTimeOffset until, DateTimeOffset? from = null, decimal above = 0)
    {
        this.from = from ?? Start;
        var rendered = new List<byte[]>();
        for (var no = first; no < end; no += stride)
            rendered.Add(Packets.Publish($"{topicPrefix}/{LoadRegistry.Meter(no)}/reading", $"{{\"ts\":\"2025-11-16T00:00:00+08:00\",\"value\":\"{(LoadRegistry.Opening(no) + above).ToString("000000.00", CultureInfo.InvariantCulture)}\"}}", out idAt));
        (meters, size) = (rendered.Count, rendered[0].Length);
        packets = new byte[(long)meters * size];
        for (var i = 0; i < meters; i++) rendered[i].CopyTo(packets, i * size);
        timeAt = idAt + 2 + "{\"ts\":\"".Length;
        stepMax = (int)Math.Clamp((until - this.from).TotalMinutes / StepMinutes, -1, int.MaxValue);
    }

    /// <summary>Every meter has sent its last reading.</summary>
    public bool UsedUp => meter == 0 && step >= stepMax;

    /// <summary>The next packets, at most <paramref name="count"/>, ready to send in one piece. Not to be called once <see cref="UsedUp"/>.</summary>
    public ReadOnlySpan<byte> Next(int count, out int taken)
    {
        if (meter == 0) NextStep();
        taken = Math.Min(count, meters - meter);
        var bytes = packets.AsSpan(meter * size, taken * size);
        for (var at = 0; at < bytes.Length; at += size)
        {
            id = id == ushort.MaxValue ? (ushort)1 : (ushort)(id + 1);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(at + idAt)..], id);
            time.CopyTo(bytes[(at + timeAt)..]);
            Advance(bytes.Slice(at, size - 2));
        }
        meter = (meter + taken) % meters;
        return bytes;
    }

    private void NextStep()
    {
        step++;
        var text = from.AddMinutes((double)step * StepMinutes).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
        Encoding.ASCII.GetBytes(text, time);
    }

    /// <summary>Adds 0.01 to the register, which ends the packet.</summary>
    private static void Advance(Span<byte> packet)
    {
        for (var at = packet.Length - 1; ; at--)
        {
            if (packet[at] == '.') continue;
            if (packet[at] != '9')
            {
                packet[at]++;
                return;
            }
            packet[at] = (byte)'0';
        }
    }
}
