using System.Collections.Concurrent;
using MeterPipeline.Mqtt.Packets;
using MeterPipeline.Mqtt.Sessions;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Mqtt.Endpoint;

/// <summary>
/// What all connections of the endpoint share: limits, who is connected, counters, the sweep for silent clients, and the drain. Thread-safe.
/// </summary>
public sealed class EndpointServices : IDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SameRefusalEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ClientConnection, byte> connections = [];
    private readonly ConcurrentDictionary<string, long> refusalLogged = new(StringComparer.Ordinal);
    private readonly ITimer sweep;
    private readonly ILogger log;
    private volatile bool draining;

    /// <param name="authenticator">Null: everybody is let in; the composition root binds to loopback then.</param>
    public EndpointServices(
        IReceiver receiver, EndpointOptions options, IAuthenticator? authenticator, TimeProvider time, ILogger<EndpointServices> log)
    {
        options.Validate();
        (Receiver, Options, Authenticator, Time, this.log) = (receiver, options, authenticator, time, log);
        Sessions = new SessionStore(options.StoredSessionsMax, time, Feedback, () => new FeedbackQueue(Counters));
        sweep = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <summary>Connections at this moment.</summary>
    public int Count => connections.Count;

    /// <summary>Sessions kept for clients that are not connected.</summary>
    public int StoredSessions => Sessions.Stored;

    public EndpointCounters Counters { get; } = new();

    internal IReceiver Receiver { get; }

    internal EndpointOptions Options { get; }

    internal IAuthenticator? Authenticator { get; }

    internal TimeProvider Time { get; }

    internal SessionStore Sessions { get; }

    internal FeedbackReaders Feedback { get; } = new();

    /// <summary>Stops reading every socket, waits until what was read is committed and acknowledged, and closes.</summary>
    /// <param name="cancel">Ends the wait; what is still unacknowledged will be sent again by its publishers.</param>
    public async Task DrainAsync(CancellationToken cancel)
    {
        draining = true;
        foreach (var connection in connections.Keys) connection.Drain();
        while (!connections.IsEmpty && !cancel.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(10), Time, CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose() => sweep.Dispose();

    /// <returns>False when there is no place.</returns>
    internal bool Admit(ClientConnection connection, string peer)
    {
        if (draining) return false;
        if (connections.Count >= Options.MaxConnections)
        {
            Refuse("too-many-connections", $"{Options.MaxConnections} connections are open. Raise Mqtt:MaxConnections or connect through concentrators.", peer);
            return false;
        }
        connections[connection] = 0;
        // The drain may have begun, and gone through the connections, since the question above.
        if (draining) connection.Drain();
        return true;
    }

    internal void Gone(ClientConnection connection) => connections.TryRemove(connection, out _);

    /// <summary>Counts a refusal and logs the first of its kind each minute.</summary>
    internal void Refuse(string reason, string message, string peer)
    {
        Counters.CountRefusal(reason);
        var now = Time.GetTimestamp();
        var last = refusalLogged.GetOrAdd(reason, long.MinValue);
        if (last != long.MinValue && Time.GetElapsedTime(last, now) < SameRefusalEvery) return;
        if (refusalLogged.TryUpdate(reason, now, last)) log.LogWarning("MQTT client {Peer} refused ({Reason}): {Message}", peer, reason, message);
    }

    private void Sweep()
    {
        foreach (var connection in connections.Keys)
            if (connection.Liveness.IsOverdue)
                connection.Close(ReasonCode.KeepAliveTimeout, "silent", "No packet within one and a half keep-alive intervals, or no CONNECT in time [MQTT-3.1.2-22].");
        Sessions.Expire();
    }
}
