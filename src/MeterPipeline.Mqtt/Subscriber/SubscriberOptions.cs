namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>An external broker to take messages from.</summary>
public sealed record SubscriberOptions
{
    /// <summary>Name for counters and logs. Default <c>broker</c>.</summary>
    public string Name { get; init; } = "broker";

    /// <summary><c>own</c> (default), or <c>mqttnet</c> where the build has it.</summary>
    public string Client { get; init; } = "own";

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 1883;

    /// <summary>Fixed: the broker keeps the session under it while we are away. One process at a time may use it.</summary>
    public string ClientId { get; init; } = "meterpipeline";

    /// <summary>What to subscribe to, at QoS 1; <c>$share/GROUP/metering/v1/#</c> shares the load between processes.</summary>
    public List<string> Filters { get; init; } = [];

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>TLS with the host's name checked. Default off.</summary>
    public bool Tls { get; init; }

    /// <summary>Seconds, 5 to 3600. Default 30: a dead broker is noticed after 45 s.</summary>
    public int KeepAliveSeconds { get; init; } = 30;

    /// <summary>The contract's topics, unless others are named.</summary>
    public IReadOnlyList<string> FiltersOrDefault => Filters.Count > 0 ? Filters : ["metering/v1/+/+/reading", "metering/v1/+/batch"];

    /// <exception cref="ArgumentException">A value cannot be used; names it.</exception>
    public void Validate()
    {
        if (ClientId.Length is < 1 or > 64) throw new ArgumentException($"Subscribers: ClientId of {Name} must have 1 to 64 characters: the broker keeps the session under it.");
        if (Port is < 1 or > 65535) throw new ArgumentException($"Subscribers: Port of {Name} is {Port}; allowed are 1 to 65535.");
        if (KeepAliveSeconds is < 5 or > 3600) throw new ArgumentException($"Subscribers: KeepAliveSeconds of {Name} is {KeepAliveSeconds}; allowed are 5 to 3600.");
        if (Password is not null && User is null) throw new ArgumentException($"Subscribers: {Name} has a Password but no User.");
    }
}
