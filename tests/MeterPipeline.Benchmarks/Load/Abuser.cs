using System.Net;
using System.Net.Sockets;
using System.Text;
using LoadGenerator;

namespace MeterPipeline.Benchmarks.Load;

/// <summary>Clients that take more than they should. One that is shown out comes back at once.</summary>
public sealed class Abuser : IDisposable
{
    private static readonly byte[] Burst = [.. Enumerable.Range(1, 2_000).SelectMany(Publish)];

    private readonly CancellationTokenSource over = new();
    private readonly List<Task> clients = [];
    private readonly IPEndPoint endpoint;
    private int connected;

    private Abuser(IPEndPoint endpoint) => this.endpoint = endpoint;

    /// <summary>Connections that stand now.</summary>
    public int Connected => Volatile.Read(ref connected);

    /// <summary>Publish as fast as the socket takes it, and never read.</summary>
    public static Abuser Deaf(IPEndPoint endpoint, int count) => new Abuser(endpoint).With(count, async (socket, no, cancel) =>
    {
        await socket.SendAsync(Connect($"deaf{no}", 600), cancel);
        while (true) await socket.SendAsync(Burst, cancel);
    });

    /// <summary>One byte a second: every other one never gets through its CONNECT, the rest never end a PUBLISH.</summary>
    public static Abuser Trickle(IPEndPoint endpoint, int count) => new Abuser(endpoint).With(count, async (socket, no, cancel) =>
    {
        byte[] bytes = no % 2 == 0 ? Connect($"slow{no}", 600) : [.. Connect($"slow{no}", 600), .. Publish(1)];
        var at = no % 2 == 0 ? 0 : bytes.Length - Publish(1).Length;
        if (at > 0) await socket.SendAsync(bytes.AsMemory(0, at), cancel);
        for (; ; at = Math.Min(at + 1, bytes.Length - 2))
        {
            await socket.SendAsync(bytes.AsMemory(at, 1), cancel);
            await Task.Delay(TimeSpan.FromSeconds(1), cancel);
        }
    });

    /// <summary>Publish as fast as the socket takes it, and read.</summary>
    public static Abuser Flood(IPEndPoint endpoint, int count) => new Abuser(endpoint).With(count, async (socket, no, cancel) =>
    {
        await socket.SendAsync(Connect($"flood{no}", 600), cancel);
        var forgetting = ForgetAsync(socket, cancel);
        while (!forgetting.IsCompleted) await socket.SendAsync(Burst, cancel);
    });

    /// <summary>Connect, sign in, leave, and come again.</summary>
    public static Abuser Storm(IPEndPoint endpoint, int count) => new Abuser(endpoint).With(count, async (socket, no, cancel) =>
    {
        await socket.SendAsync(Connect($"storm{no}", 600), cancel);
        await socket.ReceiveAsync(new byte[4], cancel);
    });

    /// <summary>Connect and say nothing more.</summary>
    public static Abuser Idle(IPEndPoint endpoint, int count) => new Abuser(endpoint).With(count, async (socket, no, cancel) =>
    {
        await socket.SendAsync(Connect($"idle{no}", 0), cancel);
        await ForgetAsync(socket, cancel);
    });

    public void Dispose()
    {
        over.Cancel();
        Task.WhenAll(clients).Wait();
        over.Dispose();
    }

    internal static byte[] Connect(string id, ushort keepAlive) =>
        [0x10, (byte)(12 + id.Length), 0, 4, .. "MQTT"u8, 4, 2, (byte)(keepAlive >> 8), (byte)(keepAlive & 0xFF), 0, (byte)id.Length, .. Encoding.ASCII.GetBytes(id)];

    private static byte[] Publish(int id)
    {
        var topic = Encoding.ASCII.GetBytes(LoadRegistry.Topic(0));
        var payload = "{\"ts\":\"2025-11-16T00:00:00+08:00\",\"value\":\"001000.00\"}"u8;
        return [0x32, (byte)(4 + topic.Length + payload.Length), 0, (byte)topic.Length, .. topic, (byte)(id >> 8), (byte)(id & 0xFF), .. payload];
    }

    private static async Task ForgetAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[8 * 1024];
        while (await socket.ReceiveAsync(buffer, cancel) > 0)
        {
        }
    }

    private Abuser With(int count, Func<Socket, int, CancellationToken, Task> behave)
    {
        for (var no = 0; no < count; no++)
        {
            var own = no;
            clients.Add(Task.Run(() => AgainAsync(socket => behave(socket, own, over.Token))));
        }
        return this;
    }

    private async Task AgainAsync(Func<Socket, Task> behave)
    {
        while (!over.IsCancellationRequested)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            var stands = 0;
            try
            {
                await socket.ConnectAsync(endpoint, over.Token);
                Interlocked.Add(ref connected, stands = 1);
                await behave(socket);
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException)
            {
            }
            Interlocked.Add(ref connected, -stands);
        }
    }
}
