using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeterPipeline.Access;

/// <summary>Which client certificates are taken, and which company each stands for. Thread-safe.</summary>
public sealed class ClientCertificates(MqttTlsSettings settings, TimeProvider time)
{
    private const string CommonName = "2.5.4.3";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly Dictionary<string, string> pinned = settings.Pinned.ToDictionary(p => MqttTlsSettings.Fingerprint(p.Sha256), p => p.Company, StringComparer.Ordinal);
    private readonly HashSet<string> revoked = [.. settings.Revoked.Select(MqttTlsSettings.Fingerprint)];

    /// <summary>
    /// Whether the handshake may go on: within its validity, not revoked, and pinned or signed for client authentication by one of
    /// <paramref name="authorities"/>.
    /// </summary>
    /// <param name="sent">What the client sent besides: certificates between its own and the root.</param>
    public bool IsTrusted(X509Certificate2 certificate, X509Certificate2Collection authorities, X509Certificate2Collection? sent)
    {
        var print = Print(certificate);
        if (revoked.Contains(print)) return false;
        var now = time.GetUtcNow().UtcDateTime;
        if (pinned.ContainsKey(print)) return certificate.NotBefore.ToUniversalTime() <= now && now < certificate.NotAfter.ToUniversalTime();
        if (authorities.Count == 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        chain.ChainPolicy.VerificationTime = now;
        if (sent is not null) chain.ChainPolicy.ExtraStore.AddRange(sent);
        return chain.Build(certificate);
    }

    /// <summary>The company of a certificate that the handshake took: as pinned, else the subject's only CN. Null where it has none or several.</summary>
    public string? CompanyOf(X509Certificate2 certificate)
    {
        if (pinned.TryGetValue(Print(certificate), out var company)) return company;
        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName).Select(part => part.GetSingleElementValue()).ToList();
        return names.Count == 1 ? names[0] : null;
    }

    private static string Print(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);
}
