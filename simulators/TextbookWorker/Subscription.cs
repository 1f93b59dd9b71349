using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TextbookWorker;

/// <summary>The least of an MQTT 3.1.1 client that can acknowledge later: one clean session, one filter, QoS 1, no keep-alive.</summary>
internal sealed class Subscription : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly NetworkStream outward;
    private readonly BufferedStream inward;
    private readonly byte[] single = new byte[1];

    private Subscription(NetworkStream stream) => (outward, inward) = (stream, new BufferedStream(stream, BufferBytes));

    /// <exception cref="IOException">The broker refuses.</exception>
    public static async Task<Subscription> OpenAsync(IPEndPoint broker, string filter)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(broker);
        var subscription = new Subscription(new NetworkStream(socket, ownsSocket: true));
        await subscription.outward.WriteAsync((byte[])[0x10, 20, 0, 4, .. "MQTT"u8, 4, 2, 0, 0, 0, 8, .. "textbook"u8]);
        if (await subscription.PacketAsync() is not (0x20, [_, 0])) throw new IOException($"{broker} refused the connection.");
        var name = Encoding.UTF8.GetBytes(filter);
        await subscription.outward.WriteAsync((byte[])[0x82, (byte)(name.Length + 5), 0, 1, 0, (byte)name.Length, .. name, 1]);
        if (await subscription.PacketAsync() is not (0x90, [0, 1, 1])) throw new IOException($"{broker} refused {filter}.");
        return subscription;
    }

    /// <summary>The next message. One caller at a time.</summary>
    public async Task<(ushort PacketId, string Topic, ReadOnlyMemory<byte> Payload)> NextAsync()
    {
        while (true)
        {
            var (kind, body) = await PacketAsync();
            if ((kind & 0xF6) != 0x32) continue;
            var topic = (body[0] << 8) + body[1];
            return ((ushort)((body[topic + 2] << 8) + body[topic + 3]), Encoding.UTF8.GetString(body, 2, topic), body.AsMemory(topic + 4));
        }
    }

    /// <summary>A PUBACK for each message, in order, in one write.</summary>
    public async Task AcknowledgeAsync(IReadOnlyList<Received> messages)
    {
        var acks = new byte[messages.Count * 4];
        for (var i = 0; i < messages.Count; i++)
            ((ReadOnlySpan<byte>)[0x40, 2, (byte)(messages[i].PacketId >> 8), (byte)(messages[i].PacketId & 0xFF)]).CopyTo(acks.AsSpan(i * 4));
        await outward.WriteAsync(acks);
    }

    public void Dispose()
    {
        inward.Dispose();
        outward.Dispose();
    }

    private async ValueTask<(byte Kind, byte[] Body)> PacketAsync()
    {
        var kind = await ByteAsync();
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = await ByteAsync();
            length |= (part & 0x7F) << shift;
            if (part < 0x80) break;
        }
        var body = new byte[length];
        await inward.ReadExactlyAsync(body);
        return (kind, body);
    }

    private async ValueTask<byte> ByteAsync()
    {
        await inward.ReadExactlyAsync(single);
        return single[0];
    }
}
