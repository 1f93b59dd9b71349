using System.Collections.Concurrent;
using System.Net;
using MeterPipeline.Mqtt.Endpoint.Limits;
using MeterPipeline.Mqtt.Packets;
using MeterPipeline.Mqtt.Sessions;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// What all connections of the endpoint share: limits, who is connected, counters, the sweep for silent clients, and the drain. Thread-safe.
/// </summary>
public sealed class EndpointServices : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    /// <summary>Key of a connection's items: it has a place, and how far it has come.</summary>
    private static readonly object Place = new();

    private static readonly object BeforeTls = new();
    private static readonly object BehindTls = new();

    private readonly ConcurrentDictionary<ClientConnection, byte> connections = [];
    private readonly ConnectionPlaces places;
    private readonly RefusalLog refusals;
    private readonly ITimer sweep;
    private volatile bool draining;

    /// <param name="authenticator">Null: everybody is let in; the composition root binds to loopback then.</param>
    public EndpointServices(
        IReceiver receiver, EndpointOptions options, IAuthenticator? authenticator, TimeProvider time, ILogger<EndpointServices> log)
    {
        options.Validate();
        (Receiver, Options, Authenticator, Time) = (receiver, options, authenticator, time);
        (places, refusals, Shares) = (new ConnectionPlaces(options.MaxConnections, options.Admission.MaxConnectionsPerAddress), new RefusalLog(log), new CompanyShares(options.Admission));
        Unfinished = new PacketMemory(options.UnfinishedBytesMax);
        Sessions = new SessionStore(options.StoredSessionsMax, time, Feedback, () => new FeedbackQueue(Counters));
        sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <summary>Connections at this moment.</summary>
    public int Count => connections.Count;

    /// <summary>Sessions kept for clients that are not connected.</summary>
    public int StoredSessions => Sessions.Stored;

    public EndpointCounters Counters { get; } = new();

    public EndpointOptions Options { get; }

    internal IReceiver Receiver { get; }

    internal IAuthenticator? Authenticator { get; }

    internal TimeProvider Time { get; }

    internal CompanyShares Shares { get; }

    /// <summary>Large packets that have begun.</summary>
    public PacketMemory Unfinished { get; }

    /// <summary>A clock that never goes back.</summary>
    internal TimeSpan Now => Time.GetElapsedTime(0);

    internal SessionStore Sessions { get; }

    internal FeedbackReaders Feedback { get; } = new();

    /// <summary>Stops reading every socket, waits until what was read is committed and acknowledged, and closes.</summary>
    /// <param name="cancel">Ends the wait; what is still unacknowledged will be sent again by its publishers.</param>
    public async Task DrainAsync(CancellationToken cancel)
    {
        draining = true;
        foreach (var connection in connections.Keys) connection.Drain();
        // A look, not a limit: by the machine's clock, which goes on whatever a test's does.
        while (!connections.IsEmpty && !cancel.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose() => sweep.Dispose();

    /// <summary>
    /// To be put before TLS on the way of a connection, so that one for which there is no place costs no handshake. Handshakes that fail are counted.
    /// </summary>
    /// <param name="handshake">TLS and all that follows it.</param>
    public Task ServeBehindTlsAsync(ConnectionContext connection, Func<Task> handshake) => InPlaceAsync(connection, async () =>
    {
        connection.Items[Place] = BeforeTls;
        await handshake().ConfigureAwait(false);
        if (connection.Items[Place] == BeforeTls) Refuse("tls-handshake", "The TLS handshake failed or took too long.", $"{connection.RemoteEndPoint}");
    });

    /// <summary>Serves a connection if there is a place for it, and closes it otherwise.</summary>
    internal Task ServeAsync(ConnectionContext connection)
    {
        if (!connection.Items.ContainsKey(Place)) return InPlaceAsync(connection, () => ServeInPlaceAsync(connection));
        connection.Items[Place] = BehindTls;
        return ServeInPlaceAsync(connection);
    }

    private async Task InPlaceAsync(ConnectionContext connection, Func<Task> serve)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (places.Enter(address) is { } refused)
        {
            Refuse(refused, $"{places.Taken} connections are open. Raise Mqtt:Limits:MaxConnections or Admission:MaxConnectionsPerAddress, or connect through concentrators.", $"{connection.RemoteEndPoint}");
            return;
        }
        try
        {
            await serve().ConfigureAwait(false);
        }
        finally
        {
            places.Leave(address);
        }
    }

    private async Task ServeInPlaceAsync(ConnectionContext connection)
    {
        var client = new ClientConnection(connection, this);
        if (draining) return;
        connections[client] = 0;
        // The drain may have begun, and gone through the connections, since the question above.
        if (draining) client.Drain();
        try
        {
            await client.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            connections.TryRemove(client, out _);
        }
    }

    /// <summary>Counts a refusal and logs the first of its kind each minute.</summary>
    internal void Refuse(string reason, string message, string peer)
    {
        Counters.CountRefusal(reason);
        refusals.Add(reason, message, peer, Now);
    }

    private void Sweep()
    {
        foreach (var connection in connections.Keys)
        {
            if (connection.Liveness.Overdue is { } overdue) connection.Close(ReasonCode.KeepAliveTimeout, overdue.Reason, overdue.Message);
            else if (connection.Identity is { } identity && Authenticator?.StillHolds(identity) == false)
                connection.Close(ReasonCode.NotAuthorised, "revoked", "The account may not publish any more, or has to sign in anew.");
        }
        Sessions.Expire();
        refusals.Sweep(Now);
    }
}
