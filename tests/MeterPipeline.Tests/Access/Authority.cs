using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeterPipeline.Tests.Access;

/// <summary>A certificate authority of a test's own.</summary>
internal sealed class Authority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("meterpipeline-tls-");
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal Authority(string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(At("ca.pem"), Certificate.ExportCertificatePem());
    }

    internal X509Certificate2 Certificate { get; }

    internal string At(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Writes a server's certificate for localhost and its key.</summary>
    internal X509Certificate2 WriteServer(string certificate = "server.pem", string keyFile = "server.key", int days = 20)
    {
        var issued = Issue("CN=localhost", ServerAuthentication, days);
        File.WriteAllText(At(keyFile), issued.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(At(certificate), issued.ExportCertificatePem());
        return issued;
    }

    internal X509Certificate2 Client(string subject) => Issue(subject, ClientAuthentication, days: 20);

    internal X509Certificate2 Server(string subject) => Issue(subject, ServerAuthentication, days: 20);

    public void Dispose()
    {
        Certificate.Dispose();
        key.Dispose();
        folder.Delete(recursive: true);
    }

    private X509Certificate2 Issue(string subject, string usage, int days)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(Certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(own);
    }
}
