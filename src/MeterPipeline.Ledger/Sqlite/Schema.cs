namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// The tables of one database file as forward-only steps: step n brings a file from version n to n + 1 (PRAGMA user_version). Steps that
/// have shipped are never edited.
/// </summary>
internal sealed class Schema
{
    /// <summary>
    /// The run's own row is inserted last: once it is there, its chunks and index rows are complete, and none is taken any more. Money is fen.
    /// </summary>
    private const string SettlementTables = """
        CREATE TABLE settlement_run (id INTEGER PRIMARY KEY, autumn INTEGER NOT NULL, run TEXT NOT NULL, hash TEXT NOT NULL);
        CREATE TABLE settlement_chunk (
            run INTEGER NOT NULL, chunk INTEGER NOT NULL, lines INTEGER NOT NULL, bytes INTEGER NOT NULL, crc INTEGER NOT NULL, blob BLOB NOT NULL,
            PRIMARY KEY (run, chunk));
        CREATE TABLE settlement_household (
            autumn INTEGER NOT NULL, household TEXT NOT NULL, run INTEGER NOT NULL, chunk INTEGER NOT NULL, accrued INTEGER NOT NULL,
            due INTEGER NOT NULL, payable INTEGER NOT NULL, amount TEXT NOT NULL, PRIMARY KEY (autumn, household, run)) WITHOUT ROWID;
        CREATE INDEX settlement_household_run ON settlement_household (run, chunk);
        CREATE TABLE settlement_step (
            id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, kind INTEGER NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL,
            note TEXT NOT NULL, household TEXT, from_day INTEGER, until_day INTEGER);
        CREATE INDEX settlement_step_run ON settlement_step (run, kind);
        CREATE TABLE disbursement (
            id INTEGER PRIMARY KEY AUTOINCREMENT, autumn INTEGER NOT NULL, run INTEGER, household TEXT NOT NULL, kind INTEGER NOT NULL,
            fen INTEGER NOT NULL CHECK (fen > 0), day INTEGER NOT NULL, reference TEXT NOT NULL, actor TEXT NOT NULL, at_ms INTEGER NOT NULL);
        CREATE INDEX disbursement_household ON disbursement (autumn, household);
        CREATE UNIQUE INDEX disbursement_reference ON disbursement (household, reference);
        CREATE TABLE payee (
            household TEXT PRIMARY KEY, name TEXT NOT NULL, id_number TEXT NOT NULL, bank TEXT NOT NULL, account_name TEXT NOT NULL,
            bank_account TEXT NOT NULL, phone TEXT NOT NULL) WITHOUT ROWID;

        CREATE TRIGGER settlement_run_is_never_changed BEFORE UPDATE ON settlement_run BEGIN SELECT RAISE(ABORT, 'a frozen run is never changed'); END;
        CREATE TRIGGER settlement_run_is_never_deleted BEFORE DELETE ON settlement_run BEGIN SELECT RAISE(ABORT, 'a frozen run is never deleted'); END;
        CREATE TRIGGER settlement_run_follows BEFORE INSERT ON settlement_run
            WHEN NEW.id <> (SELECT coalesce(max(id), 0) + 1 FROM settlement_run) BEGIN SELECT RAISE(ABORT, 'runs are numbered without a gap'); END;
        CREATE TRIGGER settlement_chunk_is_never_changed BEFORE UPDATE ON settlement_chunk BEGIN SELECT RAISE(ABORT, 'frozen lines are never changed'); END;
        CREATE TRIGGER settlement_chunk_is_never_deleted BEFORE DELETE ON settlement_chunk BEGIN SELECT RAISE(ABORT, 'frozen lines are never deleted'); END;
        CREATE TRIGGER settlement_chunk_is_never_added BEFORE INSERT ON settlement_chunk
            WHEN EXISTS (SELECT 1 FROM settlement_run WHERE id = NEW.run) BEGIN SELECT RAISE(ABORT, 'a frozen run takes no more lines'); END;
        CREATE TRIGGER settlement_household_is_never_changed BEFORE UPDATE ON settlement_household BEGIN SELECT RAISE(ABORT, 'frozen lines are never changed'); END;
        CREATE TRIGGER settlement_household_is_never_deleted BEFORE DELETE ON settlement_household BEGIN SELECT RAISE(ABORT, 'frozen lines are never deleted'); END;
        CREATE TRIGGER settlement_household_is_never_added BEFORE INSERT ON settlement_household
            WHEN EXISTS (SELECT 1 FROM settlement_run WHERE id = NEW.run) BEGIN SELECT RAISE(ABORT, 'a frozen run takes no more lines'); END;
        CREATE TRIGGER settlement_step_is_never_changed BEFORE UPDATE ON settlement_step BEGIN SELECT RAISE(ABORT, 'steps are never changed'); END;
        CREATE TRIGGER settlement_step_is_never_deleted BEFORE DELETE ON settlement_step BEGIN SELECT RAISE(ABORT, 'steps are never deleted'); END;
        CREATE TRIGGER disbursement_is_never_changed BEFORE UPDATE ON disbursement BEGIN SELECT RAISE(ABORT, 'disbursements are never changed'); END;
        CREATE TRIGGER disbursement_is_never_deleted BEFORE DELETE ON disbursement BEGIN SELECT RAISE(ABORT, 'disbursements are never deleted'); END;
        """;

