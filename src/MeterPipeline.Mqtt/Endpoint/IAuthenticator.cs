using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>What a client shows of itself in CONNECT and in its TLS handshake.</summary>
/// <param name="Address">Of the peer; null where the transport has none.</param>
/// <param name="Certificate">Already proved to be the client's; null where none was shown.</param>
public sealed record Credentials(string ClientId, string? User, ReadOnlyMemory<byte> Password, IPAddress? Address, X509Certificate2? Certificate);

/// <summary>Who a client has proved to be.</summary>
/// <param name="Company">Whom it may publish for; null: anonymous, nobody has been asked to prove anything.</param>
/// <param name="Account">User or certificate, for the authenticator's own later look; may stand in logs.</param>
/// <param name="Proof">What the account's secret was when it was checked; never logged.</param>
public sealed record Identity(string? Company, string Account, object? Proof = null)
{
    public override string ToString() => $"{Account} ({Company})";
}

/// <summary>Why a client is not let in.</summary>
public enum Denial
{
    /// <summary>User or password is wrong, or the account is disabled: the client is not told which.</summary>
    BadUserOrPassword,

    /// <summary>Nothing was shown where something is asked for, or what was shown gives no right to publish.</summary>
    NotAuthorised,

    /// <summary>Too many at once or too many failures: later it may work.</summary>
    Busy,
}

/// <summary>The answer to <see cref="Credentials"/>: an identity, or why not.</summary>
/// <param name="Reason">A stable word for counters and logs.</param>
/// <param name="Message">What is wrong and the remedy; for logs, and for MQTT 5 clients that ask for it.</param>
public sealed record Admission(Identity? Identity, Denial Denial = default, string Reason = "", string Message = "")
{
    public static Admission Refuse(Denial denial, string reason, string message) => new(null, denial, reason, message);
}

/// <summary>Decides who a client is. Thread-safe; may take its time, which delays that client only.</summary>
public interface IAuthenticator
{
    ValueTask<Admission> AuthenticateAsync(Credentials credentials, CancellationToken cancel);

    /// <summary>Whether a connected client may stay: asked every second, so it must be quick.</summary>
    bool StillHolds(Identity identity);
}
