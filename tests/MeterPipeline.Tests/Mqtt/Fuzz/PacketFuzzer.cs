using System.Buffers.Binary;
using System.Text;

namespace MeterPipeline.Tests.Mqtt.Fuzz;

/// <summary>
/// Packets as a client might send them, and as none should: every type in both versions with fields from their edges, some of them bent afterwards,
/// some of them noise. The same seed gives the same bytes. Written without the room's own codec on purpose.
/// </summary>
public sealed class PacketFuzzer(Random random)
{
    private const int BentPercent = 3;

    private static readonly string[] Topics =
        ["metering/v1/co1/E1/reading", "metering/v1/co1/batch", "metering/v1/co1/feedback", "t", "", "/", "a/+", "a/#", "$SYS/x", "a\0b", new('t', 512), new('t', 513), "\uFEFFa"];

    private static readonly string[] Filters =
        ["metering/v1/co1/feedback", "metering/v1/+/feedback", "#", "+", "a/#/b", "a+", "", "$share/g/metering/v1/co1/feedback", "$share//a", "$share/g/", "$SYS/#"];

    private static readonly string[] Payloads =
        ["", "{", "{\"ts\":\"2025-11-16T00:00:00+08:00\",\"value\":\"1.5\"}", "[{\"meter\":\"E1\",\"ts\":1763222400000,\"value\":1}]", "\u0001\uFFFF"];

    /// <summary>Identifier and form of every property: 1, 2 or 4 bytes, a variable number, text, binary, or a pair of texts.</summary>
    private static readonly (byte Id, char Form)[] Properties =
    [
        (0x01, '1'), (0x02, '4'), (0x03, 's'), (0x08, 's'), (0x09, 'b'), (0x0B, 'v'), (0x11, '4'), (0x12, 's'), (0x13, '2'), (0x15, 's'), (0x16, 'b'), (0x17, '1'), (0x18, '4'),
        (0x19, '1'), (0x1A, 's'), (0x1C, 's'), (0x1F, 's'), (0x21, '2'), (0x22, '2'), (0x23, '2'), (0x24, '1'), (0x25, '1'), (0x26, 'p'), (0x27, '4'), (0x28, '1'), (0x29, '1'), (0x2A, '1'),
        (0x00, '1'), (0x7F, '1'),
    ];

    private static readonly byte[] ForPublish = [0x01, 0x02, 0x03, 0x08, 0x09, 0x26, 0x26];
    private static readonly byte[] ForConnect = [0x11, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27];

    private bool v5;

    /// <summary>A CONNECT, nearly always one that is let in, and the version for what follows.</summary>
    public byte[] Connect()
    {
        v5 = random.Next(2) == 0;
        var will = Chance(10);
        var (user, password) = (Chance(20), Chance(20));
        var flags = (random.Next(2) << 1) | (will ? 4 | (random.Next(3) << 3) | (v5 ? 0 : random.Next(2) << 5) : 0) | (user ? 0x80 : 0) | (password && (user || v5) ? 0x40 : 0);
        var body = new List<byte>();
        Text(body, Chance(1) ? "MQIsdp" : "MQTT");
        body.Add(Chance(1) ? (byte)random.Next(256) : (byte)(v5 ? 5 : 4));
        body.Add(Chance(1) ? (byte)random.Next(256) : (byte)flags);
        Short(body, random.Next(3) * 30);
        if (v5) Block(body, ForConnect, Chance(5));
        Text(body, Chance(5) ? "" : $"f{random.Next(20)}");
        if (will)
        {
            if (v5) Block(body, [0x01, 0x02, 0x18, 0x26], Chance(5));
            Text(body, Pick(Topics));
            Text(body, Pick(Payloads));
        }
        if (user) Text(body, $"u{random.Next(3)}");
        if ((flags & 0x40) != 0) Text(body, "password");
        return Bend(Packet(0x10, body), percent: 2);
    }

    /// <summary>Any packet.</summary>
    public byte[] Next()
    {
        if (random.Next(200) == 0) return Noise();
        var packet = random.Next(20) switch
        {
            < 12 => Publish(),
            12 => Ack(Chance(5) ? random.Next(4) : 2),
            13 => Subscribe(),
            14 => Unsubscribe(),
            15 or 16 => Packet(0xC0, []),
            17 => Chance(3) ? Packet(0xE0, v5 && Chance(50) ? [(byte)random.Next(256), 0] : []) : Publish(),
            18 => Chance(3) ? Packet((byte)(random.Next(16) << 4), Noise()) : Ack(2),
            _ => Chance(3) ? Connect() : Publish(),
        };
        return Bend(packet, BentPercent);
    }

