using System.Text.Json;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Sessions, keys and the access log, in ledger.db.</summary>
internal sealed class AccessStore(SqliteLedger ledger) : IAccess
{
    public const string VersionCursor = "access";

    private const string KeyColumns = "name, role, company, divisions, hash, created_at_ms, used_day, revoked_at_ms";
    private const string EntryColumns = "id, at_ms, actor, session, act, subject, reason";

    public long Version() => ledger.Reading("read the version of access", database => FoldStore.Cursor(database, VersionCursor));

    public void Begin(Session session, long idleSinceMs) => ledger.Writing(database =>
    {
        using var transaction = database.BeginWrite("begin a session");
        database.Prepared("DELETE FROM session WHERE used_at_ms < ?").Bind(1, idleSinceMs).Run();
        database.Prepared("INSERT INTO session VALUES (?, ?, ?, ?)")
            .Bind(1, session.Id).Bind(2, session.User).Bind(3, session.CreatedAtMs).Bind(4, session.UsedAtMs).Run();
        transaction.Commit();
    });

    public Session? Find(string id) => ledger.Reading("find a session", database =>
    {
        var row = database.Prepared("SELECT id, user, created_at_ms, used_at_ms FROM session WHERE id = ?").Bind(1, id);
        var found = row.Step() ? new Session(row.Text(0), row.Text(1), row.Int64(2), row.Int64(3)) : null;
        row.Reset();
        return found;
    });

    public void Used(string id, long atMs) => ledger.Writing(database =>
        database.Prepared("UPDATE session SET used_at_ms = ?2 WHERE id = ?1 AND used_at_ms < ?2").Bind(1, id).Bind(2, atMs).Run());

    public void End(string id) => ledger.Writing(database =>
    {
        using var transaction = database.BeginWrite("end a session");
        database.Prepared("DELETE FROM session WHERE id = ?").Bind(1, id).Run();
        Changed(database);
        transaction.Commit();
    });

    public IReadOnlyList<ApiKey> Keys() => ledger.Reading("read the keys", database =>
    {
        var keys = new List<ApiKey>();
        var row = database.Prepared($"SELECT {KeyColumns} FROM api_key ORDER BY name");
        while (row.Step()) keys.Add(Key(row));
        row.Reset();
        return keys;
    });

    public void PutKey(ApiKey key, string actor, long atMs) => ledger.Writing(database =>
    {
        using var transaction = database.BeginWrite("change a key");
        var row = database.Prepared($"SELECT {KeyColumns} FROM api_key WHERE name = ?").Bind(1, key.Name);
        var before = row.Step() ? Key(row) : null;
        row.Reset();
        if (before is not null && Text(before) == Text(key) && before.Hash == key.Hash) return;
        database.Prepared("REPLACE INTO api_key VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, key.Name).Bind(2, (long)key.Role).Bind(3, key.Company).Bind(4, JsonSerializer.Serialize(key.Divisions)).Bind(5, key.Hash)
            .Bind(6, key.CreatedAtMs).Bind(7, (long?)key.UsedDay).Bind(8, key.RevokedAtMs).Run();
        Auditing.Write(database, "key", key.Name, before is null ? null : Text(before), Text(key), actor, atMs);
        Changed(database);
        transaction.Commit();
    });

    public void KeyUsed(string name, int day) => ledger.Writing(database =>
        database.Prepared("UPDATE api_key SET used_day = ?2 WHERE name = ?1 AND coalesce(used_day, -1) < ?2").Bind(1, name).Bind(2, (long)day).Run());

    public long Record(AccessEntry entry)
    {
        var id = 0L;
        ledger.Writing(database =>
        {
            using var transaction = database.BeginWrite("add to the access log");
            database.Prepared("INSERT INTO access_entry (at_ms, actor, session, act, subject, reason) VALUES (?, ?, ?, ?, ?, ?)")
                .Bind(1, entry.AtMs).Bind(2, entry.Actor).Bind(3, entry.Session).Bind(4, (long)entry.Act).Bind(5, entry.Subject).Bind(6, entry.Reason).Run();
            id = database.LastInsertRowId;
            transaction.Commit();
        });
        return id;
    }

    public IReadOnlyList<AccessEntry> Log(long beforeId, int max) => ledger.Reading("read the access log", database =>
    {
        var entries = new List<AccessEntry>();
        var row = database.Prepared($"SELECT {EntryColumns} FROM access_entry WHERE id < ? ORDER BY id DESC LIMIT ?").Bind(1, beforeId).Bind(2, (long)max);
        while (row.Step()) entries.Add(Entry(row));
        row.Reset();
        return entries;
    });

    public AccessEntry? Newest(string session, AccessAct act, string subject) => ledger.Reading("read the access log", database =>
    {
        var row = database.Prepared($"SELECT {EntryColumns} FROM access_entry WHERE session = ? AND act = ? AND subject = ? ORDER BY id DESC LIMIT 1")
            .Bind(1, session).Bind(2, (long)act).Bind(3, subject);
        var found = row.Step() ? Entry(row) : null;
        row.Reset();
        return found;
    });

    /// <summary>Within the transaction that changes the user.</summary>
    public static void EndAll(Database database, string user)
    {
        database.Prepared("DELETE FROM session WHERE user = ?").Bind(1, user).Run();
        Changed(database);
    }

    private static void Changed(Database database) => FoldStore.SetCursor(database, VersionCursor, FoldStore.Cursor(database, VersionCursor) + 1);

    /// <summary>What the audit keeps: everything but the hash, and not what is no change.</summary>
    internal static string Text(ApiKey key) => JsonSerializer.Serialize(new
    {
        role = key.Role.ToString().ToLowerInvariant(),
        company = key.Company,
        divisions = key.Divisions,
        created_at_ms = key.CreatedAtMs,
        revoked_at_ms = key.RevokedAtMs,
    });

    private static ApiKey Key(Statement row) => new(
        row.Text(0), (Role)row.Int32(1), row.NullableText(2), JsonSerializer.Deserialize<string[]>(row.Text(3))!, row.Text(4), row.Int64(5),
        row.IsNull(6) ? null : row.Int32(6), row.NullableInt64(7));

    private static AccessEntry Entry(Statement row) =>
        new(row.Int64(0), row.Int64(1), row.Text(2), row.Text(3), (AccessAct)row.Int32(4), row.Text(5), row.Text(6));
}
