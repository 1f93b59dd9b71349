using System.Net;

namespace LoadGenerator;

/// <summary>One load: where to, how much, how long.</summary>
public sealed record LoadOptions
{
    private const int TopicPrefixMax = 200;

    public IPEndPoint To { get; init; } = new(IPAddress.Loopback, 1883);

    /// <summary>Further nodes of one server: connections are dealt out to <see cref="To"/> and these in turn. Default none.</summary>
    public IReadOnlyList<IPEndPoint> Others { get; init; } = [];

    /// <summary>Name that the server's certificate must carry; only with TLS.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>One thread each. 1 to 1,000, default 64.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>At least as many as connections, at most 5,000,000, default 10,000. A rendered message each, about 100 bytes.</summary>
    public int Meters { get; init; } = 10_000;

    /// <summary>Measured time, 1 to 3,600 seconds, default 10.</summary>
    public int Seconds { get; init; } = 10;

    /// <summary>Time before that, after the last connection was accepted, 0 to 600 seconds, default 3.</summary>
    public int WarmUpSeconds { get; init; } = 3;

    /// <summary>Messages of a connection that wait for their PUBACK, 1 to 65,535, default 1,000.</summary>
    public int Window { get; init; } = 1_000;

    /// <summary>Readings a second of all connections together; 0: as fast as the server takes them. At most 10,000,000.</summary>
    public int PerSecond { get; init; }

    /// <summary>Topic of a meter without <c>/METER/reading</c>, printable ASCII.</summary>
    public string TopicPrefix { get; init; } = "metering/v1/" + LoadRegistry.Company;

    /// <summary>Empty: signs in without a name.</summary>
    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    public bool Tls { get; init; }

    /// <summary>PEM file of the authorities that may have signed the server's certificate. Null: those of the machine.</summary>
    public string? Authorities { get; init; }

    /// <summary>Time of the first readings. Null: 16 November 2025.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>What registers show at first beyond <see cref="LoadRegistry.Opening"/>, kWh with two decimals.</summary>
    public decimal Above { get; init; }

    /// <summary>No reading is later: a pipeline refuses those of the future. Null: now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Permits an address that is not loopback: a load is an attack on whoever did not ask for it.</summary>
    public bool Anywhere { get; init; }

    /// <exception cref="LoadException">A value is out of range; names it.</exception>
    public void Validate()
    {
        Range("--connections", Connections, 1, 1_000);
        Range("--meters", Meters, Connections, 5_000_000);
        Range("--seconds", Seconds, 1, 3_600);
        Range("--warm-up", WarmUpSeconds, 0, 600);
        Range("--window", Window, 1, ushort.MaxValue);
        Range("--rate", PerSecond, 0, 10_000_000);
        if (TopicPrefix.Length is 0 or > TopicPrefixMax || !TopicPrefix.All(c => c is > ' ' and <= '~' and not ('+' or '#')))
            throw new LoadException($"--topic-prefix wants 1 to {TopicPrefixMax} printable characters of ASCII without + and #.");
        if (User.Length > 256 || Password.Length > 1_024) throw new LoadException("--user takes 256 characters at most, a password 1,024.");
        if (Authorities is not null && !Tls) throw new LoadException("--ca means nothing without --tls.");
        if (!Anywhere && Others.Prepend(To).Any(server => !IPAddress.IsLoopback(server.Address))) throw new LoadException($"{To} is not loopback. If that server expects this load, say --anywhere.");
    }

    internal LoadOptions OfConnection(int no) => no % (Others.Count + 1) is var turn and > 0 ? this with { To = Others[turn - 1] } : this;

    private static void Range(string name, int value, int least, int most)
    {
        if (value < least || value > most) throw new LoadException($"{name} is {value}; allowed are {least} to {most}.");
    }
}

/// <summary>The load could not begin or broke off; the message says where and what to do.</summary>
public sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner);
