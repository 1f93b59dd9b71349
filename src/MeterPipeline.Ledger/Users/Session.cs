namespace MeterPipeline.Ledger.Users;

/// <summary>Somebody signed in with a browser.</summary>
/// <param name="Id">SHA-256 of the browser's token, hexadecimal: whoever reads the ledger cannot take the session over.</param>
/// <param name="User">Name.</param>
/// <param name="CreatedAtMs">When they signed in, ms since the epoch.</param>
/// <param name="UsedAtMs">When they last did something, ms since the epoch; may trail by a minute.</param>
public sealed record Session(string Id, string User, long CreatedAtMs, long UsedAtMs);

/// <summary>A machine that reads the API.</summary>
/// <param name="Name">As <see cref="User.IsName"/>; unique among keys.</param>
/// <param name="Company">Whom a company's machine belongs to; null for others.</param>
/// <param name="Divisions">Prefixes of division codes that it may see; empty: all.</param>
/// <param name="Hash">SHA-256 of the key, hexadecimal. The key has 256 random bits, so that a slow hash would add nothing.</param>
/// <param name="UsedDay">Local day of the last use; null: never.</param>
/// <param name="RevokedAtMs">Refused from then on, ms since the epoch; null: valid.</param>
public sealed record ApiKey(string Name, Role Role, string? Company, IReadOnlyList<string> Divisions, string Hash, long CreatedAtMs, int? UsedDay, long? RevokedAtMs)
{
    /// <summary>Without the hash.</summary>
    public override string ToString() => $"{Name} ({Role}{(Company is null ? "" : $" {Company}")})";
}

/// <summary>What the access log keeps. Numbers are stored.</summary>
public enum AccessAct
{
    /// <summary>Somebody signed in.</summary>
    SignIn = 1,

    /// <summary>A household's name and account numbers were shown.</summary>
    Unmask = 2,

    /// <summary>A file left the house.</summary>
    Export = 3,

    /// <summary>Quarantined messages were replayed from a page or by a program.</summary>
    Replay = 4,
}

/// <summary>One line of the access log.</summary>
/// <param name="Id">Given by the ledger.</param>
/// <param name="Session">Empty: not by a session.</param>
/// <param name="Subject">The household, or what was exported or replayed.</param>
/// <param name="Reason">Why, as the person said; empty: not asked.</param>
public sealed record AccessEntry(long Id, long AtMs, string Actor, string Session, AccessAct Act, string Subject, string Reason)
{
    /// <summary>Longest reason, characters.</summary>
    public const int ReasonMax = 500;

    /// <summary>What a person said, as it can be kept: on one line, without blanks around it. Null: it is too long, or more than a line.</summary>
    public static string? Kept(string? said) => (said ?? "").Trim() is { Length: <= ReasonMax } reason && !reason.Any(char.IsControl) ? reason : null;
}
