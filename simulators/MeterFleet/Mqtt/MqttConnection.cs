using System.Net.Sockets;

namespace MeterFleet;

/// <summary>One accepted MQTT connection over TCP. Its reading side belongs to one loop, its writing side to another.</summary>
internal sealed class MqttConnection : IDisposable
{
    /// <summary>A socket read holds at most this many acknowledgements.</summary>
    internal const int AcksPerReadMax = ReceiveBytes / AckBytes;

    private const int ReceiveBytes = 64 * 1024;
    private const int AckBytes = 4;
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(1);

    private readonly TcpClient client;
    private readonly byte[] received = new byte[ReceiveBytes];
    private int kept;

    private MqttConnection(TcpClient client, string peer)
    {
        this.client = client;
        Peer = peer;
        Stream = client.GetStream();
    }

    internal string Peer { get; }
    internal NetworkStream Stream { get; }

    /// <summary>Packet identifiers of the last <see cref="ReadAcksAsync"/>.</summary>
    internal ushort[] Acks { get; } = new ushort[AcksPerReadMax];

    internal static async Task<MqttConnection> OpenAsync(MqttPublisherOptions options, int port, CancellationToken cancel)
    {
        string peer = $"{options.Host}:{port}";
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(OpenTimeout);
        TcpClient client = new() { NoDelay = true };
        try
        {
            await client.ConnectAsync(options.Host, port, timeout.Token);
            MqttConnection connection = new(client, peer);
            await connection.Stream.WriteAsync(MqttPackets.ConnectPacket(options), timeout.Token);
            await connection.AcceptAsync(timeout.Token);
            return connection;
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            client.Dispose();
            throw problem as MqttPublishException
                ?? new MqttPublishException(
                    $"Cannot connect to the broker at {peer}: {problem.Message}. Is it running, and does it listen there without TLS?", problem);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            client.Dispose();
            throw new MqttPublishException(
                $"The broker at {peer} did not accept the connection within {OpenTimeout.TotalSeconds:0} s. "
                + "Check the address and whether it speaks MQTT there.");
        }
        catch (OperationCanceledException)
        {
            client.Dispose();
            throw;
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>Reads once and returns how many identifiers <see cref="Acks"/> now holds; 0 when the broker has closed.</summary>
    internal async ValueTask<int> ReadAcksAsync(CancellationToken cancel)
    {
        while (true)
        {
            int read = await Stream.ReadAsync(received.AsMemory(kept), cancel);
            if (read == 0)
                return 0;
            int end = kept + read;
            int count = 0;
            int at = 0;
            for (; at + AckBytes <= end; at += AckBytes)
            {
                if (received[at] != MqttPackets.PubAck || received[at + 1] != 2)
                    throw new MqttPublishException($"it sent a packet of type 0x{received[at]:X2} where only acknowledgements are due");
                Acks[count++] = (ushort)((received[at + 2] << 8) | received[at + 3]);
            }

            received.AsSpan(at, end - at).CopyTo(received);
            kept = end - at;
            if (count > 0)
                return count;
        }
    }

    /// <summary>Says DISCONNECT where the peer still listens.</summary>
    internal async Task GoodbyeAsync()
    {
        using CancellationTokenSource timeout = new(GoodbyeTimeout);
        try
        {
            await Stream.WriteAsync(MqttPackets.Disconnect, timeout.Token);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection is closed next in any case.
        }
    }

    private async Task AcceptAsync(CancellationToken cancel)
    {
        byte[] answer = new byte[4];
        int read = await Stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancel);
        if (read < answer.Length || answer[0] != MqttPackets.ConnAck || answer[1] != 2)
            throw new MqttPublishException($"The peer at {Peer} closed the connection or does not speak MQTT 3.1.1. Check the port.");
        if (answer[3] != 0)
            throw new MqttPublishException($"The broker at {Peer} refuses the connection: {MqttPackets.RefusalReason(answer[3])}.");
    }
}
