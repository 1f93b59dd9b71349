using System.Net;

namespace MeterPipeline.Web.Access;

/// <summary>Section <c>MeterPipeline:Web</c>, as far as it says who is let in.</summary>
public record AccessOptions
{
    /// <summary>A session without use ends after so many minutes. 1 to 720, default 30. Pages that keep themselves current are no use.</summary>
    public int IdleMinutes { get; init; } = 30;

    /// <summary>Any session ends after so many hours. 1 to 72, default 12: a working day.</summary>
    public int SessionHours { get; init; } = 12;

    /// <summary>How long a household that was unmasked stays so for that session, minutes. 1 to 60, default 10.</summary>
    public int UnmaskMinutes { get; init; } = 10;

    /// <summary>Wrong passwords of one name from one address before both together are locked out. 1 to 100, default 5.</summary>
    public int FailuresMax { get; init; } = 5;

    /// <summary>First lockout, seconds; each further failure doubles it, up to 15 minutes. 1 to 900, default 60.</summary>
    public int LockSeconds { get; init; } = 60;

    /// <summary>Forms that one address may send in a minute. 1 to 10,000, default 120.</summary>
    public int FormsPerMinute { get; init; } = 120;

    /// <summary>A proxy before this port ends TLS. Default false. All requests count as encrypted, and nobody on loopback as being at this machine.</summary>
    public bool BehindTls { get; init; }

    /// <summary>Addresses of proxies whose X-Forwarded-For is believed. Default none: the header is ignored.</summary>
    public IReadOnlyList<string> ForwardedFrom { get; init; } = [];

    /// <exception cref="ArgumentException">A value is out of range; names it.</exception>
    public void ValidateAccess()
    {
        Range(nameof(IdleMinutes), IdleMinutes, 720);
        Range(nameof(SessionHours), SessionHours, 72);
        Range(nameof(UnmaskMinutes), UnmaskMinutes, 60);
        Range(nameof(FailuresMax), FailuresMax, 100);
        Range(nameof(LockSeconds), LockSeconds, 900);
        Range(nameof(FormsPerMinute), FormsPerMinute, 10_000);
        foreach (var proxy in ForwardedFrom)
            if (!IPAddress.TryParse(proxy, out _)) throw new ArgumentException($"Web:ForwardedFrom names '{proxy}'; write the proxy's IP address.");
    }

    private static void Range(string name, int value, int most)
    {
        if (value < 1 || value > most) throw new ArgumentException($"Web:{name} is {value}; allowed are 1 to {most}.");
    }
}