    /// <summary>Sessions and keys of people, and what they did that must be on record.</summary>
    private const string AccessTables = """
        CREATE TABLE session (id TEXT PRIMARY KEY, user TEXT NOT NULL, created_at_ms INTEGER NOT NULL, used_at_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX session_user ON session (user);
        CREATE TABLE api_key (
            name TEXT PRIMARY KEY, role INTEGER NOT NULL, company TEXT, divisions TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
            created_at_ms INTEGER NOT NULL, used_day INTEGER, revoked_at_ms INTEGER) WITHOUT ROWID;
        CREATE TABLE access_entry (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, session TEXT NOT NULL, act INTEGER NOT NULL,
            subject TEXT NOT NULL, reason TEXT NOT NULL);
        CREATE INDEX access_entry_session ON access_entry (session, act, subject, id);
        CREATE TRIGGER access_entry_is_never_changed BEFORE UPDATE ON access_entry BEGIN SELECT RAISE(ABORT, 'the access log is never changed'); END;
        CREATE TRIGGER access_entry_is_never_deleted BEFORE DELETE ON access_entry BEGIN SELECT RAISE(ABORT, 'the access log is never deleted'); END;
        """;

    private readonly int applicationId;
    private readonly string[] steps;

    private Schema(int applicationId, params string[] steps)
    {
        this.applicationId = applicationId;
        this.steps = steps;
    }

    /// <summary>journal.db. A row's seq is given by the insert; <c>pruned</c> remembers how far rows were deleted, so that seq never goes back.</summary>
    public static Schema Journal { get; } = new(0x4D504A4E, """
        CREATE TABLE journal (seq INTEGER PRIMARY KEY, blob BLOB NOT NULL);
        CREATE TABLE pruned (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
        INSERT INTO pruned VALUES (1, 0);
        CREATE TABLE quarantine (
            id INTEGER PRIMARY KEY AUTOINCREMENT, received_at_ms INTEGER NOT NULL, source TEXT NOT NULL, company TEXT NOT NULL,
            reason TEXT NOT NULL, detail TEXT NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, replayed_at_ms INTEGER);
        CREATE INDEX quarantine_open ON quarantine (id) WHERE replayed_at_ms IS NULL;
        """, """
        ALTER TABLE quarantine ADD COLUMN meter TEXT NOT NULL DEFAULT '';
        CREATE INDEX quarantine_meter ON quarantine (meter, received_at_ms) WHERE meter <> '' AND replayed_at_ms IS NULL;
        ALTER TABLE quarantine ADD COLUMN publisher TEXT;
        CREATE INDEX quarantine_replayed ON quarantine (id) WHERE replayed_at_ms IS NOT NULL;
        CREATE TABLE quarantine_size (
            id INTEGER PRIMARY KEY CHECK (id = 1), open INTEGER NOT NULL, replayed INTEGER NOT NULL, bytes INTEGER NOT NULL);
        INSERT INTO quarantine_size
            SELECT 1, count(*) - count(replayed_at_ms), count(replayed_at_ms), coalesce(sum(length(payload)), 0) FROM quarantine;
        CREATE TRIGGER quarantine_added AFTER INSERT ON quarantine BEGIN
            UPDATE quarantine_size SET open = open + 1, bytes = bytes + length(NEW.payload);
        END;
        CREATE TRIGGER quarantine_marked AFTER UPDATE OF replayed_at_ms ON quarantine BEGIN
            UPDATE quarantine_size SET open = open - 1, replayed = replayed + 1;
        END;
        CREATE TRIGGER quarantine_deleted AFTER DELETE ON quarantine BEGIN
            UPDATE quarantine_size SET replayed = replayed - 1, bytes = bytes - length(OLD.payload);
        END;
        """);

