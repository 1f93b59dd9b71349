namespace MeterPipeline.Access;

/// <summary>Who may publish without showing who they are. Only peers on loopback ever may.</summary>
public enum AnonymousAccess
{
    /// <summary>Everybody on loopback while there is no user at all; nobody once there is one.</summary>
    UntilUsers,

    /// <summary>Nobody.</summary>
    Never,

    /// <summary>Everybody on loopback, users or not. Never behind a proxy on this machine: through it all the world is on loopback.</summary>
    Loopback,
}

/// <summary>Section <c>MeterPipeline:Mqtt:Accounts</c>: how publishers prove who they are.</summary>
public sealed record AccountSettings
{
    /// <summary>Default UntilUsers: the first <c>users add</c> ends anonymous publishing.</summary>
    public AnonymousAccess Anonymous { get; init; }

    /// <summary>Passwords checked at a time, each 0.2 s of a core. 1 to 64, default half of the cores.</summary>
    public int VerificationsAtOnce { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 64);

    /// <summary>Passwords waiting to be checked; more clients are told to come later. 1 to 10,000, default 200.</summary>
    public int VerificationsWaiting { get; init; } = 200;

    /// <summary>Wrong passwords of one user from one address before both together are locked out. 1 to 1,000, default 5.</summary>
    public int FailuresMax { get; init; } = 5;

    /// <summary>First lockout, seconds; each further failure doubles it, up to 15 minutes. 1 to 900, default 60.</summary>
    public int LockSeconds { get; init; } = 60;

    /// <exception cref="ArgumentException">A value is out of range; names it.</exception>
    public void Validate()
    {
        Range(nameof(VerificationsAtOnce), VerificationsAtOnce, 64);
        Range(nameof(VerificationsWaiting), VerificationsWaiting, 10_000);
        Range(nameof(FailuresMax), FailuresMax, 1_000);
        Range(nameof(LockSeconds), LockSeconds, 900);
    }

    private static void Range(string name, int value, int most)
    {
        if (value < 1 || value > most) throw new ArgumentException($"Mqtt:Accounts:{name} is {value}; allowed are 1 to {most}.");
    }
}
