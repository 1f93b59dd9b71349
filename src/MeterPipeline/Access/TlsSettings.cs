using System.Security.Cryptography;

namespace MeterPipeline.Access;

/// <summary>A certificate with its key, as PEM files. Both are read anew when they change.</summary>
public record KeyPairSettings
{
    /// <summary>PEM file: the server's certificate first, then those between it and the root. Empty: no TLS.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>PEM file of the private key, not encrypted. Empty: it stands in <see cref="Certificate"/> too.</summary>
    public string Key { get; init; } = "";

    /// <summary>How often the files are looked at, seconds. 1 to 3,600, default 10.</summary>
    public int ReloadSeconds { get; init; } = 10;

    /// <summary>Time for a TLS handshake, seconds. 1 to 120, default 10.</summary>
    public int HandshakeSeconds { get; init; } = 10;

    public bool IsOn => Certificate.Length > 0;

    /// <param name="path">Section, for messages.</param>
    /// <exception cref="ArgumentException">A value is out of range; names it.</exception>
    public void Validate(string path)
    {
        if (ReloadSeconds is < 1 or > 3_600) throw new ArgumentException($"{path}:ReloadSeconds is {ReloadSeconds}; allowed are 1 to 3600.");
        if (HandshakeSeconds is < 1 or > 120) throw new ArgumentException($"{path}:HandshakeSeconds is {HandshakeSeconds}; allowed are 1 to 120.");
        if (!IsOn && Key.Length > 0) throw new ArgumentException($"{path}:Key is set, {path}:Certificate is not; set both or none.");
    }
}

/// <summary>Section <c>MeterPipeline:Mqtt:Tls</c>: MQTT over TLS 1.2 and 1.3, and client certificates.</summary>
public sealed record MqttTlsSettings : KeyPairSettings
{
    /// <summary>Where to listen with TLS. Default 127.0.0.1:8883.</summary>
    public string Address { get; init; } = "127.0.0.1:8883";

    /// <summary>PEM file of authorities of your own that sign client certificates; the subject's CN is the company's id. Empty: none.</summary>
    public string ClientCa { get; init; } = "";

    /// <summary>Client certificates named one by one, whoever signed them.</summary>
    public List<PinnedCertificate> Pinned { get; init; } = [];

    /// <summary>SHA-256 fingerprints of client certificates that are refused though an authority signed them.</summary>
    public List<string> Revoked { get; init; } = [];

    /// <summary>Refuse TLS clients without a certificate. Default false: they sign in with a password instead.</summary>
    public bool RequireClientCertificate { get; init; }

    /// <summary>Whether clients are asked for a certificate at all.</summary>
    public bool AsksClients => ClientCa.Length > 0 || Pinned.Count > 0;

    /// <exception cref="ArgumentException">A value cannot be used; names it.</exception>
    public void Validate()
    {
        Validate("Mqtt:Tls");
        if (!IsOn && AsksClients) throw new ArgumentException("Mqtt:Tls asks for client certificates, but has no Certificate of its own; set Mqtt:Tls:Certificate and Key.");
        if (RequireClientCertificate && !AsksClients)
            throw new ArgumentException("Mqtt:Tls:RequireClientCertificate is true, but no certificate would do; set Mqtt:Tls:ClientCa or Pinned.");
        foreach (var print in Pinned.Select(p => p.Sha256).Concat(Revoked)) Fingerprint(print);
        if (Pinned.Any(p => p.Company.Length == 0)) throw new ArgumentException("An entry of Mqtt:Tls:Pinned names no Company.");
    }

    /// <summary>Upper-case hexadecimal digits without the colons that openssl prints.</summary>
    /// <exception cref="ArgumentException">Not a SHA-256 fingerprint.</exception>
    internal static string Fingerprint(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? digits
            : throw new ArgumentException($"'{text}' in Mqtt:Tls is no SHA-256 fingerprint; print one with: openssl x509 -in FILE -noout -fingerprint -sha256");
    }
}

/// <summary>A client certificate by its fingerprint.</summary>
public sealed record PinnedCertificate
{
    /// <summary>SHA-256 fingerprint, 64 hexadecimal digits, colons allowed.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Id of the company that it stands for.</summary>
    public string Company { get; init; } = "";
}
