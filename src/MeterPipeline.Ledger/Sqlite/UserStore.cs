using System.Text.Json;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Users, in ledger.db. The caller holds the lock of the connection.</summary>
internal static class UserStore
{
    public const string VersionCursor = "users";

    private const string Columns = "name, role, company, divisions, hash, must_change, enabled, created_at_ms, password_at_ms";

    public static IReadOnlyList<User> All(Database database)
    {
        var users = new List<User>();
        var row = database.Prepared($"SELECT {Columns} FROM user ORDER BY name");
        while (row.Step()) users.Add(Read(row));
        row.Reset();
        return users;
    }

    /// <summary>A row that does not differ changes nothing, the version included.</summary>
    public static void Put(Database database, User user, string actor, long atMs)
    {
        using var transaction = database.BeginWrite("change a user");
        var row = database.Prepared($"SELECT {Columns} FROM user WHERE name = ?").Bind(1, user.Name);
        var before = row.Step() ? Read(row) : null;
        row.Reset();
        if (before is not null && Text(before) == Text(user) && before.Hash == user.Hash) return;
        database.Prepared("REPLACE INTO user VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, user.Name).Bind(2, (long)user.Role).Bind(3, user.Company).Bind(4, JsonSerializer.Serialize(user.Divisions)).Bind(5, user.Hash)
            .Bind(6, user.MustChange ? 1L : 0).Bind(7, user.Enabled ? 1L : 0).Bind(8, user.CreatedAtMs).Bind(9, user.PasswordAtMs).Run();
        Auditing.Write(database, "user", user.Name, before is null ? null : Text(before), Text(user), actor, atMs);
        FoldStore.SetCursor(database, VersionCursor, FoldStore.Cursor(database, VersionCursor) + 1);
        if (before is not null && (before.Hash != user.Hash || !user.Enabled)) AccessStore.EndAll(database, user.Name);
        transaction.Commit();
    }

    /// <summary>What the audit keeps: everything but the hash.</summary>
    internal static string Text(User user) => JsonSerializer.Serialize(new
    {
        role = user.Role.ToString().ToLowerInvariant(),
        company = user.Company,
        divisions = user.Divisions,
        must_change = user.MustChange,
        enabled = user.Enabled,
        created_at_ms = user.CreatedAtMs,
        password_at_ms = user.PasswordAtMs,
    });

    private static User Read(Statement row) => new(
        row.Text(0), (Role)row.Int32(1), row.NullableText(2), JsonSerializer.Deserialize<string[]>(row.Text(3))!, row.Text(4),
        row.Int64(5) != 0, row.Int64(6) != 0, row.Int64(7), row.Int64(8));
}
