using System.Text;

namespace LoadGenerator;

/// <summary>MQTT 3.1.1 packets, rendered once and sent many times.</summary>
internal static class Packets
{
    /// <summary>CONNECT with a clean session; without a user name neither name nor password.</summary>
    /// <param name="keepAlive">Seconds; 0: the client promises no sign of life.</param>
    internal static byte[] Connect(string clientId, string user, string password, byte keepAlive)
    {
        var flags = (byte)(user.Length > 0 ? 0xC2 : 0x02);
        byte[] body = [0, 4, .. "MQTT"u8, 4, flags, 0, keepAlive, .. Text(clientId), .. user.Length > 0 ? [.. Text(user), .. Text(password)] : Array.Empty<byte>()];
        return [0x10, .. Length(body.Length), .. body];
    }

    /// <summary>PUBLISH with QoS 1 and packet identifier 0.</summary>
    /// <param name="idAt">Where the identifier stands; the payload follows it.</param>
    internal static byte[] Publish(string topic, string payload, out int idAt)
    {
        byte[] name = Text(topic), content = Encoding.ASCII.GetBytes(payload), length = Length(name.Length + 2 + content.Length);
        idAt = 1 + length.Length + name.Length;
        return [0x32, .. length, .. name, 0, 0, .. content];
    }

    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)(bytes.Length >> 8), (byte)(bytes.Length & 0xFF), .. bytes];
    }

    /// <summary>A remaining length below 16,384.</summary>
    private static byte[] Length(int length) => length < 128 ? [(byte)length] : [(byte)(length % 128 + 128), (byte)(length / 128)];
}
