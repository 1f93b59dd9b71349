namespace MeterPipeline.Mqtt.Subscriber;

/// <summary>What keeps a subscriber from being up to date.</summary>
public enum Trouble
{
    None,

    /// <summary>No connection to the broker.</summary>
    NotConnected,

    /// <summary>Messages are taken and wait for their commit, and nothing is committed.</summary>
    NoCommits,

    /// <summary>The broker holds many messages, and not fewer and fewer.</summary>
    Backlog,
}

/// <summary>
/// Decides whether a subscriber gets on, from figures looked at every now and then. Holds no clock. A broker that tells no figures under
/// <c>$SYS</c> never has a backlog here.
/// </summary>
/// <param name="now">Of the first look, on any clock that never goes back.</param>
public sealed class Progress(SubscriberOptions options, TimeSpan now)
{
    private readonly TimeSpan notConnectedAfter = TimeSpan.FromSeconds(options.NotConnectedSeconds);
    private readonly TimeSpan noCommitsAfter = TimeSpan.FromSeconds(options.NoCommitsSeconds);
    private readonly TimeSpan backlogAfter = TimeSpan.FromSeconds(options.BacklogSeconds);

    /// <summary>When all was well for the last time.</summary>
    private TimeSpan connectedAt = now, committedAt = now, drainedAt = now;

    private long committedThen;
    private long waitingLeast = long.MaxValue;

    /// <param name="connected">Subscribed, as far as we know.</param>
    /// <param name="owed">Messages taken and not yet acknowledged on this connection.</param>
    /// <param name="committed">Messages acknowledged since the start.</param>
    /// <param name="waiting">Messages that the broker holds for clients; null: unknown.</param>
    public Trouble At(TimeSpan now, bool connected, long owed, long committed, long? waiting)
    {
        if (connected) connectedAt = now;
        if (!connected || owed == 0 || committed != committedThen) (committedAt, committedThen) = (now, committed);
        if (waiting is not { } held || held <= options.BacklogMessages) (drainedAt, waitingLeast) = (now, long.MaxValue);
        else if (held < waitingLeast) (drainedAt, waitingLeast) = (now, held);
        if (now - connectedAt >= notConnectedAfter) return Trouble.NotConnected;
        if (now - committedAt >= noCommitsAfter) return Trouble.NoCommits;
        return now - drainedAt >= backlogAfter ? Trouble.Backlog : Trouble.None;
    }
}
