namespace MeterPipeline.Mqtt.Sessions;

/// <summary>A session taken up by a connection.</summary>
/// <param name="Present">It existed before [MQTT-3.2.2-2, -3].</param>
/// <param name="Before">The connection that had it last; null: none.</param>
internal readonly record struct TakenSession(Session Session, bool Present, Departure? Before);

/// <summary>
/// All sessions, by company and client id. One connection has a session at a time; without a connection it is kept until it expires. At most
/// <paramref name="storedMax"/> are kept: the one that has been without a connection for longest goes first. Thread-safe.
/// </summary>
internal sealed class SessionStore(int storedMax, TimeProvider time, FeedbackReaders readers, Func<FeedbackQueue> newQueue)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Session> byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<Session> stored = [];

    /// <summary>Sessions without a connection.</summary>
    public int Stored
    {
        get
        {
            lock (gate) return stored.Count;
        }
    }

    /// <summary>Gives a connection the session of its client; a connection that has it is shown out [MQTT-3.1.4-3].</summary>
    /// <param name="cleanStart">What there was is dropped [MQTT-3.1.2-4].</param>
    /// <param name="takeOver">Ends the new connection, when it is its turn. Called at most once.</param>
    public TakenSession Take(string key, bool cleanStart, Departure owner, Action takeOver)
    {
        Action? showOut;
        TakenSession taken;
        lock (gate)
        {
            if (byKey.TryGetValue(key, out var known) && HasExpired(known, time.GetTimestamp()))
            {
                Drop(known);
                known = null;
            }
            (showOut, var before) = (known?.TakeOver, known?.Last);
            if (known is not null && cleanStart) Drop(known);
            var session = known is null || cleanStart ? new Session(key, newQueue()) : known;
            byKey[key] = session;
            Unstore(session);
            (session.Last, session.TakeOver) = (owner, takeOver);
            taken = new TakenSession(session, session == known, session == known ? before : null);
        }
        showOut?.Invoke();
        return taken;
    }

    /// <summary>The connection is gone; the session is kept for <paramref name="expirySeconds"/>. Does nothing where another connection has it by now.</summary>
    public void Leave(Session session, Departure owner, uint expirySeconds)
    {
        lock (gate)
        {
            if (session.Last != owner || !byKey.TryGetValue(session.Key, out var known) || known != session) return;
            session.TakeOver = null;
            if (expirySeconds == 0)
            {
                Drop(session);
                return;
            }
            session.EndsAt = time.GetTimestamp() + expirySeconds * time.TimestampFrequency;
            session.Stored = stored.AddLast(session);
            if (stored.Count > storedMax) Drop(stored.First!.Value);
        }
    }

    /// <summary>Drops what has expired. What is asked for earlier is looked at then.</summary>
    public void Expire()
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            for (var node = stored.First; node is not null;)
            {
                var (session, next) = (node.Value, node.Next);
                if (HasExpired(session, now)) Drop(session);
                node = next;
            }
        }
    }

    private static bool HasExpired(Session session, long now) => session.Stored is not null && session.EndsAt <= now;

    private void Drop(Session session)
    {
        byKey.Remove(session.Key);
        Unstore(session);
        readers.End(session.Feedback);
    }

    private void Unstore(Session session)
    {
        if (session.Stored is { } node) stored.Remove(node);
        session.Stored = null;
    }
}
