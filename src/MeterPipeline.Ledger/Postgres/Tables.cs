using System.Text.Json;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>How the rows of each table are written.</summary>
internal static class Tables
{
    public static Table<MeterDayRow> MeterDay { get; } = new("meter_day", c =>
    [
        c.Int("day", row => row.Day, key: true), c.Int("meter_no", row => row.MeterNo, key: true),
        c.Int("register", row => (int)row.Register, key: true), c.Bytes("blob", row => row.Blob),
        c.Long("crc", row => Checksum.Of(row.Day, row.MeterNo, (int)row.Register, row.Blob))
    ]);

    public static Table<MeterYearRow> MeterYear { get; } = new("meter_year", c =>
    [
        c.Int("autumn", row => row.Autumn, key: true), c.Int("meter_no", row => row.MeterNo, key: true),
        c.Int("register", row => (int)row.Register, key: true), c.Bytes("blob", row => row.Blob),
        c.Long("crc", row => Checksum.Of(row.Autumn, row.MeterNo, (int)row.Register, row.Blob))
    ]);

    public static Table<VillageDayRow> VillageDay(int partition) => new("village_day", c =>
    [
        c.Int("part", _ => partition, key: true), c.Int("day", row => row.Day, key: true), c.Text("division", row => row.Division, key: true),
        c.Int("energy", row => (int)row.Energy, key: true), c.Long("consumption", row => row.Consumption),
        c.Long("accrued_e8", row => row.AccruedE8), c.Int("households", row => row.Households),
        c.Int("reporting", row => row.Reporting)
    ]);

    public static Table<CounterRow> Counter(int partition) => new("counter", c =>
    [
        c.Int("part", _ => partition, key: true), c.Int("day", row => row.Day, key: true), c.Text("company", row => row.Company, key: true),
        c.Long("received", row => row.Received), c.Long("accepted", row => row.Accepted),
        c.Long("duplicate", row => row.Duplicate), c.Long("conflict", row => row.Conflict),
        c.Long("quarantined", row => row.Quarantined)
    ]);

    /// <summary>Without ids: the server gives them.</summary>
    public static Table<SettledDay> SettledDay(int partition) => new("settled_day", c =>
    [
        c.Int("part", _ => partition), c.Int("meter_no", row => row.MeterNo), c.Int("register", row => (int)row.Register),
        c.Int("day", row => row.Day), c.Long("seq", row => row.Seq)
    ]);

    /// <summary>Without ids: the server gives them.</summary>
    public static Table<QuarantinedMessage> Quarantine { get; } = new("quarantine", c =>
    [
        c.Long("received_at_ms", row => row.ReceivedAtMs), c.Text("source", row => row.Source),
        c.Text("company", row => row.Company), c.Text("reason", row => row.Reason),
        c.Text("detail", row => row.Detail), c.Text("topic", row => row.Topic),
        c.Bytes("payload", row => row.Payload), c.Text("meter", row => row.Meter),
        c.Text("publisher", row => row.Publisher)
    ]);

    public static Table<(string Name, long Value)> Cursor { get; } = new("cursor", c =>
    [
        c.Text("name", row => row.Name, key: true), c.Long("value", row => row.Value)
    ]);

    public static Table<Division> Division { get; } = new("division", c =>
    [
        c.Text("code", row => row.Code, key: true), c.Text("name", row => row.Name),
        c.Text("parent", row => row.Parent)
    ]);

    public static Table<Company> Company { get; } = new("company", c =>
    [
        c.Text("id", row => row.Id, key: true), c.Text("name", row => row.Name),
        c.Int("energy", row => (int)row.Energy)
    ]);

    public static Table<Household> Household(RegistryJson json, int partitions) => new("household", c =>
    [
        c.Int("part", row => Partitioning.Of(row.Division, partitions)) with { StaysAsItWas = true },
        c.Text("id", row => row.Id, key: true), c.Text("name", row => row.Name),
        c.Text("division", row => row.Division), c.Int("route", row => (int)row.Route),
        c.Int("conversion", row => (int)row.Conversion), c.OptionalInt("accepted_day", row => row.AcceptedOn?.Number),
        c.Int("hardship", row => (int)row.Hardship), c.Text("note", row => row.Note),
        c.Text("exclusions", row => json.Render(row.Exclusions))
    ]);

