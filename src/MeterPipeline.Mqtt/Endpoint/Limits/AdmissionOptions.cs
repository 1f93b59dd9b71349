namespace MeterPipeline.Mqtt.Endpoint.Limits;

/// <summary>How much one client and one company may take of the endpoint. Over a rate or inflight limit means back-pressure, never loss.</summary>
public sealed record AdmissionOptions
{
    /// <summary>
    /// Connections at a time from one address (IPv6: one /64; loopback is not counted). 1 to 100,000, default 1,000: many meters of one operator's mobile network
    /// share an address.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>Messages per second of one connection. 0 to 100,000,000, default 0: no limit.</summary>
    public long ConnectionMessagesPerSecond { get; init; }

    /// <summary>Bytes per second of one connection. 0 to 100,000,000,000, default 0: no limit.</summary>
    public long ConnectionBytesPerSecond { get; init; }

    /// <summary>Uncommitted messages of one connection. 1 to 65,535, default 65,535: as many as there are packet identifiers.</summary>
    public int ConnectionInflightMax { get; init; } = 65_535;

    /// <summary>What any one company may take that is not named in <see cref="Companies"/>.</summary>
    public CompanyLimits Company { get; init; } = new();

    /// <summary>Limits of single companies by id; anonymous publishers together count as the company with the empty id.</summary>
    public Dictionary<string, CompanyLimits> Companies { get; init; } = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A value is out of range; names it.</exception>
    public void Validate()
    {
        Range(nameof(MaxConnectionsPerAddress), MaxConnectionsPerAddress, 1, 100_000);
        Range(nameof(ConnectionMessagesPerSecond), ConnectionMessagesPerSecond, 0, 100_000_000);
        Range(nameof(ConnectionBytesPerSecond), ConnectionBytesPerSecond, 0, 100_000_000_000);
        Range(nameof(ConnectionInflightMax), ConnectionInflightMax, 1, 65_535);
        Company.Validate("Company");
        foreach (var (id, limits) in Companies) limits.Validate($"Companies:{id}");
    }

    internal static void Range(string name, long value, long least, long most)
    {
        if (value < least || value > most) throw new ArgumentException($"Mqtt:Limits:Admission:{name} is {value}; allowed are {least} to {most}.");
    }
}

/// <summary>What one company may take, over all its connections.</summary>
public sealed record CompanyLimits
{
    /// <summary>Connections at a time. 1 to 100,000, default 10,000: all there are.</summary>
    public int Connections { get; init; } = 10_000;

    /// <summary>Messages per second. 0 to 100,000,000, default 0: no limit.</summary>
    public long MessagesPerSecond { get; init; }

    /// <summary>Bytes per second. 0 to 100,000,000,000, default 0: no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Uncommitted messages. 1 to 100,000,000, default 1,000,000: a second at full speed.</summary>
    public int InflightMax { get; init; } = 1_000_000;

    /// <summary>Largest packet, bytes; never above the endpoint's own limit. 1,024 to 16,777,216, default 16,777,216: the endpoint's.</summary>
    public int MaxPacketBytes { get; init; } = 16 * 1024 * 1024;

    internal void Validate(string path)
    {
        AdmissionOptions.Range($"{path}:{nameof(Connections)}", Connections, 1, 100_000);
        AdmissionOptions.Range($"{path}:{nameof(MessagesPerSecond)}", MessagesPerSecond, 0, 100_000_000);
        AdmissionOptions.Range($"{path}:{nameof(BytesPerSecond)}", BytesPerSecond, 0, 100_000_000_000);
        AdmissionOptions.Range($"{path}:{nameof(InflightMax)}", InflightMax, 1, 100_000_000);
        AdmissionOptions.Range($"{path}:{nameof(MaxPacketBytes)}", MaxPacketBytes, 1_024, 16 * 1024 * 1024);
    }
}
