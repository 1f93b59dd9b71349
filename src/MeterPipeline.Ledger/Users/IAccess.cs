namespace MeterPipeline.Ledger.Users;

/// <summary>
/// Who is signed in at the web port, which machines hold keys, and the log of what was shown and taken out. Part of the ledger, shared by all its
/// processes: what one ends, another sees ended at its next look at <see cref="Version"/>. Secrets are never here, only their hashes. Any thread.
/// </summary>
public interface IAccess
{
    /// <summary>Changes when a session ended before its time or a key was added, changed or revoked; cheap: for polling.</summary>
    long Version();

    /// <summary>Adds a session. Those last used before <paramref name="idleSinceMs"/> are forgotten meanwhile, so that they do not pile up.</summary>
    void Begin(Session session, long idleSinceMs);

    /// <summary>Null: there never was one, or it ended.</summary>
    Session? Find(string id);

    /// <summary>Moves the last use forward, never back; one that ended stays ended.</summary>
    void Used(string id, long atMs);

    /// <summary>Ends one session; none of that id is no error. All of a user end by themselves with <see cref="ILedger.PutUser"/>, in its own
    /// transaction, when the password changes or the user is disabled.</summary>
    void End(string id);

    /// <summary>Every key, the revoked too, ordered by name.</summary>
    IReadOnlyList<ApiKey> Keys();

    /// <summary>Adds a key or replaces the one of that name; audited as <c>key</c>, without the hash. No change changes nothing.</summary>
    /// <param name="actor">Who asked: an operating-system or web user.</param>
    /// <param name="atMs">When, ms since the epoch.</param>
    void PutKey(ApiKey key, string actor, long atMs);

    /// <summary>Notes the local day of a key's last use; not a change.</summary>
    void KeyUsed(string name, int day);

    /// <summary>Adds to the log, on disk when this returns. Entries are never changed or deleted.</summary>
    /// <returns>The entry's id: ascending.</returns>
    long Record(AccessEntry entry);

    /// <summary>Entries older than an id, newest first.</summary>
    IReadOnlyList<AccessEntry> Log(long beforeId, int max);

    /// <summary>The newest entry of this session, act and subject; null: none.</summary>
    AccessEntry? Newest(string session, AccessAct act, string subject);
}
