namespace MeterFleet;

/// <summary>Where and how a <see cref="MqttPublisher"/> connects.</summary>
public sealed record MqttPublisherOptions
{
    /// <summary>Each message in flight needs its own packet identifier.</summary>
    public const int WindowMax = ushort.MaxValue;

    /// <summary>Name or address of the broker.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port, 1 to 65535. Default 1883.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>Further ports of the host, tried in turn whenever a connection is lost: other nodes of one pipeline. Default none.</summary>
    public IReadOnlyList<int> OtherPorts { get; init; } = [];

    /// <summary>Client identifier; the broker ends an older connection of the same name. Default <c>meter-fleet</c>.</summary>
    public string ClientId { get; init; } = "meter-fleet";

    /// <summary>Null (the default) connects without credentials.</summary>
    public string? Username { get; init; }

    /// <summary>Sent only with a <see cref="Username"/>.</summary>
    public string? Password { get; init; }

    /// <summary>Most messages sent and not yet acknowledged, 1 to <see cref="WindowMax"/>. Default 256.</summary>
    public int Window { get; init; } = 256;

    /// <summary>
    /// Whether a lost connection is opened again and what was not acknowledged sent again with the DUP flag. Default false: the
    /// loss is an error.
    /// </summary>
    public bool Reconnect { get; init; }

    /// <summary>How long to keep trying before a broker that is away is an error. Default 60 s.</summary>
    public TimeSpan ReconnectFor { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest pause between two attempts; the first is 50 ms, each further one twice as long. Default 2 s.</summary>
    public TimeSpan RetryPauseMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Called on the receive loop with the caller's sequence number once the broker has acknowledged it, in order of the
    /// acknowledgements and never concurrently. Must return soon and must not throw.
    /// </summary>
    public Action<long>? Acknowledged { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">A value lies outside the range that its comment states.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Host);
        if (Port is < 1 or > ushort.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(Port), Port, "A TCP port lies between 1 and 65535.");
        if (Window is < 1 or > WindowMax)
            throw new ArgumentOutOfRangeException(nameof(Window), Window, $"The window lies between 1 and {WindowMax}.");
    }
}

/// <summary>The broker could not be reached, refused the connection, or went away. The message says where and what to do.</summary>
public sealed class MqttPublishException(string message, Exception? inner = null) : IOException(message, inner);
