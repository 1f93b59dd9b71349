namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>How long a client may be silent, or take over a packet. Written by its read loop, asked by the sweep.</summary>
internal sealed class Liveness(TimeProvider time, TimeSpan connectTimeout, TimeSpan packetTimeout)
{
    /// <summary>What the slowest modem manages: a second more for each of these.</summary>
    private const int BytesPerSecondMin = 1024;

    private readonly double connectMs = connectTimeout.TotalMilliseconds;
    private long heardTicks = time.GetTimestamp();

    /// <summary>Below 0: there was no CONNECT yet.</summary>
    private long silenceMs = -1;

    /// <summary>Milliseconds that the packet which has begun may still take, counted from <see cref="heardWholeTicks"/>; below 0: none has begun.</summary>
    private long packetMs = -1;

    private long heardWholeTicks;
    private long waitingSince;
    private volatile bool waitingForUs;

    /// <summary>
    /// Why the client should be shown out: silent for longer than it promised, no CONNECT in time, however slowly it trickles in, or a packet that
    /// does not end. Null: all is well.
    /// </summary>
    public (string Reason, string Message)? Overdue
    {
        get
        {
            if (waitingForUs) return null;
            var agreed = Interlocked.Read(ref silenceMs);
            if (Passed(ref heardTicks, agreed >= 0 ? agreed : connectMs))
                return ("silent", "No packet within one and a half keep-alive intervals, or no CONNECT in time [MQTT-3.1.2-22].");
            if (Interlocked.Read(ref packetMs) is >= 0 and var allowed && Passed(ref heardWholeTicks, allowed))
                return ("slow-packet", $"A packet was not complete {allowed / 1000} s after it had begun.");
            return null;
        }
    }

    /// <summary>From here on one and a half keep-alive intervals count [MQTT-3.1.2-22].</summary>
    /// <param name="keepAliveSeconds">Above 0.</param>
    public void Connected(int keepAliveSeconds)
    {
        Interlocked.Exchange(ref heardTicks, time.GetTimestamp());
        Interlocked.Exchange(ref silenceMs, keepAliveSeconds * 1500L);
    }

    public void Heard() => Interlocked.Exchange(ref heardTicks, time.GetTimestamp());

    /// <summary>What a read has left in the buffer.</summary>
    /// <param name="ended">The read brought the end of a packet: one that is left has begun with it.</param>
    /// <param name="left">Bytes of a packet that is not complete.</param>
    /// <param name="needed">Bytes that it takes; 0: not known yet.</param>
    public void Left(bool ended, long left, int needed)
    {
        if (left == 0)
        {
            Interlocked.Exchange(ref packetMs, -1);
            return;
        }
        if (ended || Interlocked.Read(ref packetMs) < 0) Interlocked.Exchange(ref heardWholeTicks, time.GetTimestamp());
        Interlocked.Exchange(ref packetMs, (long)packetTimeout.TotalMilliseconds + needed * 1000L / BytesPerSecondMin);
    }

    /// <summary>Back-pressure begins: the silence is ours, not the client's.</summary>
    public void WaitForUs()
    {
        waitingSince = time.GetTimestamp();
        waitingForUs = true;
    }

    public void Resume()
    {
        Interlocked.Add(ref heardWholeTicks, time.GetTimestamp() - waitingSince);
        Heard();
        waitingForUs = false;
    }

    private bool Passed(ref long since, double ms) => time.GetElapsedTime(Interlocked.Read(ref since)).TotalMilliseconds > ms;
}
