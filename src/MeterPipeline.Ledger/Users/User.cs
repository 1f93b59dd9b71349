namespace MeterPipeline.Ledger.Users;

/// <summary>What a user is for. Numbers are stored.</summary>
public enum Role
{
    /// <summary>A company's publisher: may publish readings of that company's meters, and see what became of them.</summary>
    Company = 1,

    /// <summary>Gives and takes rights; neither moves money nor sees names.</summary>
    Administrator = 2,

    /// <summary>The energy bureau.</summary>
    Bureau = 3,

    /// <summary>The bureau of finance.</summary>
    Finance = 4,

    /// <summary>A township's reader: its own households, masked.</summary>
    Township = 5,
}

/// <summary>Somebody who proves who they are with a password.</summary>
/// <param name="Name">Unique, case counts; see <see cref="IsName"/>.</param>
/// <param name="Company">Whom a publisher belongs to; null for people of no company.</param>
/// <param name="Divisions">Codes whose data a person may see; empty: all, or not asked for by the role.</param>
/// <param name="Hash">As <see cref="PasswordHash.Create"/> made it.</param>
/// <param name="MustChange">The password was given by somebody else and is to be changed at the first sign-in.</param>
/// <param name="Enabled">False: refused, and shown out where connected.</param>
/// <param name="CreatedAtMs">ms since the epoch.</param>
/// <param name="PasswordAtMs">When the password was set, ms since the epoch.</param>
public sealed record User(
    string Name, Role Role, string? Company, IReadOnlyList<string> Divisions, string Hash, bool MustChange, bool Enabled, long CreatedAtMs, long PasswordAtMs)
{
    public const int NameMax = 64;

    /// <summary>1 to 64 letters, digits and <c>. _ - @</c> of ASCII: safe in logs and unmistakable to the eye of an operator.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= NameMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@');

    /// <summary>Signs in at the web port for more than a publisher's counters: once there is one, nobody is a guest there.</summary>
    public bool IsPerson => Role != Role.Company;

    /// <summary>Without the hash: a user may be shown anywhere.</summary>
    public override string ToString() => $"{Name} ({Role}{(Company is null ? "" : $" {Company}")})";
}
