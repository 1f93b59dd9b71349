using MeterPipeline.Mqtt.Endpoint.Limits;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>Limits of the built-in endpoint.</summary>
public sealed record EndpointOptions
{
    /// <summary>What a connection may have received and the endpoint not looked at, bytes: a socket's read buffer.</summary>
    public const int ReadBufferBytes = 256 * 1024;

    /// <summary>Largest packet, bytes. Default 1 MiB, about twelve thousand readings in one batch.</summary>
    public int MaxPacketBytes { get; init; } = 1024 * 1024;

    /// <summary>Connections at a time, TLS handshakes included. 1 to 100,000, default 10,000.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Time for a new connection to send its CONNECT. Default 10 s: enough for the slowest modem, short for a slow-loris.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Time for a packet that has begun to be complete, and a second more for each kibibyte of it, which the slowest modem manages. Times in which
    /// the endpoint does not read do not count. 1 s to 1 h, default 30 s.
    /// </summary>
    public TimeSpan PacketTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// What all connections together may hold of packets above 64 KiB that are not complete, bytes; further ones are not read until there is room.
    /// At least <see cref="MaxPacketBytes"/>, default 256 MiB.
    /// </summary>
    public long UnfinishedBytesMax { get; init; } = 256 * 1024 * 1024;

    /// <summary>Bytes for a peer that it has not read: then its socket is not read either. Default 256 KiB, 64 thousand acknowledgements.</summary>
    public int UnreadBytesMax { get; init; } = 256 * 1024;

    /// <summary>Messages at QoS 1 and 2 that one MQTT 5 client may have unacknowledged. Default 16,384: more than one has at full speed.</summary>
    public int ReceiveMaximum { get; init; } = 16 * 1024;

    /// <summary>Longest keep-alive of an MQTT 5 client, seconds; one that asks for more or for none gets this. A 3.1.1 client
    /// that asks for none may be silent for one and a half times this. Default one hour.</summary>
    public int KeepAliveSecondsMax { get; init; } = 3600;

    /// <summary>Longest time that a session is kept without a connection, seconds. Default one week. A 3.1.1 session that is not clean gets this.</summary>
    public int SessionExpirySecondsMax { get; init; } = 7 * 24 * 3600;

    /// <summary>Sessions kept without a connection; the oldest goes first. Default 10,000, as many as connections.</summary>
    public int StoredSessionsMax { get; init; } = 10_000;

    /// <summary>How much one client and one company may take.</summary>
    public AdmissionOptions Admission { get; init; } = new();

    /// <exception cref="ArgumentException">A value is out of range; names it.</exception>
    public void Validate()
    {
        if (MaxPacketBytes is < 1024 or > 16 * 1024 * 1024) throw new ArgumentException($"Mqtt:MaxPacketBytes is {MaxPacketBytes}; allowed are 1024 to 16777216.");
        if (MaxConnections is < 1 or > 100_000) throw new ArgumentException($"Mqtt:MaxConnections is {MaxConnections}; allowed are 1 to 100000.");
        if (ConnectTimeout < TimeSpan.FromSeconds(1)) throw new ArgumentException("Mqtt:ConnectTimeout is below one second.");
        if (PacketTimeout < TimeSpan.FromSeconds(1) || PacketTimeout > TimeSpan.FromHours(1)) throw new ArgumentException($"Mqtt:PacketTimeout is {PacketTimeout}; allowed are 00:00:01 to 01:00:00.");
        if (UnfinishedBytesMax < MaxPacketBytes) throw new ArgumentException($"Mqtt:UnfinishedBytesMax is {UnfinishedBytesMax}; it must hold one packet, {MaxPacketBytes} bytes.");
        if (ReceiveMaximum is < 1 or > ushort.MaxValue) throw new ArgumentException($"Mqtt:ReceiveMaximum is {ReceiveMaximum}; allowed are 1 to 65535.");
        if (KeepAliveSecondsMax is < 1 or > ushort.MaxValue) throw new ArgumentException($"Mqtt:KeepAliveSecondsMax is {KeepAliveSecondsMax}; allowed are 1 to 65535.");
        if (SessionExpirySecondsMax < 0) throw new ArgumentException("Mqtt:SessionExpirySecondsMax is negative; 0 keeps no session.");
        if (StoredSessionsMax is < 0 or > 1_000_000) throw new ArgumentException($"Mqtt:StoredSessionsMax is {StoredSessionsMax}; allowed are 0 to 1000000.");
        Admission.Validate();
    }
}
