using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// Applies one change of the registry, in ledger.db: each row is compared with what is stored, written only where it differs, and then
/// audited with both texts. One object per call; the caller holds the ledger's write lock.
/// </summary>
internal sealed class RegistryStore
{
    public const string VersionCursor = "registry";

    private readonly Database database;
    private readonly string actor;
    private readonly long atMs;
    private readonly RegistryJson json = new();
    private int added;
    private int changed;
    private int unchanged;

    private RegistryStore(Database database, string actor, long atMs)
    {
        this.database = database;
        this.actor = actor;
        this.atMs = atMs;
    }

    /// <exception cref="LedgerException">A meter row fits none of its meter's lives, or the database refused: nothing was changed.</exception>
    public static RegistryChangeResult Change(Database database, RegistryChange change, string actor, long atMs)
    {
        using var transaction = database.BeginWrite("change the registry");
        var version = FoldStore.Cursor(database, VersionCursor);
        if (change.OnlyAt is { } only && only != version) return new RegistryChangeResult(0, 0, 0, version, Moved: true);
        var store = new RegistryStore(database, actor, atMs);
        foreach (var division in change.Divisions) store.Put(division);
        foreach (var company in change.Companies) store.Put(company);
        foreach (var household in change.Households) store.Put(household);
        foreach (var installation in change.Installations) store.Put(installation);
        foreach (var alias in change.Aliases) store.Put(alias);
        foreach (var count in change.HeatedCounts) store.Put(count);
        if (store.added + store.changed > 0) FoldStore.SetCursor(database, VersionCursor, ++version);
        transaction.Commit();
        return new RegistryChangeResult(store.added, store.changed, store.unchanged, version);
    }

    private void Put(Division division)
    {
        var before = Stored("SELECT code, name, parent FROM division WHERE code = ?", division.Code,
            row => json.Render(new Division(row.Text(0), row.Text(1), row.NullableText(2))));
        if (!Audited("division", division.Code, before, json.Render(division))) return;
        database.Prepared("REPLACE INTO division VALUES (?, ?, ?)")
            .Bind(1, division.Code).Bind(2, division.Name).Bind(3, division.Parent).Run();
    }

    private void Put(Company company)
    {
        var before = Stored("SELECT id, name, energy FROM company WHERE id = ?", company.Id,
            row => json.Render(new Company(row.Text(0), row.Text(1), (Energy)row.Int32(2))));
        if (!Audited("company", company.Id, before, json.Render(company))) return;
        database.Prepared("REPLACE INTO company VALUES (?, ?, ?)")
            .Bind(1, company.Id).Bind(2, company.Name).Bind(3, (long)company.Energy).Run();
    }

