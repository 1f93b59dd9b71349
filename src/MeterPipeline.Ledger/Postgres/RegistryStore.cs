using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Registry;
using Npgsql;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// Applies one change of the registry: the rows it may touch are read at once, compared in memory in the order given, and those that differ
/// written at once, each audited with both texts. One object per call, inside one transaction.
/// </summary>
internal sealed class RegistryStore
{
    public const string VersionCursor = "registry";

    /// <summary>One writes at a time, so that meter numbers stay dense and an audit's texts follow each other; readers go on.</summary>
    public const string LockSql = "LOCK TABLE audit IN EXCLUSIVE MODE";

    private readonly Session session;
    private readonly string actor;
    private readonly long atMs;
    private readonly int partitions;
    private readonly RegistryJson json = new();
    private readonly RegistryLoad load = new();
    private readonly List<AuditRow> audit = [];
    private int added;
    private int changed;
    private int unchanged;

    private RegistryStore(Session session, string actor, long atMs, int partitions) =>
        (this.session, this.actor, this.atMs, this.partitions) = (session, actor, atMs, partitions);

    /// <exception cref="LedgerException">A meter row fits none of its meter's lives, or the database refused: nothing was changed.</exception>
    public static RegistryChangeResult Change(Session session, RegistryChange change, string actor, long atMs, int partitions)
    {
        session.Run(LockSql);
        var version = FoldStore.Cursor(session, VersionCursor);
        if (change.OnlyAt is { } only && only != version) return new RegistryChangeResult(0, 0, 0, version, Moved: true);
        var store = new RegistryStore(session, actor, atMs, partitions);
        store.Put("division", Tables.Division, change.Divisions, RegistryLoad.DivisionSql + " WHERE code = ANY($1)", store.load.Division, r => r.Code, r => r.Code, store.json.Render);
        store.Put("company", Tables.Company, change.Companies, RegistryLoad.CompanySql + " WHERE id = ANY($1)", store.load.Company, r => r.Id, r => r.Id, store.json.Render);
        store.Put("household", Tables.Household(new RegistryJson(), partitions), change.Households, RegistryLoad.HouseholdSql + " WHERE id = ANY($1)",
            store.load.Household, r => r.Id, r => r.Id, store.json.Render);
        store.Put(change.Installations);
        store.Put("alias", Tables.Alias, change.Aliases, RegistryLoad.AliasSql + " WHERE account = ANY($1)",
            RegistryLoad.Alias, r => r.Account, r => $"{r.Account} {r.From}", store.json.Render);
        store.Put("heated-count", Tables.HeatedCount, change.HeatedCounts, RegistryLoad.HeatedCountSql + " WHERE household = ANY($1)",
            store.load.HeatedCount, r => r.HouseholdId, r => $"{r.HouseholdId} {r.From}", store.json.Render);
        Tables.Audit.Write(session, store.audit);
        if (store.audit.Count > 0) FoldStore.SetCursor(session, VersionCursor, ++version);
        return new RegistryChangeResult(store.added, store.changed, store.unchanged, version);
    }

    /// <param name="sql">Selects by an array of entities.</param>
    /// <param name="entity">What the audit calls it.</param>
    /// <param name="key">Of the row: two rows of one key in a change are taken one after the other.</param>
    private void Put<T>(
        string kind, Table<T> table, List<T> rows, string sql, Func<NpgsqlDataReader, T> read, Func<T, string> entity, Func<T, string> key, Func<T, string> render)
    {
        if (rows.Count == 0) return;
        var texts = session.Rows(sql, read, Entities(rows, entity)).ToDictionary(key, render, StringComparer.Ordinal);
        var writes = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var text = render(row);
            if (!IsAudited(kind, entity(row), texts.GetValueOrDefault(key(row)), text)) continue;
            texts[key(row)] = text;
            writes[key(row)] = row;
        }
        table.Write(session, [.. writes.Values]);
    }

    private void Put(List<Installation> rows)
    {
        if (rows.Count == 0) return;
        var stored = session.Rows(RegistryLoad.InstallationSql + " WHERE m.id = ANY($1) ORDER BY m.no, i.life", load.Installation, Entities(rows, row => row.MeterId));
        var meters = RegistryLoad.Meters(stored).ToDictionary(meter => meter.Id, meter => (meter.No, Lives: meter.Installations), StringComparer.Ordinal);
        var next = (int)session.Scalar("SELECT max(no) FROM meter") + 1;
        var (fresh, touched) = (new List<(int No, string Id)>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            var (no, lives) = meters.GetValueOrDefault(row.MeterId, (0, []));
            if (MeterLives.Place(lives, row, out var placed) is { } refusal)
                throw new LedgerException($"Cannot change meter {row.MeterId} at household {row.HouseholdId}: {refusal}.");
            var replaced = lives.FirstOrDefault(life => !placed.Any(kept => ReferenceEquals(kept, life)));
            if (!IsAudited("meter", row.MeterId, replaced is null ? null : json.Render(replaced), json.Render(row))) continue;
            if (no == 0) fresh.Add((no = next++, row.MeterId));
            meters[row.MeterId] = (no, placed);
            touched.Add(row.MeterId);
        }
        Tables.Meter.Write(session, Placed(fresh, meters));
        session.Run("DELETE FROM installation WHERE meter_no = ANY($1)", touched.Select(id => meters[id].No).ToArray());
        Tables.Installation.Write(session, [.. touched.SelectMany(id => meters[id].Lives.Select((life, i) => (meters[id].No, i, life)))]);
    }

    /// <summary>New meters go to the partition of the household that they are first at; where it is not registered yet, its id decides.</summary>
    private List<(int No, string Id, int Partition)> Placed(
        List<(int No, string Id)> fresh, Dictionary<string, (int No, IReadOnlyList<Installation> Lives)> meters)
    {
        if (fresh.Count == 0) return [];
        string FirstAt(string meter) => meters[meter].Lives[0].HouseholdId;
        var known = session.Rows(
                "SELECT id, part FROM household WHERE id = ANY($1)", row => (Id: row.GetString(0), Partition: row.GetInt32(1)), Entities(fresh, meter => FirstAt(meter.Id)))
            .ToDictionary(household => household.Id, household => household.Partition, StringComparer.Ordinal);
        return [.. fresh.Select(meter =>
            (meter.No, meter.Id, known.TryGetValue(FirstAt(meter.Id), out var partition) ? partition : Partitioning.Of(FirstAt(meter.Id), partitions)))];
    }

    /// <returns>An array of texts, as one value: C# would take a bare array of objects for several.</returns>
    private static object Entities<T>(List<T> rows, Func<T, string> entity) => rows.Select(row => Session.Storable(entity(row))).Distinct().ToArray();

    /// <returns>False when nothing changed: then there is nothing to write either.</returns>
    private bool IsAudited(string kind, string id, string? before, string after)
    {
        if (before == after)
        {
            unchanged++;
            return false;
        }
        if (before is null) added++;
        else changed++;
        audit.Add(new AuditRow(atMs, actor, kind, id, before, after));
        return true;
    }
}