    /// <summary>
    /// ledger.db. Folded tables lead with the time: a flush then writes neighbouring pages, where a key led by the meter would touch a
    /// page per meter (8 GB for a million meters and 200 MB of rows).
    /// </summary>
    public static Schema Ledger { get; } = new(0x4D504C47, """
        CREATE TABLE cursor (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE meter_day (
            day INTEGER NOT NULL, meter_no INTEGER NOT NULL, register INTEGER NOT NULL, blob BLOB NOT NULL,
            PRIMARY KEY (day, meter_no, register)) WITHOUT ROWID;
        CREATE TABLE meter_year (
            autumn INTEGER NOT NULL, meter_no INTEGER NOT NULL, register INTEGER NOT NULL, blob BLOB NOT NULL,
            PRIMARY KEY (autumn, meter_no, register)) WITHOUT ROWID;
        CREATE TABLE village_day (
            day INTEGER NOT NULL, division TEXT NOT NULL, energy INTEGER NOT NULL, consumption INTEGER NOT NULL, accrued_e8 INTEGER NOT NULL,
            households INTEGER NOT NULL, reporting INTEGER NOT NULL, PRIMARY KEY (day, division, energy)) WITHOUT ROWID;
        CREATE TABLE counter (
            day INTEGER NOT NULL, company TEXT NOT NULL, received INTEGER NOT NULL, accepted INTEGER NOT NULL, duplicate INTEGER NOT NULL,
            conflict INTEGER NOT NULL, quarantined INTEGER NOT NULL, PRIMARY KEY (day, company)) WITHOUT ROWID;

        CREATE TABLE settled_day (
            id INTEGER PRIMARY KEY AUTOINCREMENT, meter_no INTEGER NOT NULL, register INTEGER NOT NULL, day INTEGER NOT NULL, seq INTEGER NOT NULL);

        CREATE TABLE division (code TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT) WITHOUT ROWID;
        CREATE TABLE company (id TEXT PRIMARY KEY, name TEXT NOT NULL, energy INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE household (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, division TEXT NOT NULL, route INTEGER NOT NULL, conversion INTEGER NOT NULL,
            accepted_day INTEGER, hardship INTEGER NOT NULL, note TEXT NOT NULL, exclusions TEXT) WITHOUT ROWID;
        CREATE TABLE meter (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
        CREATE TABLE installation (
            meter_no INTEGER NOT NULL, life INTEGER NOT NULL, household TEXT NOT NULL, company TEXT NOT NULL, energy INTEGER NOT NULL,
            register_digits INTEGER, decimals INTEGER, capacity INTEGER, multiplier_e4 INTEGER NOT NULL, installed_at_ms INTEGER,
            opening INTEGER, removed_at_ms INTEGER, closing INTEGER, serves INTEGER NOT NULL, heated_households INTEGER NOT NULL,
            PRIMARY KEY (meter_no, life)) WITHOUT ROWID;
        CREATE TABLE alias (
            account TEXT NOT NULL, from_day INTEGER NOT NULL, household TEXT NOT NULL, until_day INTEGER,
            PRIMARY KEY (account, from_day)) WITHOUT ROWID;
        CREATE INDEX alias_household ON alias (household);
        CREATE TABLE audit (
            kind TEXT NOT NULL, entity TEXT NOT NULL, n INTEGER NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, before TEXT, after TEXT,
            PRIMARY KEY (kind, entity, n)) WITHOUT ROWID;
        """, """
        CREATE TABLE heated_count (household TEXT NOT NULL, from_day INTEGER NOT NULL, households INTEGER NOT NULL, PRIMARY KEY (household, from_day)) WITHOUT ROWID;
        CREATE TABLE hold_entry (
            id INTEGER PRIMARY KEY AUTOINCREMENT, autumn INTEGER NOT NULL, household TEXT NOT NULL, reason TEXT NOT NULL, act INTEGER NOT NULL,
            evidence TEXT NOT NULL, note TEXT NOT NULL, actor TEXT NOT NULL, at_ms INTEGER NOT NULL);
        CREATE INDEX hold_entry_season ON hold_entry (autumn, id);
        CREATE TRIGGER hold_entry_is_never_changed BEFORE UPDATE ON hold_entry BEGIN SELECT RAISE(ABORT, 'hold entries are never changed'); END;
        CREATE TRIGGER hold_entry_is_never_deleted BEFORE DELETE ON hold_entry BEGIN SELECT RAISE(ABORT, 'hold entries are never deleted'); END;
        ALTER TABLE meter_day ADD COLUMN crc INTEGER;
        ALTER TABLE meter_year ADD COLUMN crc INTEGER;
        CREATE TABLE user (
            name TEXT PRIMARY KEY, role INTEGER NOT NULL, company TEXT, divisions TEXT NOT NULL, hash TEXT NOT NULL, must_change INTEGER NOT NULL,
            enabled INTEGER NOT NULL, created_at_ms INTEGER NOT NULL, password_at_ms INTEGER NOT NULL) WITHOUT ROWID;
        """, SettlementTables + AccessTables);

