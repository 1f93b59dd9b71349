using System.Security.Cryptography;
using System.Text;

namespace MeterPipeline.Tests.Access;

/// <summary>Passwords as they are stored, of a single iteration: for tests of anything but their cost.</summary>
internal static class CheapPassword
{
    private static int salts;

    /// <summary>Another text every time, as a password set anew has.</summary>
    public static string Hash(string password)
    {
        var salt = BitConverter.GetBytes((long)Interlocked.Increment(ref salts)).Concat(new byte[8]).ToArray();
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, 1, HashAlgorithmName.SHA256, 32);
        return $"pbkdf2-sha256$1${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }
}
