using System.Buffers.Binary;
using System.Text;

namespace MeterFleet;

/// <summary>The five MQTT 3.1.1 packets that a QoS 1 publisher needs.</summary>
internal static class MqttPackets
{
    internal const byte ConnAck = 0x20;
    internal const byte PubAck = 0x40;

    private const byte Connect = 0x10;
    private const byte PublishQos1 = 0x32;
    private const byte DupFlag = 0x08;
    private const byte UsernameFlag = 0x80;
    private const byte PasswordFlag = 0x40;

    /// <summary>Fixed header, topic length and packet identifier of a publication.</summary>
    internal const int PublishOverheadMax = 9;

    internal static readonly byte[] Disconnect = [0xE0, 0x00];

    /// <summary>
    /// The session is clean: what is unacknowledged is remembered here, not at the broker. No keep-alive: a fleet replayed
    /// slowly may be silent for long.
    /// </summary>
    internal static byte[] ConnectPacket(MqttPublisherOptions options)
    {
        List<byte> body = [0, 4, .. "MQTT"u8, 4, 0, 0, 0];
        body[7] = 0x02;
        AddText(body, options.ClientId);
        if (options.Username is { } username)
        {
            body[7] |= UsernameFlag;
            AddText(body, username);
            if (options.Password is { } password)
            {
                body[7] |= PasswordFlag;
                AddText(body, password);
            }
        }

        byte[] header = new byte[5];
        header[0] = Connect;
        int length = 1 + PutLength(header.AsSpan(1), body.Count);
        return [.. header[..length], .. body];
    }

    /// <summary>Writes a QoS 1 PUBLISH and returns its length.</summary>
    internal static int PutPublish(Span<byte> buffer, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, ushort packetId, bool again)
    {
        buffer[0] = again ? (byte)(PublishQos1 | DupFlag) : PublishQos1;
        int at = 1 + PutLength(buffer[1..], 4 + topic.Length + payload.Length);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], (ushort)topic.Length);
        topic.CopyTo(buffer[(at + 2)..]);
        at += 2 + topic.Length;
        BinaryPrimitives.WriteUInt16BigEndian(buffer[at..], packetId);
        payload.CopyTo(buffer[(at + 2)..]);
        return at + 2 + payload.Length;
    }

    internal static string RefusalReason(byte code) => code switch
    {
        1 => "it does not speak MQTT 3.1.1",
        2 => "it rejects the client identifier; choose another one",
        3 => "it says it is unavailable; try again later",
        4 => "the user name or password is wrong",
        5 => "this user is not authorised to connect",
        _ => $"return code {code}",
    };

    private static int PutLength(Span<byte> buffer, int length)
    {
        int at = 0;
        do
        {
            byte digit = (byte)(length & 0x7F);
            length >>= 7;
            buffer[at++] = length > 0 ? (byte)(digit | 0x80) : digit;
        }
        while (length > 0);
        return at;
    }

    private static void AddText(List<byte> body, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        body.Add((byte)(bytes.Length >> 8));
        body.Add((byte)(bytes.Length & 0xFF));
        body.AddRange(bytes);
    }
}