    /// <summary>Makes the file if it is not there and brings it to the newest version.</summary>
    public void Create(string file)
    {
        using var database = Database.Open(file, DatabaseAccess.Create, SqliteLimits.ViewCacheKiB);
        if (database.Scalar("PRAGMA user_version") == 0)
            database.Execute($"PRAGMA page_size={SqliteLimits.PageBytes}; PRAGMA journal_mode=WAL");
        Migrate(database);
    }

    /// <summary>Checks an existing file, and brings it forward where it is older.</summary>
    /// <exception cref="LedgerException">Missing, of a newer program, or not a ledger.</exception>
    public void Require(string file)
    {
        if (!File.Exists(file))
        {
            throw new LedgerException($"No ledger in {Path.GetDirectoryName(file)}: {Path.GetFileName(file)} is missing. " +
                "Name the right folder with --data, or create one with `meterpipeline run` or `import`.");
        }
        using var database = Database.Open(file, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB);
        if (VersionOf(database) == steps.Length) return;
        using var writer = Database.Open(file, DatabaseAccess.Write, SqliteLimits.ViewCacheKiB);
        Migrate(writer);
    }

    private void Migrate(Database database)
    {
        using var transaction = database.BeginWrite("bring the ledger to this version");
        for (var version = VersionOf(database); version < steps.Length; version++) database.Execute(steps[version]);
        database.Execute($"PRAGMA application_id={applicationId}; PRAGMA user_version={steps.Length}");
        transaction.Commit();
    }

    private long VersionOf(Database database)
    {
        var version = database.Scalar("PRAGMA user_version");
        var application = database.Scalar("PRAGMA application_id");
        if (version > 0 && application != applicationId)
        {
            throw new LedgerException($"{database.File} is a SQLite file of something else (application {application:X8}): " +
                "name the right folder with --data.");
        }
        if (version > steps.Length)
        {
            throw new LedgerException($"{database.File} has schema version {version}, this program knows {steps.Length}: " +
                "it was written by a newer MeterPipeline. Use that version, or restore a backup from before the upgrade.");
        }
        return version;
    }
}
