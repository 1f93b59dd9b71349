using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;

namespace LoadGenerator;

/// <summary>One MQTT 3.1.1 connection on blocking calls: sends while its window has room, reads PUBACKs, which must come in order.</summary>
internal sealed class Publisher(LoadOptions options, TlsClient? tls, int no, PacketRing packets)
{
    private const int ChunkMax = 512;
    private const int PubackLength = 4;
    private const int SilenceMaxMs = 60_000;
    private const byte KeepAliveSeconds = 60;

    private readonly int chunk = Math.Min(ChunkMax, options.Window);
    private readonly Pace pace = new(options.PerSecond / (double)options.Connections);
    private readonly Queue<(long SentAt, int Count)> sent = new();
    private readonly byte[] acks = new byte[64 * 1024];
    private int ackBytes;
    private int headAnswered;
    private int inFlight;
    private long sentAll;
    private ushort lastAck;
    private long acknowledged;

    /// <summary>PUBACKs so far; any thread may ask.</summary>
    public long Acknowledged => Interlocked.Read(ref acknowledged);

    /// <summary>Of what was answered while <see cref="Measuring"/>; to be read when the thread has ended.</summary>
    public Histogram Latency { get; } = new();

    /// <summary>Why this connection broke off; to be read when the thread has ended.</summary>
    public Exception? Failure { get; private set; }

    public volatile bool Measuring;
    public volatile bool Stop;

    /// <summary>The whole life of the connection. Signals <paramref name="connected"/> once in any case.</summary>
    public void Run(CountdownEvent connected, ManualResetEventSlim failed)
    {
        var signalled = false;
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = SilenceMaxMs, SendTimeout = SilenceMaxMs };
            using var stream = Connection.Open(socket, options, tls, $"load{no:D4}", KeepAliveSeconds);
            connected.Signal();
            signalled = true;
            while ((!Stop && !packets.UsedUp) || inFlight > 0)
            {
                if (!Stop && !packets.UsedUp && options.Window - inFlight >= chunk && pace.Allows(sentAll))
                {
                    Send(stream);
                    if (socket.Available == 0) continue;
                }
                if (inFlight > 0) Acks(stream);
                else pace.Wait();
            }
            stream.Write([0xE0, 0]);
        }
        catch (Exception error) when (error is SocketException or IOException or AuthenticationException or LoadException)
        {
            Failure = error;
            failed.Set();
            if (!signalled) connected.Signal();
        }
    }

    private void Send(Stream stream)
    {
        var bytes = packets.Next(chunk, out var count);
        sent.Enqueue((Stopwatch.GetTimestamp(), count));
        sentAll += count;
        inFlight += count;
        stream.Write(bytes);
    }

    private void Acks(Stream stream)
    {
        ackBytes += Connection.Receive(stream, acks.AsSpan(ackBytes));
        var whole = ackBytes / PubackLength;
        for (var i = 0; i < whole; i++)
        {
            var ack = acks.AsSpan(i * PubackLength, PubackLength);
            lastAck = lastAck == ushort.MaxValue ? (ushort)1 : (ushort)(lastAck + 1);
            if (ack[0] != 0x40 || ack[2] != lastAck >> 8 || ack[3] != (lastAck & 0xFF))
                throw new LoadException($"{options.To} answered out of order: expected the PUBACK of {lastAck}, got {Convert.ToHexString(ack)}.");
        }
        acks.AsSpan(whole * PubackLength, ackBytes -= whole * PubackLength).CopyTo(acks);
        if (whole > inFlight) throw new LoadException($"{options.To} acknowledged what was not sent.");
        inFlight -= whole;
        Interlocked.Add(ref acknowledged, whole);
        Answered(whole, Stopwatch.GetTimestamp());
    }

    private void Answered(int whole, long now)
    {
        while (whole > 0)
        {
            var (sentAt, count) = sent.Peek();
            var answered = Math.Min(count - headAnswered, whole);
            if (Measuring) Latency.Add((long)Stopwatch.GetElapsedTime(sentAt, now).TotalMicroseconds, answered);
            whole -= answered;
            headAnswered += answered;
            if (headAnswered < count) continue;
            sent.Dequeue();
            headAnswered = 0;
        }
    }
}
