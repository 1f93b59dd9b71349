using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MeterPipeline.Access;

/// <summary>What new handshakes use. Connections made with an older one go on.</summary>
/// <param name="Server">The server's certificate with its key and the certificates it sends along.</param>
/// <param name="Authorities">Roots of client certificates.</param>
/// <param name="NotAfter">End of the server certificate's validity, UTC.</param>
public sealed record TlsMaterial(SslStreamCertificateContext Server, X509Certificate2Collection Authorities, DateTimeOffset NotAfter);

/// <summary>
/// PEM files of a TLS listener, looked at every few seconds by their content, so that any way of replacing them is seen. Files that cannot be used
/// leave the old ones in use, are named in the log once, and are tried again when they change. Thread-safe.
/// </summary>
public sealed class TlsFiles : IDisposable
{
    private readonly string certificate;
    private readonly string key;
    private readonly string authorities;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private string seen;
    private long failures;

    /// <param name="authorities">PEM file, or empty.</param>
    /// <exception cref="ArgumentException">The files cannot be used; names file and remedy.</exception>
    public TlsFiles(KeyPairSettings settings, string authorities, TimeProvider time, ILogger<TlsFiles> log)
    {
        (certificate, key, this.authorities, this.time, this.log) = (settings.Certificate, settings.Key.Length > 0 ? settings.Key : settings.Certificate, authorities, time, log);
        seen = Content();
        Current = Load();
        Announce();
        var every = TimeSpan.FromSeconds(settings.ReloadSeconds);
        timer = time.CreateTimer(_ => Look(), null, every, every);
    }

    public TlsMaterial Current { get; private set; }

    /// <summary>Changes of the files that could not be used.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Takes changed files into use.</summary>
    public void Look()
    {
        lock (gate)
        {
            var content = "";
            try
            {
                content = Content();
                if (content == seen) return;
                Current = Load();
                Announce();
            }
            catch (ArgumentException error)
            {
                if (content == seen) return;
                Interlocked.Increment(ref failures);
                log.LogError("The changed TLS files are not used, the ones before stay in use: {Message}", error.Message);
            }
            seen = content;
        }
    }

    public void Dispose() => timer.Dispose();

    private void Announce()
    {
        var left = Current.NotAfter - time.GetUtcNow();
        var level = left < TimeSpan.FromDays(14) ? LogLevel.Warning : LogLevel.Information;
        log.Log(level, "TLS certificate {File} is in use, valid until {NotAfter:yyyy-MM-dd HH:mm} UTC", certificate, Current.NotAfter.UtcDateTime);
    }

    private string Content() => string.Join('\n', Files().Select(file => Convert.ToHexString(SHA256.HashData(Reading(file, File.ReadAllBytes)))));

    private IEnumerable<string> Files() => authorities.Length > 0 ? [certificate, key, authorities] : [certificate, key];

    private TlsMaterial Load()
    {
        var server = Reading(certificate, _ => WithKey());
        var sent = new X509Certificate2Collection();
        Reading(certificate, sent.ImportFromPemFile);
        sent.RemoveAt(0);
        var roots = new X509Certificate2Collection();
        if (authorities.Length > 0)
        {
            Reading(authorities, roots.ImportFromPemFile);
            if (roots.Count == 0) throw new ArgumentException($"{authorities} holds no certificate; it must hold the authority of client certificates in PEM.");
        }
        return new TlsMaterial(SslStreamCertificateContext.Create(server, sent, offline: true), roots, server.NotAfter);
    }

    private X509Certificate2 WithKey()
    {
        var pair = X509Certificate2.CreateFromPemFile(certificate, key);
        // Windows takes part in a handshake only with a key that it has stored.
        return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null) : pair;
    }

    private T Reading<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new ArgumentException($"Cannot use {file} with key {key} for TLS: {error.Message} Both must be PEM, the key unencrypted, belong together, and be readable by this user.", error);
        }
    }

    private void Reading(string file, Action<string> read) => Reading(file, path =>
    {
        read(path);
        return true;
    });
}
