using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoadGenerator;

/// <summary>The client's side of TLS for all connections of a load. The server's certificate is always checked.</summary>
internal sealed class TlsClient : IDisposable
{
    private readonly X509Certificate2Collection authorities = [];
    private readonly string host;

    /// <exception cref="LoadException">The file of authorities cannot be read.</exception>
    internal TlsClient(LoadOptions options)
    {
        host = options.Host;
        if (options.Authorities is not { } file) return;
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new LoadException($"--ca {file} cannot be used: {error.Message}", error);
        }
        if (authorities.Count == 0) throw new LoadException($"--ca {file} holds no certificate in PEM.");
    }

    /// <summary>Shakes hands on a connected socket.</summary>
    internal Stream Open(NetworkStream plain)
    {
        var stream = new SslStream(plain);
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = Policy() });
        return stream;
    }

    public void Dispose()
    {
        foreach (var authority in authorities) authority.Dispose();
    }

    private X509ChainPolicy? Policy()
    {
        if (authorities.Count == 0) return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
