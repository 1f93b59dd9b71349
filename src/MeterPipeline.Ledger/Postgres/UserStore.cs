using System.Text.Json;
using MeterPipeline.Ledger.Users;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Users.</summary>
internal static class UserStore
{
    public const string VersionCursor = "users";

    private const string Sql = "SELECT name, role, company, divisions, hash, must_change, enabled, created_at_ms, password_at_ms FROM users";

    public static IReadOnlyList<User> All(Session session) => session.Rows(Sql + " ORDER BY name", Read);

    /// <summary>A row that does not differ changes nothing, the version included.</summary>
    public static void Put(Session session, User user, string actor, long atMs)
    {
        session.Run(RegistryStore.LockSql);
        var before = session.Rows(Sql + " WHERE name = $1", Read, user.Name).FirstOrDefault();
        var (was, now) = (before is null ? null : Sqlite.UserStore.Text(before), Sqlite.UserStore.Text(user));
        if (was == now && before!.Hash == user.Hash) return;
        Tables.User.Write(session, [user]);
        Tables.Audit.Write(session, [new AuditRow(atMs, actor, "user", user.Name, was, now)]);
        FoldStore.SetCursor(session, VersionCursor, FoldStore.Cursor(session, VersionCursor) + 1);
        if (before is not null && (before.Hash != user.Hash || !user.Enabled)) AccessStore.EndAll(session, user.Name);
    }

    private static User Read(NpgsqlDataReader row) => new(
        row.GetString(0), (Role)row.GetInt32(1), RegistryLoad.Text(row, 2), JsonSerializer.Deserialize<string[]>(row.GetString(3))!, row.GetString(4),
        row.GetBoolean(5), row.GetBoolean(6), row.GetInt64(7), row.GetInt64(8));
}
