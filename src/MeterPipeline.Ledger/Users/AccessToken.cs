using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MeterPipeline.Ledger.Users;

/// <summary>What a browser's session or a machine's key is known by: 256 random bits, of which the ledger keeps the hash.</summary>
public static class AccessToken
{
    private const int Bytes = 32;

    /// <summary>43 characters that need no escaping in headers and cookies.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>SHA-256, hexadecimal. A slow hash would add nothing to so many random bits.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