    public static Table<(int No, string Id, int Partition)> Meter { get; } = new("meter", c =>
    [
        c.Int("no", row => row.No, key: true), c.Text("id", row => row.Id), c.Int("part", row => row.Partition)
    ]);

    public static Table<(int No, int Life, Installation Row)> Installation { get; } = new("installation", c =>
    [
        c.Int("meter_no", row => row.No, key: true),
        c.Int("life", row => row.Life, key: true),
        c.Text("household", row => row.Row.HouseholdId),
        c.Text("company", row => row.Row.Company),
        c.Int("energy", row => (int)row.Row.Energy),
        c.OptionalInt("register_digits", row => row.Row.RegisterDigits),
        c.OptionalInt("decimals", row => row.Row.Decimals),
        c.OptionalLong("capacity", row => row.Row.Capacity),
        c.Long("multiplier_e4", row => MeterLives.MultiplierE4(row.Row)),
        c.OptionalLong("installed_at_ms", row => row.Row.InstalledAtMs),
        c.OptionalLong("opening", row => row.Row.Opening),
        c.OptionalLong("removed_at_ms", row => row.Row.RemovedAtMs),
        c.OptionalLong("closing", row => row.Row.Closing),
        c.Int("serves", row => (int)row.Row.Serves),
        c.Int("heated_households", row => row.Row.HeatedHouseholds)
    ]);

    public static Table<AccountAlias> Alias { get; } = new("alias", c =>
    [
        c.Text("account", row => row.Account, key: true), c.Int("from_day", row => row.From?.Number ?? int.MinValue, key: true),
        c.Text("household", row => row.HouseholdId), c.OptionalInt("until_day", row => row.Until?.Number)
    ]);

    public static Table<HeatedCount> HeatedCount { get; } = new("heated_count", c =>
    [
        c.Text("household", row => row.HouseholdId, key: true), c.Int("from_day", row => row.From.Number, key: true),
        c.Int("households", row => row.Households)
    ]);

    /// <summary>Without ids: the server gives them.</summary>
    public static Table<AuditRow> Audit { get; } = new("audit", c =>
    [
        c.Text("kind", row => row.Kind), c.Text("entity", row => row.Id), c.Long("at_ms", row => row.AtMs),
        c.Text("actor", row => row.Actor), c.Text("before", row => row.Before), c.Text("after", row => row.After)
    ]);

    public static Table<User> User { get; } = new("users", c =>
    [
        c.Text("name", row => row.Name, key: true), c.Int("role", row => (int)row.Role), c.Text("company", row => row.Company),
        c.Text("divisions", row => JsonSerializer.Serialize(row.Divisions)), c.Text("hash", row => row.Hash),
        c.Bool("must_change", row => row.MustChange), c.Bool("enabled", row => row.Enabled),
        c.Long("created_at_ms", row => row.CreatedAtMs), c.Long("password_at_ms", row => row.PasswordAtMs)
    ]);

    public static Table<ApiKey> ApiKey { get; } = new("api_key", c =>
    [
        c.Text("name", row => row.Name, key: true), c.Int("role", row => (int)row.Role), c.Text("company", row => row.Company),
        c.Text("divisions", row => JsonSerializer.Serialize(row.Divisions)), c.Text("hash", row => row.Hash),
        c.Long("created_at_ms", row => row.CreatedAtMs), c.OptionalInt("used_day", row => row.UsedDay),
        c.OptionalLong("revoked_at_ms", row => row.RevokedAtMs)
    ]);

    /// <summary>Without ids: the server gives them.</summary>
    public static Table<HoldEntry> HoldEntry { get; } = new("hold_entry", c =>
    [
        c.Int("autumn", row => row.Autumn), c.Text("household", row => row.HouseholdId),
        c.Text("reason", row => row.Reason), c.Int("act", row => (int)row.Act),
        c.Text("evidence", row => row.Evidence), c.Text("note", row => row.Note),
        c.Text("actor", row => row.Actor), c.Long("at_ms", row => row.AtMs)
    ]);
}