    private byte[] Publish()
    {
        var qos = random.Next(200) == 0 ? 3 : random.Next(3);
        var body = new List<byte>();
        var aliased = v5 && Chance(20);
        Text(body, aliased && Chance(10) ? "" : Chance(97) ? Topics[random.Next(4)] : Pick(Topics));
        if (qos > 0) Short(body, random.Next(200) == 0 ? 0 : Chance(20) ? 65_535 : random.Next(1, 40));
        if (v5) Block(body, aliased ? [0x23] : ForPublish, Chance(1));
        if (Chance(1)) body.AddRange(new byte[random.Next(70_000)]);
        else body.AddRange(Chance(10) ? Noise() : Encoding.UTF8.GetBytes(Pick(Payloads)));
        return Packet((byte)(0x30 | (qos << 1) | (Chance(10) ? 8 : 0) | (Chance(1) ? 1 : 0)), body);
    }

    /// <summary>PUBACK, PUBREC, PUBREL, PUBCOMP.</summary>
    private byte[] Ack(int kind)
    {
        var body = new List<byte>();
        Short(body, random.Next(40));
        if (v5 && Chance(50)) body.Add((byte)(Chance(50) ? 0 : random.Next(256)));
        if (v5 && body.Count == 3 && Chance(50)) Block(body, [0x1F, 0x26], Chance(5));
        return Packet((byte)((4 + kind) << 4 | (kind == 2 ? 2 : 0)), body);
    }

    private byte[] Subscribe()
    {
        var body = new List<byte>();
        Short(body, random.Next(65_536));
        if (v5) Block(body, [0x0B, 0x26], Chance(10));
        for (var n = random.Next(4); n >= 0; n--)
        {
            Text(body, Pick(Filters));
            body.Add((byte)(Chance(5) ? random.Next(256) : random.Next(3)));
        }
        return Packet(0x82, body);
    }

    private byte[] Unsubscribe()
    {
        var body = new List<byte>();
        Short(body, random.Next(65_536));
        if (v5) Block(body, [0x26], Chance(10));
        for (var n = random.Next(3); n >= 0; n--) Text(body, Pick(Filters));
        return Packet(0xA2, body);
    }

    /// <summary>A property block; <paramref name="wild"/>: of any identifiers.</summary>
    private void Block(List<byte> into, byte[] usual, bool wild)
    {
        var block = new List<byte>();
        for (var n = Chance(70) ? 0 : Chance(90) ? 1 : random.Next(4); n > 0; n--)
        {
            var wanted = Pick(usual);
            var (id, form) = wild ? Pick(Properties) : Properties.First(p => p.Id == wanted);
            block.Add(id);
            Value(block, form);
        }
        Length(into, block.Count);
        into.AddRange(block);
    }

    private void Value(List<byte> into, char form)
    {
        switch (form)
        {
            case '1': into.Add((byte)(Chance(3) ? random.Next(256) : random.Next(2))); break;
            case '2': Short(into, Chance(3) ? random.Next(65_536) : random.Next(1, 5)); break;
            case '4': Int(into, Chance(10) ? uint.MaxValue : (uint)random.Next(100_000)); break;
            case 'v': Length(into, random.Next(300)); break;
            case 's': Text(into, Pick(Payloads)); break;
            case 'b': Text(into, "bytes"); break;
            default: Text(into, "k"); Text(into, "v"); break;
        }
    }

    private byte[] Bend(byte[] packet, int percent)
    {
        if (!Chance(percent)) return packet;
        var bent = new List<byte>(packet);
        for (var n = random.Next(1, 4); n > 0 && bent.Count > 0; n--)
        {
            var at = Chance(50) ? random.Next(Math.Min(8, bent.Count)) : random.Next(bent.Count);
            switch (random.Next(6))
            {
                case 0: bent[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bent[at] = (byte)random.Next(256); break;
                case 2: bent.RemoveAt(at); break;
                case 3: bent.Insert(at, (byte)random.Next(256)); break;
                case 4: bent.RemoveRange(at, bent.Count - at); break;
                default: bent.InsertRange(at, bent.GetRange(at, Math.Min(16, bent.Count - at))); break;
            }
        }
        return [.. bent];
    }

    private byte[] Noise()
    {
        var noise = new byte[random.Next(1, 100)];
        random.NextBytes(noise);
        return noise;
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private static byte[] Packet(byte first, IReadOnlyCollection<byte> body)
    {
        var packet = new List<byte>(body.Count + 5) { first };
        Length(packet, body.Count);
        packet.AddRange(body);
        return [.. packet];
    }

    private static void Length(List<byte> into, int length)
    {
        for (; length > 0x7F; length >>= 7) into.Add((byte)((length & 0x7F) | 0x80));
        into.Add((byte)length);
    }

    private static void Text(List<byte> into, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Short(into, bytes.Length);
        into.AddRange(bytes);
    }

    private static void Short(List<byte> into, int value)
    {
        into.Add((byte)(value >> 8));
        into.Add((byte)(value & 0xFF));
    }

    private static void Int(List<byte> into, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        into.AddRange(bytes);
    }
}
