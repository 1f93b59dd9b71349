namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>An external broker to take messages from.</summary>
public sealed record SubscriberOptions
{
    internal const string Auto = "auto", Version5 = "5", Version311 = "3.1.1";

    /// <summary>Name for counters and logs. Default <c>broker</c>.</summary>
    public string Name { get; init; } = "broker";

    /// <summary><c>own</c> (default), or <c>mqttnet</c> where the build has it.</summary>
    public string Client { get; init; } = "own";

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 1883;

    /// <summary>Fixed: the broker keeps the session under it while we are away. One process at a time may use it.</summary>
    public string ClientId { get; init; } = "meterpipeline";

    /// <summary>
    /// What to subscribe to, at QoS 1; <c>$share/GROUP/metering/v1/+/+/reading</c> shares the load between processes, each with a ClientId of its own,
    /// where the broker keeps shared subscriptions over its restart (mosquitto does not: deploy/nodes.md). What is taken out of the list stays
    /// subscribed in the session that the broker keeps: change ClientId too.
    /// </summary>
    public List<string> Filters { get; init; } = [];

    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>TLS with the host's name checked. Default off.</summary>
    public bool Tls { get; init; }

    /// <summary><c>auto</c> (default): MQTT 5, and 3.1.1 where the broker does not know it; <c>5</c> or <c>3.1.1</c>: that one only.</summary>
    public string Version { get; init; } = Auto;

    /// <summary>Seconds, 5 to 3600. Default 30: a dead broker is noticed after 45 s. A broker of MQTT 5 may want it shorter.</summary>
    public int KeepAliveSeconds { get; init; } = 30;

    /// <summary>
    /// Days for which the broker keeps session and messages while we are away, 1 to 365; MQTT 5 only, in 3.1.1 they never end. Default 14: longer than
    /// the longest public holiday, and a subscriber that was given up does not fill the broker's disk.
    /// </summary>
    public int SessionExpiryDays { get; init; } = 14;

    /// <summary>
    /// QoS 1 messages that the broker may send before it has an acknowledgement, 1 to 65535; MQTT 5 only. Default 65535, for each waits until its commit.
    /// </summary>
    public int ReceiveMaximum { get; init; } = 65_535;

    /// <summary>
    /// Largest packet taken, bytes, 131072 to 268435455. Default 16777216. A broker of MQTT 5 is told, and keeps longer ones back; from one of 3.1.1
    /// they are skipped, counted and acknowledged.
    /// </summary>
    public int MaxPacketBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Whether to ask for the broker's own figures under <c>$SYS</c>. Default on; off for a broker that hangs up when it is asked.</summary>
    public bool ReadSys { get; init; } = true;

    /// <summary>Seconds without connection after which it is an alarm, 5 to 86400. Default 60: a broker's restart takes less.</summary>
    public int NotConnectedSeconds { get; init; } = 60;

    /// <summary>Seconds in which messages wait and none is committed, after which it is an alarm, 5 to 86400. Default 30: a commit takes milliseconds.</summary>
    public int NoCommitsSeconds { get; init; } = 30;

    /// <summary>Messages that the broker may hold for its clients before it counts as a backlog, 0 to 1000000000. Default 10000.</summary>
    public int BacklogMessages { get; init; } = 10_000;

    /// <summary>
    /// Seconds in which the backlog reaches no new low, after which it is an alarm, 15 to 86400. Default 60: six reports of mosquitto.
    /// </summary>
    public int BacklogSeconds { get; init; } = 60;

    /// <summary>The contract's topics, unless others are named.</summary>
    public IReadOnlyList<string> FiltersOrDefault => Filters.Count > 0 ? Filters : ["metering/v1/+/+/reading", "metering/v1/+/batch"];

    /// <exception cref="ArgumentException">A value cannot be used; names it.</exception>
    public void Validate()
    {
        if (ClientId.Length is < 1 or > 64) throw new ArgumentException($"Subscribers: ClientId of {Name} must have 1 to 64 characters: the broker keeps the session under it.");
        if (Password is not null && User is null) throw new ArgumentException($"Subscribers: {Name} has a Password but no User.");
        if (Version is not (Auto or Version5 or Version311)) throw new ArgumentException($"Subscribers: Version of {Name} is {Version}; allowed are auto, 5 and 3.1.1.");
        Check(nameof(Port), Port, 1, 65_535);
        Check(nameof(KeepAliveSeconds), KeepAliveSeconds, 5, 3_600);
        Check(nameof(SessionExpiryDays), SessionExpiryDays, 1, 365);
        Check(nameof(ReceiveMaximum), ReceiveMaximum, 1, 65_535);
        Check(nameof(MaxPacketBytes), MaxPacketBytes, 128 * 1024, 256 * 1024 * 1024 - 1);
        Check(nameof(NotConnectedSeconds), NotConnectedSeconds, 5, 86_400);
        Check(nameof(NoCommitsSeconds), NoCommitsSeconds, 5, 86_400);
        Check(nameof(BacklogMessages), BacklogMessages, 0, 1_000_000_000);
        Check(nameof(BacklogSeconds), BacklogSeconds, 15, 86_400);
    }

    private void Check(string setting, int value, int least, int most)
    {
        if (value < least || value > most) throw new ArgumentException($"Subscribers: {setting} of {Name} is {value}; allowed are {least} to {most}.");
    }
}
