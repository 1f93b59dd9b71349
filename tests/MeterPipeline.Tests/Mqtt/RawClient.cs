using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace MeterPipeline.Tests.Mqtt;

/// <summary>A client that writes whatever bytes a test wants and reads packets back. Written without the room's own codec on purpose.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpClient tcp;
    private readonly Stream stream;

    private RawClient(TcpClient tcp, Stream stream) => (this.tcp, this.stream) = (tcp, stream);

    /// <summary>Opens the socket and sends nothing.</summary>
    internal static async Task<RawClient> OpenAsync(int port)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        return new RawClient(tcp, tcp.GetStream());
    }

    /// <summary>The other end: somebody has connected.</summary>
    internal static async Task<RawClient> AcceptAsync(TcpListener listener)
    {
        var tcp = await listener.AcceptTcpClientAsync().WaitAsync(Patience);
        tcp.NoDelay = true;
        return new RawClient(tcp, tcp.GetStream());
    }

    /// <summary>Opens the socket, does the TLS handshake, and sends no MQTT.</summary>
    internal static async Task<RawClient> OpenTlsAsync(int port, SslClientAuthenticationOptions options)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(options).WaitAsync(Patience);
        return new RawClient(tcp, tls);
    }

    /// <summary>Opens, sends CONNECT, and expects to be let in.</summary>
    internal static async Task<RawClient> ConnectAsync(int port, string id, ushort keepAlive = 60)
    {
        var client = await OpenAsync(port);
        await client.SendAsync(Connect(id, keepAlive));
        Assert.Equal([0x20, 2, 0, 0], await client.ReceiveAsync());
        return client;
    }

    internal static byte[] Connect(string id, ushort keepAlive = 60, byte flags = 2, byte level = 4, string protocol = "MQTT", byte[]? rest = null) =>
        Packet(0x10, [.. Text(protocol), level, flags, .. Short(keepAlive), .. Text(id), .. rest ?? []]);

    internal static byte[] Publish(int id, string payload, string topic = "t/a", byte qos = 1, bool dup = false) =>
        Packet((byte)(0x30 | (qos << 1) | (dup ? 8 : 0)), [.. Text(topic), .. qos > 0 ? Short(id) : [], .. Encoding.UTF8.GetBytes(payload)]);

    internal static byte[] Packet(byte first, byte[] body)
    {
        List<byte> packet = [first];
        var length = body.Length;
        for (; length > 0x7F; length >>= 7) packet.Add((byte)((length & 0x7F) | 0x80));
        return [.. packet, (byte)length, .. body];
    }

    internal static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [.. Short(bytes.Length), .. bytes];
    }

    internal static byte[] Short(int value) => [(byte)(value >> 8), (byte)(value & 0xFF)];

    internal Task SendAsync(params byte[] bytes) => stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    /// <summary>The next packet, fixed header included; null where the server has closed.</summary>
    internal async Task<byte[]?> ReceiveAsync()
    {
        try
        {
            List<byte> header = [await ByteAsync()];
            var (length, shift) = (0, 0);
            do
            {
                header.Add(await ByteAsync());
                length |= (header[^1] & 0x7F) << shift;
                shift += 7;
            }
            while (header[^1] >= 0x80);
            var body = new byte[length];
            await stream.ReadExactlyAsync(body).AsTask().WaitAsync(Patience);
            return [.. header, .. body];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<byte> ByteAsync()
    {
        var one = new byte[1];
        await stream.ReadExactlyAsync(one).AsTask().WaitAsync(Patience);
        return one[0];
    }

    /// <summary>The packet identifier of the next packet, which must be a PUBACK.</summary>
    internal async Task<int> AckAsync()
    {
        var packet = await ReceiveAsync();
        Assert.NotNull(packet);
        Assert.Equal([0x40, 2], packet[..2]);
        return (packet[2] << 8) | packet[3];
    }

    /// <summary>Something has arrived, and is not read yet.</summary>
    internal async Task UntilAnswerAsync()
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); tcp.Available == 0; await Task.Delay(1)) Assert.True(waited.Elapsed < Patience, "No answer came.");
    }

    /// <summary>True where nothing has arrived for a while.</summary>
    internal async Task<bool> IsSilentAsync()
    {
        await Task.Delay(100);
        return tcp.Available == 0;
    }

    internal async Task AssertClosedAsync() => Assert.Null(await ReceiveAsync());

    /// <summary>Ends without a word, as a lost line does.</summary>
    public void Dispose()
    {
        tcp.Client.LingerState = new LingerOption(true, 0);
        tcp.Dispose();
    }
}
