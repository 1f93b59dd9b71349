using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MeterPipeline.Benchmarks.Load;

/// <summary>
/// One PUBLISH (QoS 1) per meter of a connection, rendered once. Before each use its packet identifier, time and value are overwritten, so
/// that every reading on the wire is another one. The meters take turns, a quarter of an hour apart, as a real fleet's do.
/// </summary>
public sealed class PacketRing
{
    private const int StepMinutes = 15;
    private static readonly DateTimeOffset Start = new(2025, 11, 16, 0, 0, 0, TimeSpan.FromHours(8));

    private readonly byte[] packets;
    private readonly int meters;
    private readonly int size;
    private readonly int idAt;
    private readonly int timeAt;
    private readonly byte[] time = new byte[16];
    private int meter;
    private int step = -1;
    private ushort id;

    /// <summary>The packets of meters <paramref name="first"/>, first + stride, … below <paramref name="end"/>.</summary>
    public PacketRing(int first, int stride, int end)
    {
        var rendered = new List<byte[]>();
        for (var no = first; no < end; no += stride) rendered.Add(Render(no));
        (meters, size) = (rendered.Count, rendered[0].Length);
        packets = [.. rendered.SelectMany(p => p)];
        idAt = 2 + 2 + Fixture.Topic(0).Length;
        timeAt = idAt + 2 + "{\"ts\":\"".Length;
    }

    /// <summary>The next packets, at most <paramref name="count"/>, ready to send in one piece.</summary>
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
        var text = Start.AddMinutes((double)step * StepMinutes).ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture);
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

    private static byte[] Render(int no)
    {
        var topic = Fixture.Topic(no);
        var payload = $"{{\"ts\":\"2025-11-16T00:00:00+08:00\",\"value\":\"{1000 + no % 8000:D6}.00\"}}";
        var packet = new List<byte> { 0x32, (byte)(2 + topic.Length + 2 + payload.Length), 0, (byte)topic.Length };
        packet.AddRange(Encoding.ASCII.GetBytes(topic));
        packet.AddRange([0, 0]);
        packet.AddRange(Encoding.ASCII.GetBytes(payload));
        if (packet[1] > 127) throw new InvalidOperationException("The packet is longer than a one-byte length can say.");
        return [.. packet];
    }
}
