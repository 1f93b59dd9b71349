namespace MeterPipeline.Mqtt.Sessions;

/// <summary>
/// What outlives a connection: the QoS 2 messages taken and not released, and the feedback subscription with what waits for it. It lives in memory:
/// a process that was killed has none, and says so (session present 0); readings sent again then are told apart by their identity.
/// </summary>
internal sealed class Session(string key, FeedbackQueue feedback)
{
    /// <summary>Company and client id: no company can show out another's clients.</summary>
    public string Key { get; } = key;

    /// <summary>
    /// Packet identifiers between PUBREC and PUBREL: a PUBLISH with one of them is the same message again [MQTT-4.3.3-10]. Owned by the read loop of
    /// the session's connection.
    /// </summary>
    public HashSet<ushort> Held { get; } = [];

    public FeedbackQueue Feedback { get; } = feedback;

    /// <summary>The connection it has, or had last. Guarded by <see cref="SessionStore"/>, like all below.</summary>
    public Departure? Last { get; set; }

    /// <summary>Ends the connection it has; null: it has none.</summary>
    public Action? TakeOver { get; set; }

    /// <summary>Timestamp after which a session without a connection is gone.</summary>
    public long EndsAt { get; set; }

    /// <summary>Its place among the sessions without a connection.</summary>
    public LinkedListNode<Session>? Stored { get; set; }
}
