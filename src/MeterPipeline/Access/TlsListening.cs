using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace MeterPipeline.Access;

/// <summary>TLS 1.2 and 1.3 on a listener, with whatever certificate is in use when a handshake begins.</summary>
internal static class TlsListening
{
    /// <param name="files">Asked at each handshake.</param>
    /// <param name="clients">Null: clients are not asked for certificates.</param>
    public static void UseTls(this ListenOptions listen, KeyPairSettings settings, Func<TlsFiles> files, Func<ClientCertificates?> clients, bool required = false) =>
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = TimeSpan.FromSeconds(settings.HandshakeSeconds),
            OnConnection = _ => ValueTask.FromResult(Options(files().Current, clients(), required)),
        });

    private static SslServerAuthenticationOptions Options(TlsMaterial material, ClientCertificates? clients, bool required) => new()
    {
        ServerCertificateContext = material.Server,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        // A resumed session would bring back a certificate that may have been revoked since.
        AllowTlsResume = clients is null,
        ClientCertificateRequired = clients is not null,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            clients is null || (certificate is X509Certificate2 shown ? clients.IsTrusted(shown, material.Authorities, chain?.ChainPolicy.ExtraStore) : !required),
    };
}
