using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MeterPipeline.Tests.Fleets;

/// <summary>What the broker does with one publication: acknowledge it, keep silent, or hang up.</summary>
internal enum Answer
{
    Acknowledge,
    Silence,
    HangUp,
}

/// <summary>A publication as it arrived.</summary>
internal sealed record Arrival(int Connection, int PacketId, bool Dup, int Qos, string Topic, string Payload);

/// <summary>A peer on loopback that reads MQTT frames byte by byte and answers them as scripted.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<Arrival, int, Answer> script;
    private readonly byte connectCode;
    private readonly Task accepting;
    private int connections;

    internal ScriptedBroker(Func<Arrival, int, Answer> script, byte connectCode = 0)
    {
        this.script = script;
        this.connectCode = connectCode;
        listener.Start();
        accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)listener.LocalEndpoint).Port;
    internal ConcurrentQueue<Arrival> Arrivals { get; } = new();
    internal ConcurrentQueue<byte[]> Connects { get; } = new();
    internal bool SaidGoodbye { get; private set; }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
    }

    /// <summary>Completes when so many publications have arrived.</summary>
    internal async Task ArrivedAsync(int count)
    {
        while (Arrivals.Count < count)
            await Task.Delay(5);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                await ServeAsync(client.GetStream(), ++connections);
            }
            catch (Exception problem) when (problem is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            catch (IOException)
            {
                // The publisher went away: wait for the next.
            }
        }
    }

    private async Task ServeAsync(NetworkStream stream, int connection)
    {
        int count = 0;
        while (true)
        {
            byte[] head = new byte[1];
            await stream.ReadExactlyAsync(head);
            byte[] body = new byte[await LengthAsync(stream)];
            await stream.ReadExactlyAsync(body);
            if (head[0] == 0x10)
            {
                Connects.Enqueue(body);
                await stream.WriteAsync(new byte[] { 0x20, 2, 0, connectCode });
            }
            else if (head[0] == 0xE0)
            {
                SaidGoodbye = true;
                return;
            }
            else if (!await AnswerAsync(stream, Parse(connection, head[0], body), ++count))
            {
                await HangUpAsync(stream);
                return;
            }
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, Arrival arrival, int count)
    {
        Arrivals.Enqueue(arrival);
        Answer answer = script(arrival, count);
        if (answer == Answer.Acknowledge)
            await stream.WriteAsync(new byte[] { 0x40, 2, (byte)(arrival.PacketId >> 8), (byte)(arrival.PacketId & 0xFF) });
        return answer != Answer.HangUp;
    }

    /// <summary>Closes so that the acknowledgements already sent still arrive: what is left unread would turn the end into a reset.</summary>
    private static async Task HangUpAsync(NetworkStream stream)
    {
        stream.Socket.Shutdown(SocketShutdown.Send);
        byte[] ignored = new byte[4096];
        while (await stream.ReadAsync(ignored) > 0)
        {
            // The publisher may still be sending.
        }
    }

    private static Arrival Parse(int connection, byte head, byte[] body)
    {
        int topic = (body[0] << 8) | body[1];
        int id = (body[2 + topic] << 8) | body[3 + topic];
        string payload = Encoding.UTF8.GetString(body.AsSpan(4 + topic));
        return new Arrival(connection, id, (head & 8) != 0, (head >> 1) & 3, Encoding.UTF8.GetString(body, 2, topic), payload);
    }

    private static async Task<int> LengthAsync(NetworkStream stream)
    {
        byte[] digit = new byte[1];
        int length = 0;
        for (int shift = 0; ; shift += 7)
        {
            await stream.ReadExactlyAsync(digit);
            length |= (digit[0] & 0x7F) << shift;
            if (digit[0] < 0x80)
                return length;
        }
    }
}