    private void Put(Household household)
    {
        var before = Stored(RegistryLoad.HouseholdSql + " WHERE id = ?", household.Id,
            row => json.Render(RegistryLoad.Household(row, static (row, column) => row.Text(column))));
        if (!Audited("household", household.Id, before, json.Render(household))) return;
        database.Prepared("REPLACE INTO household VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, household.Id).Bind(2, household.Name).Bind(3, household.Division).Bind(4, (long)household.Route)
            .Bind(5, (long)household.Conversion).Bind(6, (long?)household.AcceptedOn?.Number).Bind(7, (long)household.Hardship)
            .Bind(8, household.Note).Bind(9, json.Render(household.Exclusions)).Run();
    }

    private void Put(AccountAlias alias)
    {
        long from = alias.From?.Number ?? int.MinValue;
        var statement = database.Prepared("SELECT account, household, from_day, until_day FROM alias WHERE account = ? AND from_day = ?")
            .Bind(1, alias.Account).Bind(2, from);
        var before = statement.Step() ? json.Render(RegistryLoad.Alias(statement)) : null;
        statement.Reset();
        if (!Audited("alias", alias.Account, before, json.Render(alias))) return;
        database.Prepared("REPLACE INTO alias VALUES (?, ?, ?, ?)")
            .Bind(1, alias.Account).Bind(2, from).Bind(3, alias.HouseholdId).Bind(4, (long?)alias.Until?.Number).Run();
    }

    private void Put(HeatedCount count)
    {
        var row = database.Prepared("SELECT household, from_day, households FROM heated_count WHERE household = ? AND from_day = ?")
            .Bind(1, count.HouseholdId).Bind(2, count.From.Number);
        var before = row.Step() ? json.Render(RegistryLoad.HeatedCount(row)) : null;
        row.Reset();
        if (!Audited("heated-count", count.HouseholdId, before, json.Render(count))) return;
        database.Prepared("REPLACE INTO heated_count VALUES (?, ?, ?)").Bind(1, count.HouseholdId).Bind(2, count.From.Number).Bind(3, (long)count.Households).Run();
    }

    private void Put(Installation installation)
    {
        var no = MeterNo(installation.MeterId);
        var lives = no == 0 ? [] : Lives(no, installation.MeterId);
        if (MeterLives.Place(lives, installation, out var placed) is { } refusal)
            throw new LedgerException($"Cannot change meter {installation.MeterId} at household {installation.HouseholdId}: {refusal}.");
        var replaced = lives.FirstOrDefault(life => !placed.Any(kept => ReferenceEquals(kept, life)));
        if (!Audited("meter", installation.MeterId, replaced is null ? null : json.Render(replaced), json.Render(installation))) return;
        if (no == 0) no = NewMeter(installation.MeterId);
        database.Prepared("DELETE FROM installation WHERE meter_no = ?").Bind(1, no).Run();
        for (var life = 0; life < placed.Count; life++) Write(no, life, placed[life]);
    }

    private List<Installation> Lives(long no, string meterId)
    {
        var lives = new List<Installation>();
        var row = database.Prepared($"SELECT {RegistryLoad.InstallationColumns} FROM installation i WHERE meter_no = ? ORDER BY life").Bind(1, no);
        while (row.Step()) lives.Add(RegistryLoad.Installation(row, meterId, 0, static (row, column) => row.Text(column)));
        row.Reset();
        return lives;
    }

    private long MeterNo(string meterId)
    {
        var row = database.Prepared("SELECT no FROM meter WHERE id = ?").Bind(1, meterId);
        var no = row.Step() ? row.Int64(0) : 0;
        row.Reset();
        return no;
    }

    /// <summary>Meters are never deleted, so one more than the greatest number is dense and never reused.</summary>
    private long NewMeter(string meterId)
    {
        database.Prepared("INSERT INTO meter VALUES (coalesce((SELECT max(no) FROM meter), 0) + 1, ?)").Bind(1, meterId).Run();
        return database.LastInsertRowId;
    }

    private void Write(long no, int life, Installation row) =>
        database.Prepared("INSERT INTO installation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, no).Bind(2, (long)life).Bind(3, row.HouseholdId).Bind(4, row.Company).Bind(5, (long)row.Energy)
            .Bind(6, (long?)row.RegisterDigits).Bind(7, (long?)row.Decimals).Bind(8, row.Capacity).Bind(9, MeterLives.MultiplierE4(row))
            .Bind(10, row.InstalledAtMs).Bind(11, row.Opening).Bind(12, row.RemovedAtMs).Bind(13, row.Closing)
            .Bind(14, (long)row.Serves).Bind(15, (long)row.HeatedHouseholds).Run();

    private string? Stored(string sql, string key, Func<Statement, string> render)
    {
        var statement = database.Prepared(sql).Bind(1, key);
        var text = statement.Step() ? render(statement) : null;
        statement.Reset();
        return text;
    }

    /// <returns>False when nothing changed: then there is nothing to write either.</returns>
    private bool Audited(string kind, string id, string? before, string after)
    {
        if (before == after)
        {
            unchanged++;
            return false;
        }
        if (before is null) added++;
        else changed++;
        Auditing.Write(database, kind, id, before, after, actor, atMs);
        return true;
    }
}
