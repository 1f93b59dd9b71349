using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LoadGenerator;

namespace MeterPipeline.Benchmarks.Load;

/// <summary>One MQTT 3.1.1 connection that publishes so many messages a second, whatever happens to the answers, as a fleet does.</summary>
public sealed class PacedPublisher : IDisposable
{
    private const int TickMs = 10;
    private const int PubackLength = 4;

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ConcurrentQueue<(long SentAt, int Count)> sent = new();
    private readonly PacketRing packets;
    private readonly int perTick;
    private readonly Thread[] threads;
    private volatile bool stop;
    private volatile Histogram latency = new();
    private long acknowledged;

    public PacedPublisher(IPEndPoint endpoint, int no, PacketRing packets, int perSecond)
    {
        (this.packets, perTick) = (packets, perSecond * TickMs / 1000);
        socket.Connect(endpoint);
        socket.Send(Abuser.Connect($"fleet{no}", keepAlive: 60));
        Span<byte> connack = stackalloc byte[4];
        for (var read = 0; read < connack.Length;) read += socket.Receive(connack[read..]);
        threads = [new Thread(Send), new Thread(Receive)];
        foreach (var thread in threads) thread.Start();
    }

    public long Acknowledged => Interlocked.Read(ref acknowledged);

    /// <summary>Times since the last call.</summary>
    public Histogram TakeLatency() => Interlocked.Exchange(ref latency, new Histogram());

    public void Dispose()
    {
        stop = true;
        threads[0].Join();
        socket.Dispose();
        threads[1].Join();
    }

    private void Send()
    {
        var clock = Stopwatch.StartNew();
        for (var tick = 1L; !stop; tick++)
        {
            for (var left = perTick; left > 0 && !stop;)
            {
                var bytes = packets.Next(left, out var taken);
                sent.Enqueue((Stopwatch.GetTimestamp(), taken));
                while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
                left -= taken;
            }
            var ahead = tick * TickMs - clock.ElapsedMilliseconds;
            if (ahead > 0) Thread.Sleep((int)ahead);
        }
    }

    private void Receive()
    {
        var acks = new byte[64 * 1024];
        var (partial, answered) = (0, 0);
        try
        {
            for (int read; (read = socket.Receive(acks)) > 0;)
            {
                var whole = (partial + read) / PubackLength;
                partial = (partial + read) % PubackLength;
                Interlocked.Add(ref acknowledged, whole);
                var now = Stopwatch.GetTimestamp();
                while (whole > 0 && sent.TryPeek(out var head))
                {
                    var part = Math.Min(head.Count - answered, whole);
                    latency.Add((long)Stopwatch.GetElapsedTime(head.SentAt, now).TotalMicroseconds, part);
                    (whole, answered) = (whole - part, answered + part);
                    if (answered < head.Count) continue;
                    sent.TryDequeue(out _);
                    answered = 0;
                }
            }
        }
        catch (SocketException) when (stop)
        {
        }
    }
}
