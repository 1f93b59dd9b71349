using System.Text.Json;
using MeterPipeline.Ledger.Users;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Sessions, keys and the access log.</summary>
internal sealed class AccessStore(PostgresDatabase database) : IAccess
{
    public const string VersionCursor = "access";

    private const string KeySql = "SELECT name, role, company, divisions, hash, created_at_ms, used_day, revoked_at_ms FROM api_key";
    private const string EntrySql = "SELECT id, at_ms, actor, session, act, subject, reason FROM access_entry";

    /// <summary>In one statement: of two that change something at once, each is seen.</summary>
    private const string ChangedSql = $"INSERT INTO cursor VALUES ('{VersionCursor}', 1) ON CONFLICT (name) DO UPDATE SET value = cursor.value + 1";

    /// <summary>A row that somebody else is at is not idle, or is going anyway: nobody waits for it, so nobody waits in a ring.</summary>
    private const string ForgetSql = "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE used_at_ms < $1 FOR UPDATE SKIP LOCKED)";

    public long Version() => database.Read("read the version of access", session => FoldStore.Cursor(session, VersionCursor));

    public void Begin(Users.Session begun, long idleSinceMs) => database.Write("begin a session", session =>
    {
        session.Run(ForgetSql, idleSinceMs);
        session.Run("INSERT INTO session VALUES ($1, $2, $3, $4)", begun.Id, begun.User, begun.CreatedAtMs, begun.UsedAtMs);
    });

    public Users.Session? Find(string id) => database.Read("find a session", session => session.Rows(
        "SELECT id, \"user\", created_at_ms, used_at_ms FROM session WHERE id = $1",
        row => new Users.Session(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)), id).SingleOrDefault());

    public void Used(string id, long atMs) =>
        database.Write("note the use of a session", session => session.Run("UPDATE session SET used_at_ms = $2 WHERE id = $1 AND used_at_ms < $2", id, atMs));

    public void End(string id) => database.Write("end a session", session =>
    {
        session.Run("DELETE FROM session WHERE id = $1", id);
        session.Run(ChangedSql);
    });

    public IReadOnlyList<ApiKey> Keys() => database.Read("read the keys", session => session.Rows(KeySql + " ORDER BY name", Key));

    public void PutKey(ApiKey key, string actor, long atMs) => database.Write("change a key", session =>
    {
        session.Run(RegistryStore.LockSql);
        var before = session.Rows(KeySql + " WHERE name = $1", Key, key.Name).SingleOrDefault();
        var (was, now) = (before is null ? null : Sqlite.AccessStore.Text(before), Sqlite.AccessStore.Text(key));
        if (was == now && before!.Hash == key.Hash) return;
        Tables.ApiKey.Write(session, [key]);
        Tables.Audit.Write(session, [new AuditRow(atMs, actor, "key", key.Name, was, now)]);
        session.Run(ChangedSql);
    });

    public void KeyUsed(string name, int day) => database.Write("note the use of a key", session =>
        session.Run("UPDATE api_key SET used_day = $2 WHERE name = $1 AND coalesce(used_day, -1) < $2", name, day));

    public long Record(AccessEntry entry) => database.Write("add to the access log", session => session.Scalar(
        "INSERT INTO access_entry (at_ms, actor, session, act, subject, reason) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        entry.AtMs, entry.Actor, entry.Session, (int)entry.Act, entry.Subject, entry.Reason));

    public IReadOnlyList<AccessEntry> Log(long beforeId, int max) => database.Read("read the access log", session =>
        session.Rows(EntrySql + " WHERE id < $1 ORDER BY id DESC LIMIT $2", Entry, beforeId, max));

    public AccessEntry? Newest(string session, AccessAct act, string subject) => database.Read("read the access log", asked => asked.Rows(
        EntrySql + " WHERE session = $1 AND act = $2 AND subject = $3 ORDER BY id DESC LIMIT 1", Entry, session, (int)act, subject).SingleOrDefault());

    /// <summary>Within the transaction that changes the user.</summary>
    public static void EndAll(Session session, string user)
    {
        session.Run("DELETE FROM session WHERE \"user\" = $1", user);
        session.Run(ChangedSql);
    }

    private static ApiKey Key(NpgsqlDataReader row) => new(
        row.GetString(0), (Role)row.GetInt32(1), RegistryLoad.Text(row, 2), JsonSerializer.Deserialize<string[]>(row.GetString(3))!, row.GetString(4),
        row.GetInt64(5), RegistryLoad.Int(row, 6), RegistryLoad.Long(row, 7));

    private static AccessEntry Entry(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), (AccessAct)row.GetInt32(4), row.GetString(5), row.GetString(6));
}
