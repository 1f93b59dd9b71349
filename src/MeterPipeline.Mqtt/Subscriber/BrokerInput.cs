using System.Buffers.Binary;
using MeterPipeline.Mqtt.Packets;

namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>
/// Packets as they come from a broker's socket, cut out of one buffer. Of a PUBLISH that is too long only the beginning is shown; the rest is skipped
/// as it comes and never held: ending the connection would bring it again for ever.
/// </summary>
internal sealed class BrokerInput(Stream stream, int packetBytesMax, TimeProvider time)
{
    // Owned by the read loop.
    private byte[] buffer = new byte[64 * 1024];
    private int filled;
    private int taken;
    private int skip;

    // Written by the read loop, read by the timer.
    private long readSince = time.GetTimestamp();
    private volatile bool reading;

    /// <summary>How long we have listened without hearing anything; zero while we do not listen.</summary>
    public TimeSpan Silence => reading ? time.GetElapsedTime(Interlocked.Read(ref readSince)) : TimeSpan.Zero;

    /// <summary>Reads once.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask FillAsync(CancellationToken cancel)
    {
        buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
        (filled, taken) = (filled - taken, 0);
        if (filled == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, packetBytesMax));
        Interlocked.Exchange(ref readSince, time.GetTimestamp());
        reading = true;
        var read = await stream.ReadAsync(buffer.AsMemory(filled), cancel).ConfigureAwait(false);
        reading = false;
        if (read == 0) throw new IOException("The broker closed the connection.");
        filled += read;
    }

    /// <summary>The next packet; it lies in the buffer until <see cref="FillAsync"/>.</summary>
    /// <param name="frame">The packet, or as much of a PUBLISH as tells topic and packet identifier.</param>
    /// <param name="bytes">Size of the whole packet.</param>
    /// <param name="whole">False: it is too long.</param>
    /// <returns>False: too little has come.</returns>
    /// <exception cref="ProtocolException">Malformed, or too long and no PUBLISH.</exception>
    public bool TryTake(out Frame frame, out int bytes, out bool whole)
    {
        Skip();
        var rest = buffer.AsSpan(taken, filled - taken);
        frame = default;
        whole = true;
        if (!Frame.TryReadSize(rest, out var header, out bytes)) return false;
        whole = bytes <= packetBytesMax || (PacketType)(rest[0] >> 4) != PacketType.Publish;
        if (!whole) return TryTakeBeginning(rest, header, bytes, out frame);
        if (!Frame.TryRead(rest, packetBytesMax, out frame, out _)) return false;
        taken += bytes;
        return true;
    }

    private bool TryTakeBeginning(ReadOnlySpan<byte> rest, int header, int bytes, out Frame frame)
    {
        frame = default;
        if (rest.Length < header + 2) return false;
        // Topic with its length, and a packet identifier. So long a packet has them, or bytes in their place.
        var needed = header + 2 + BinaryPrimitives.ReadUInt16BigEndian(rest[header..]) + 2;
        if (rest.Length < needed) return false;
        frame = Frame.Beginning(rest[..needed], header);
        skip = bytes;
        Skip();
        return true;
    }

    private void Skip()
    {
        var here = Math.Min(skip, filled - taken);
        (skip, taken) = (skip - here, taken + here);
    }
}
