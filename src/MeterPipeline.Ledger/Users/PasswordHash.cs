using System.Globalization;
using System.Security.Cryptography;

namespace MeterPipeline.Ledger.Users;

/// <summary>
/// Passwords as they are stored: <c>pbkdf2-sha256$iterations$salt$hash</c>. The count stands in the text, so that raising it leaves older
/// passwords valid.
/// </summary>
public static class PasswordHash
{
    /// <summary>What OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA256 (2023): about 0.2 s of one core.</summary>
    public const int Iterations = 600_000;

    /// <summary>Shortest password, UTF-8 bytes. Publishers' passwords are kept by machines; there is no reason for short ones.</summary>
    public const int LengthMin = 12;

    /// <summary>Longest password, UTF-8 bytes.</summary>
    public const int LengthMax = 256;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Matches no password and costs as much as any: an unknown name must not be told by its speed.</summary>
    public static string Nobody { get; } = Text(Iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>Whether a password is long enough, and not too long.</summary>
    public static bool IsFit(string password) => System.Text.Encoding.UTF8.GetByteCount(password) is >= LengthMin and <= LengthMax;

    /// <exception cref="ArgumentException">Too short or too long; the message says so and holds nothing of it.</exception>
    public static string Create(ReadOnlySpan<byte> password)
    {
        if (password.Length is < LengthMin or > LengthMax)
            throw new ArgumentException($"The password has {password.Length} bytes; use {LengthMin} to {LengthMax}. A good one: openssl rand -base64 24");
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Text(Iterations, salt, Derive(password, salt, Iterations));
    }

    /// <summary>Takes its time: never on a thread that others wait for.</summary>
    /// <exception cref="LedgerException">The stored text is none of ours.</exception>
    public static bool Verify(ReadOnlySpan<byte> password, string stored)
    {
        var parts = stored.Split('$');
        if (parts.Length != 4 || parts[0] != Scheme || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations < 1)
            throw new LedgerException("A stored password hash is of no known form. Set the password again: meterpipeline users passwd NAME");
        var expected = Convert.FromBase64String(parts[3]);
        return CryptographicOperations.FixedTimeEquals(Derive(password, Convert.FromBase64String(parts[2]), iterations), expected);
    }

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashBytes);

    private static string Text(int iterations, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
}
