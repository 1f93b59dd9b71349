using System.Buffers.Binary;
using System.Text;

namespace MeterPipeline.Mqtt.Packets;

/// <summary>Renders the small packets that a server or a subscriber sends.</summary>
public static class PacketWriter
{
    public const int PubackBytes = 4;

    public static readonly byte[] Pingreq = [0xC0, 0];
    public static readonly byte[] Pingresp = [0xD0, 0];
    public static readonly byte[] Disconnect = [0xE0, 0];

    /// <summary>CONNACK of MQTT 5 with reason 0x84, unsupported protocol version: the one packet of version 5 that we speak.</summary>
    public static readonly byte[] ConnackUnsupported5 = [0x20, 3, 0, 0x84, 0];

    public static byte[] Connack(byte returnCode) => [0x20, 2, 0, returnCode];

    /// <summary>Writes a PUBACK; <paramref name="into"/> has <see cref="PubackBytes"/> of room.</summary>
    public static void Puback(Span<byte> into, ushort packetId)
    {
        into[0] = 0x40;
        into[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(into[2..], packetId);
    }

    /// <summary>SUBACK that refuses every one of <paramref name="filters"/>.</summary>
    public static byte[] SubackRefusing(ushort packetId, int filters)
    {
        var body = new byte[2 + filters];
        BinaryPrimitives.WriteUInt16BigEndian(body, packetId);
        body.AsSpan(2).Fill(0x80);
        return Packet(0x90, body);
    }

    public static byte[] Unsuback(ushort packetId) => [0xB0, 2, (byte)(packetId >> 8), (byte)(packetId & 0xFF)];

    /// <summary>CONNECT of MQTT 3.1.1 without a will.</summary>
    public static byte[] Connect(string clientId, bool cleanSession, ushort keepAliveSeconds, string? user, string? password)
    {
        var flags = (cleanSession ? 2 : 0) | (user is null ? 0 : 0x80) | (password is null ? 0 : 0x40);
        List<byte> body = [0, 4, .. "MQTT"u8, ConnectPacket.Level311, (byte)flags, (byte)(keepAliveSeconds >> 8), (byte)(keepAliveSeconds & 0xFF)];
        Add(body, clientId);
        if (user is not null) Add(body, user);
        if (password is not null) Add(body, password);
        return Packet(0x10, [.. body]);
    }

    /// <summary>SUBSCRIBE at QoS 1.</summary>
    public static byte[] Subscribe(ushort packetId, IReadOnlyList<string> filters)
    {
        List<byte> body = [(byte)(packetId >> 8), (byte)(packetId & 0xFF)];
        foreach (var filter in filters)
        {
            Add(body, filter);
            body.Add(1);
        }
        return Packet(0x82, [.. body]);
    }

    private static void Add(List<byte> body, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        body.Add((byte)(bytes.Length >> 8));
        body.Add((byte)(bytes.Length & 0xFF));
        body.AddRange(bytes);
    }

    private static byte[] Packet(byte first, byte[] body)
    {
        List<byte> packet = [first];
        var length = body.Length;
        do
        {
            packet.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        return [.. packet, .. body];
    }
}
