using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MeterPipeline.Benchmarks.Load;

/// <summary>One MQTT 3.1.1 connection on blocking calls: sends while its window has room, reads PUBACKs, which must come in order.</summary>
public sealed class Publisher(IPEndPoint endpoint, int no, PacketRing packets, int window)
{
    private const int ChunkMax = 512;
    private const int PubackLength = 4;

    private readonly Queue<(long SentAt, int Count)> sent = new();
    private readonly byte[] acks = new byte[64 * 1024];
    private int ackBytes;
    private int headAnswered;
    private int inFlight;
    private ushort lastAck;
    public long Acknowledged;

    public Histogram Latency { get; } = new();

    public volatile bool Measuring;
    public volatile bool Stop;

    public void Run()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000 };
        socket.Connect(endpoint);
        socket.Send([0x10, 16, 0, 4, .. "MQTT"u8, 4, 2, 0, 60, 0, 4, .. "ld"u8, (byte)('0' + no / 10), (byte)('0' + no % 10)]);
        Span<byte> connack = stackalloc byte[4];
        for (var read = 0; read < connack.Length;) read += Receive(socket, connack[read..]);
        if (connack[0] != 0x20 || connack[3] != 0) throw new InvalidOperationException("The server refused the connection.");
        while (!Stop || inFlight > 0)
        {
            if (!Stop && window - inFlight >= Math.Min(ChunkMax, window))
            {
                Send(socket);
                if (socket.Available == 0) continue;
            }
            Acks(socket);
        }
        socket.Send([0xE0, 0]);
    }

    private void Send(Socket socket)
    {
        var bytes = packets.Next(Math.Min(ChunkMax, window), out var count);
        sent.Enqueue((Stopwatch.GetTimestamp(), count));
        inFlight += count;
        while (!bytes.IsEmpty) bytes = bytes[socket.Send(bytes)..];
    }

    private void Acks(Socket socket)
    {
        ackBytes += Receive(socket, acks.AsSpan(ackBytes));
        var whole = ackBytes / PubackLength;
        for (var i = 0; i < whole; i++)
        {
            var ack = acks.AsSpan(i * PubackLength, PubackLength);
            lastAck = lastAck == ushort.MaxValue ? (ushort)1 : (ushort)(lastAck + 1);
            if (ack[0] != 0x40 || ack[2] != lastAck >> 8 || ack[3] != (lastAck & 0xFF)) throw new InvalidOperationException($"Expected the PUBACK of {lastAck}.");
        }
        acks.AsSpan(whole * PubackLength, ackBytes -= whole * PubackLength).CopyTo(acks);
        inFlight -= whole;
        Interlocked.Add(ref Acknowledged, whole);
        var now = Stopwatch.GetTimestamp();
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

    private static int Receive(Socket socket, Span<byte> into)
    {
        var read = socket.Receive(into);
        return read > 0 ? read : throw new InvalidOperationException("The server closed the connection.");
    }
}
