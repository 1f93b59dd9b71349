using System.Collections.Concurrent;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Access;

/// <summary>Users and keys as the ledger has them, whoever changes them: looked at ten times a second at most. Any thread.</summary>
internal sealed class Accounts(ILedger ledger, TimeProvider time, ILogger<Accounts> log)
{
    private const int LooksApartMs = 100;

    private readonly Lock gate = new();
    private long lastLook;
    private KnownAccounts? known;

    public KnownAccounts Now()
    {
        lock (gate)
        {
            if (known is { } fresh && time.GetElapsedTime(lastLook).TotalMilliseconds < LooksApartMs) return fresh;
            try
            {
                if (known is null || ledger.UsersVersion() != known.UsersVersion || ledger.Access.Version() != known.AccessVersion) known = Load();
            }
            catch (LedgerException error) when (known is not null)
            {
                log.LogError("Users are those of the last look: {Message}", error.Message);
            }
            lastLook = time.GetTimestamp();
            return known;
        }
    }

    /// <summary>Looks anew at the next call: after a change of our own.</summary>
    public void Changed()
    {
        lock (gate) lastLook = 0;
    }

    // Versions first: what changes meanwhile is seen at the next look.
    private KnownAccounts Load() => new(
        ledger.UsersVersion(), ledger.Access.Version(), ledger.Users().ToDictionary(user => user.Name, StringComparer.Ordinal),
        ledger.Access.Keys().Where(key => key.RevokedAtMs is null).ToDictionary(key => key.Hash, StringComparer.Ordinal));
}

/// <summary>One look. Sessions read meanwhile are kept with it, so that none outlives a change.</summary>
internal sealed record KnownAccounts(long UsersVersion, long AccessVersion, IReadOnlyDictionary<string, User> Users, IReadOnlyDictionary<string, ApiKey> Keys)
{
    /// <summary>A disabled one counts: disabling the last must not open the door.</summary>
    public bool HasPeople { get; } = Users.Values.Any(user => user.IsPerson);

    public ConcurrentDictionary<string, OpenSession> Sessions { get; } = new(StringComparer.Ordinal);
}

/// <summary>A session in memory, with its last use, which the ledger hears of later.</summary>
internal sealed class OpenSession(Session session)
{
    private long usedAtMs = session.UsedAtMs;

    public Session Session => session;

    public long UsedAtMs => Interlocked.Read(ref usedAtMs);

    public void Use(long atMs) => Interlocked.Exchange(ref usedAtMs, atMs);

    /// <summary>The use that the ledger knows of.</summary>
    public long WrittenAtMs { get; set; } = session.UsedAtMs;
}
