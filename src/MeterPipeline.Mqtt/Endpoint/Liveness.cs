namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>When a client was last heard. Written by its read loop, asked by the sweep.</summary>
internal sealed class Liveness(TimeProvider time, TimeSpan connectTimeout)
{
    private readonly double connectMs = connectTimeout.TotalMilliseconds;
    private long heardTicks = time.GetTimestamp();
    
    /// <summary>Below 0: there was no CONNECT yet.</summary>
    private long silenceMs = -1;

    private volatile bool waitingForUs;

    /// <summary>
    /// Whether the client has been silent for longer than it promised, or has not sent its CONNECT in time: that runs from the start, however slowly
    /// it trickles in.
    /// </summary>
    public bool IsOverdue
    {
        get
        {
            var limit = Interlocked.Read(ref silenceMs) is >= 0 and var agreed ? agreed : connectMs;
            return !waitingForUs && limit > 0 && time.GetElapsedTime(Interlocked.Read(ref heardTicks)).TotalMilliseconds > limit;
        }
    }

    /// <summary>From here on one and a half keep-alive intervals count [MQTT-3.1.2-22].</summary>
    /// <param name="keepAliveSeconds">0: for ever.</param>
    public void Connected(int keepAliveSeconds)
    {
        Interlocked.Exchange(ref heardTicks, time.GetTimestamp());
        Interlocked.Exchange(ref silenceMs, keepAliveSeconds * 1500L);
    }

    public void Heard() => Interlocked.Exchange(ref heardTicks, time.GetTimestamp());

    /// <summary>Back-pressure begins: the silence is ours, not the client's.</summary>
    public void WaitForUs() => waitingForUs = true;

    public void Resume()
    {
        Heard();
        waitingForUs = false;
    }
}
