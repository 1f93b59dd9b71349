using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>Reads the registry's tables. Repeated strings (codes, companies, household ids) are one object each.</summary>
internal sealed class RegistryLoad
{
    public const string DivisionSql = "SELECT code, name, parent FROM division";
    public const string CompanySql = "SELECT id, name, energy FROM company";
    public const string HouseholdSql = "SELECT id, name, division, route, conversion, accepted_day, hardship, note, exclusions FROM household";
    public const string HeatedCountSql = "SELECT household, from_day, households FROM heated_count";
    public const string AliasSql = "SELECT account, household, from_day, until_day FROM alias";

    public const string InstallationSql = """
        SELECT m.no, m.id, i.household, i.company, i.energy, i.register_digits, i.decimals, i.capacity, i.multiplier_e4, i.installed_at_ms, i.opening,
            i.removed_at_ms, i.closing, i.serves, i.heated_households, m.part
        FROM meter m JOIN installation i ON i.meter_no = m.no
        """;

    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    public static RegistrySnapshot Load(Session session, long version)
    {
        var load = new RegistryLoad();
        return new RegistrySnapshot(
            version, session.Rows(DivisionSql, load.Division), session.Rows(CompanySql, load.Company), session.Rows(HouseholdSql, load.Household),
            Meters(session.Rows(InstallationSql + " ORDER BY m.no, i.life", load.Installation)), session.Rows(HeatedCountSql, load.HeatedCount));
    }

    public static List<Meter> Meters(List<(int No, int Partition, Installation Row)> lives) =>
        [.. lives.GroupBy(life => (life.No, life.Partition))
            .Select(meter => new Meter(meter.Key.No, meter.First().Row.MeterId, [.. meter.Select(life => life.Row)]) { Partition = meter.Key.Partition })];

    public Division Division(NpgsqlDataReader row) => new(Same(row.GetString(0)), row.GetString(1), Text(row, 2) is { } parent ? Same(parent) : null);

    public Company Company(NpgsqlDataReader row) => new(Same(row.GetString(0)), row.GetString(1), (Energy)row.GetInt32(2));

    public Household Household(NpgsqlDataReader row) => new(
        Same(row.GetString(0)), row.GetString(1), Same(row.GetString(2)), (HeatingRoute)row.GetInt32(3), (Conversion)row.GetInt32(4),
        Int(row, 5) is { } day ? new LocalDay(day) : null, (Hardship)row.GetInt32(6), Same(row.GetString(7)),
        Text(row, 8) is { } exclusions ? RegistryJson.Exclusions(exclusions) : []);

    public (int No, int Partition, Installation Row) Installation(NpgsqlDataReader row) => (row.GetInt32(0), row.GetInt32(15), new Installation(
        Same(row.GetString(1)), Same(row.GetString(2)), Same(row.GetString(3)), (Energy)row.GetInt32(4), Int(row, 5), Int(row, 6), Long(row, 7),
        new decimal(row.GetInt64(8)) / 10_000, Long(row, 9), Long(row, 10), Long(row, 11), Long(row, 12), (Serves)row.GetInt32(13), row.GetInt32(14)));

    public HeatedCount HeatedCount(NpgsqlDataReader row) => new(Same(row.GetString(0)), new LocalDay(row.GetInt32(1)), row.GetInt32(2));

    public static AccountAlias Alias(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt32(2) == int.MinValue ? null : new LocalDay(row.GetInt32(2)),
        Int(row, 3) is { } until ? new LocalDay(until) : null);

    public static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? Int(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static long? Long(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private string Same(string text)
    {
        if (known.TryGetValue(text, out var one)) return one;
        known.Add(text, text);
        return text;
    }
}
