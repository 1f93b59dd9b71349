using System.Buffers.Binary;
using System.Text;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>Packets of MQTT 5 byte by byte, written without the room's own codec on purpose.</summary>
internal static class Raw5
{
    internal static byte[] Connect(string id, byte flags = 2, ushort keepAlive = 60, byte[]? properties = null, byte[]? rest = null) =>
        RawClient.Packet(0x10, [.. RawClient.Text("MQTT"), 5, flags, .. RawClient.Short(keepAlive), .. Block(properties), .. RawClient.Text(id), .. rest ?? []]);

    internal static byte[] Publish(int id, string payload, string topic = "t/a", byte qos = 1, byte flags = 0, byte[]? properties = null) =>
        RawClient.Packet(
            (byte)(0x30 | (qos << 1) | flags),
            [.. RawClient.Text(topic), .. qos > 0 ? RawClient.Short(id) : [], .. Block(properties), .. Encoding.UTF8.GetBytes(payload)]);

    internal static byte[] Subscribe(int id, byte[]? properties, params (string Filter, byte Options)[] filters) =>
        RawClient.Packet(0x82, [.. RawClient.Short(id), .. Block(properties), .. filters.SelectMany(f => (byte[])[.. RawClient.Text(f.Filter), f.Options])]);

    internal static byte[] Unsubscribe(int id, params string[] filters) =>
        RawClient.Packet(0xA2, [.. RawClient.Short(id), 0, .. filters.SelectMany(RawClient.Text)]);

    internal static byte[] Block(byte[]? properties) => [(byte)(properties?.Length ?? 0), .. properties ?? []];

    internal static byte[] SessionExpiry(uint seconds) => [0x11, (byte)(seconds >> 24), (byte)((seconds >> 16) & 0xFF), (byte)((seconds >> 8) & 0xFF), (byte)(seconds & 0xFF)];

    internal static byte[] Alias(int alias) => [0x23, .. RawClient.Short(alias)];

    internal static byte[] UserProperty(string name, string value) => [0x26, .. RawClient.Text(name), .. RawClient.Text(value)];

    /// <summary>Opens, sends CONNECT, and expects to be let in.</summary>
    internal static async Task<(RawClient Client, Answer Connack)> ConnectAsync(int port, string id, byte flags = 2, ushort keepAlive = 60, byte[]? properties = null)
    {
        var client = await RawClient.OpenAsync(port);
        await client.SendAsync(Connect(id, flags, keepAlive, properties));
        var connack = Answer.Of(await client.ReceiveAsync());
        Assert.Equal((0x20, 0), (connack.First, connack.Code));
        return (client, connack);
    }
}

/// <summary>An answer of the server, taken apart.</summary>
/// <param name="Head">The bytes before the reason code: flags of CONNACK, the packet identifier of an acknowledgement.</param>
/// <param name="Code">The reason code; of SUBACK and UNSUBACK the first one.</param>
/// <param name="Properties">Number, text, or hexadecimal digits, by identifier.</param>
internal sealed record Answer(int First, int Head, int Code, Dictionary<int, object> Properties, byte[] Rest)
{
    internal static Answer Of(byte[]? packet)
    {
        Assert.NotNull(packet);
        var at = 2;
        if (packet[1] >= 0x80) at = 3;
        var first = packet[0];
        var body = packet[at..];
        switch (first & 0xF0)
        {
            case 0x20:
                return new Answer(first, body[0], body[1], PropertiesOf(body.AsSpan(2), out _), []);
            case 0x30:
                var topic = BinaryPrimitives.ReadUInt16BigEndian(body) + 2;
                var id = (first & 6) == 0 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(topic));
                var properties = PropertiesOf(body.AsSpan(topic + ((first & 6) == 0 ? 0 : 2)), out var payload);
                return new Answer(first, id, 0, properties, payload);
            case 0x90 or 0xB0:
                var none = PropertiesOf(body.AsSpan(2), out var codes);
                return new Answer(first, BinaryPrimitives.ReadUInt16BigEndian(body), codes[0], none, codes);
            case 0xE0:
                return new Answer(first, 0, body.Length > 0 ? body[0] : 0, body.Length > 1 ? PropertiesOf(body.AsSpan(1), out _) : [], []);
            default:
                return new Answer(first, BinaryPrimitives.ReadUInt16BigEndian(body), body.Length > 2 ? body[2] : 0, body.Length > 3 ? PropertiesOf(body.AsSpan(3), out _) : [], []);
        }
    }

    private static Dictionary<int, object> PropertiesOf(ReadOnlySpan<byte> from, out byte[] rest)
    {
        var (length, start) = from[0] < 0x80 ? (from[0], 1) : ((from[0] & 0x7F) | (from[1] << 7), 2);
        rest = from[(start + length)..].ToArray();
        from = from.Slice(start, length);
        Dictionary<int, object> found = [];
        while (from.Length > 0)
        {
            var (id, size) = (from[0], 0);
            from = from[1..];
            switch (id)
            {
                case 0x01 or 0x24 or 0x25 or 0x28 or 0x29 or 0x2A:
                    (found[id], size) = ((int)from[0], 1);
                    break;
                case 0x13 or 0x21 or 0x22:
                    (found[id], size) = ((int)BinaryPrimitives.ReadUInt16BigEndian(from), 2);
                    break;
                case 0x11 or 0x27:
                    (found[id], size) = ((int)BinaryPrimitives.ReadUInt32BigEndian(from), 4);
                    break;
                default:
                    size = 2 + BinaryPrimitives.ReadUInt16BigEndian(from);
                    found[id] = id == 0x09 ? Convert.ToHexString(from[2..size]) : Encoding.UTF8.GetString(from[2..size]);
                    break;
            }
            from = from[size..];
        }
        return found;
    }
}
