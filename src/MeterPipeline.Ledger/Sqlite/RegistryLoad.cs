using System.Collections.Concurrent;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Reads the registry's tables. Repeated strings (codes, companies, household ids) are one object each.</summary>
internal static class RegistryLoad
{
    public const string InstallationColumns = """
        i.household, i.company, i.energy, i.register_digits, i.decimals, i.capacity, i.multiplier_e4, i.installed_at_ms, i.opening,
        i.removed_at_ms, i.closing, i.serves, i.heated_households
        """;

    /// <param name="version">Of the registry as the connection sees it.</param>
    public static RegistrySnapshot Load(Database database, long version)
    {
        database.Operation = "load the registry";
        var known = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        string Same(Statement row, int column) => row.Text(column, known);

        // The two long lists are read at the same time.
        var meters = Task.Factory.StartNew(() => Beside(database.File, version, Same), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var divisions = All(database, "SELECT code, name, parent FROM division", row =>
            new Division(Same(row, 0), row.Text(1), row.IsNull(2) ? null : Same(row, 2)));
        var companies = All(database, "SELECT id, name, energy FROM company", row =>
            new Company(Same(row, 0), row.Text(1), (Energy)row.Int32(2)));
        var households = All(database, HouseholdSql, row => Household(row, Same));
        var heated = All(database, "SELECT household, from_day, households FROM heated_count", HeatedCount);
        return new RegistrySnapshot(version, divisions, companies, households, meters.GetAwaiter().GetResult() ?? [.. Meters(database, Same)], heated);
    }

    public const string HouseholdSql =
        "SELECT id, name, division, route, conversion, accepted_day, hardship, note, exclusions FROM household";

    /// <param name="same">Reads a text of a column that other rows may have too.</param>
    public static Household Household(Statement row, Func<Statement, int, string> same) => new(
        same(row, 0), row.Text(1), same(row, 2), (HeatingRoute)row.Int32(3), (Conversion)row.Int32(4),
        row.NullableInt64(5) is { } day ? new LocalDay((int)day) : null, (Hardship)row.Int32(6), same(row, 7),
        row.NullableText(8) is { } exclusions ? RegistryJson.Exclusions(exclusions) : []);

    /// <param name="first">Index of the first of <see cref="InstallationColumns"/>.</param>
    /// <inheritdoc cref="Household" path="/param[@name='same']"/>
    public static Installation Installation(Statement row, string meterId, int first, Func<Statement, int, string> same) => new(
        meterId, same(row, first), same(row, first + 1), (Energy)row.Int32(first + 2), (int?)row.NullableInt64(first + 3),
        (int?)row.NullableInt64(first + 4), row.NullableInt64(first + 5), new decimal(row.Int64(first + 6)) / 10_000, row.NullableInt64(first + 7),
        row.NullableInt64(first + 8), row.NullableInt64(first + 9), row.NullableInt64(first + 10), (Serves)row.Int32(first + 11), row.Int32(first + 12));

    public static AccountAlias Alias(Statement row) => new(
        row.Text(0), row.Text(1), row.Int64(2) == int.MinValue ? null : new LocalDay(row.Int32(2)),
        row.NullableInt64(3) is { } until ? new LocalDay((int)until) : null);

    public static HeatedCount HeatedCount(Statement row) => new(row.Text(0), new LocalDay(row.Int32(1)), row.Int32(2));

    /// <summary>All meters, by another connection; null: it sees another registry already.</summary>
    private static List<Meter>? Beside(string file, long version, Func<Statement, int, string> same)
    {
        using var database = Database.Open(file, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB);
        using var moment = database.BeginRead("load the registry");
        return FoldStore.Cursor(database, RegistryStore.VersionCursor) == version ? [.. Meters(database, same)] : null;
    }

    private static IEnumerable<Meter> Meters(Database database, Func<Statement, int, string> same)
    {
        var lives = new List<Installation>(1);
        var no = 0;
        var id = "";
        using var row = database.Prepare(
            $"SELECT m.no, m.id, {InstallationColumns} FROM meter m CROSS JOIN installation i ON i.meter_no = m.no ORDER BY m.no, i.life");
        while (row.Step())
        {
            if (row.Int32(0) != no)
            {
                if (no > 0) yield return new Meter(no, id, lives.ToArray());
                lives.Clear();
                (no, id) = (row.Int32(0), row.Text(1));
            }
            lives.Add(Installation(row, id, 2, same));
        }
        if (no > 0) yield return new Meter(no, id, lives.ToArray());
    }

    private static List<T> All<T>(Database database, string sql, Func<Statement, T> read) => [.. Rows(database, sql, read)];

    private static IEnumerable<T> Rows<T>(Database database, string sql, Func<Statement, T> read)
    {
        using var statement = database.Prepare(sql);
        while (statement.Step()) yield return read(statement);
    }
}
