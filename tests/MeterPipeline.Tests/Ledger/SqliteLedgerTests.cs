using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Settlements;
using SQLitePCL;

namespace MeterPipeline.Tests.Ledger;

/// <summary>The contract on SQLite, in a folder of its own per test.</summary>
public sealed class SqliteLedgerTests : LedgerContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}

public sealed class SqliteRegistryTests : RegistryContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}

public sealed class SqliteAccessTests : AccessContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}

public sealed class SqliteHoldTests : HoldContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}

public sealed class SqliteSettlementTests : SettlementContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}

/// <summary>What only files can suffer.</summary>
public sealed class SqliteFilesTests : IDisposable
{
    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_folder_without_a_ledger_is_not_made_by_looking()
    {
        var refused = Assert.Throws<LedgerException>(() => SqliteLedger.Open(folder.Path));
        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Path));
    }

    /// <summary>SQLite takes a damaged frame for the end of the log, and none for an empty one.</summary>
    [Theory]
    [InlineData("damaged")]
    [InlineData("cut")]
    [InlineData("gone")]
    public void Rows_that_a_damaged_log_loses_are_told(string how)
    {
        using var killed = Killed(rows: 20);
        var wal = new FileInfo(Path.Combine(killed.Path, "journal.db-wal"));
        var middle = wal.Length / 2;
        if (how == "gone") wal.Delete();
        else
        {
            using var file = wal.Open(FileMode.Open);
            if (how == "cut") file.SetLength(middle);
            file.Position = middle;
            if (how == "damaged") file.WriteByte((byte)(File.ReadAllBytes(Path.Combine(folder.Path, "journal.db-wal"))[middle] ^ 255));
        }
        var refused = Assert.Throws<LedgerException>(() => killed.Open());
        Assert.Contains("row 20 was stored and acknowledged", refused.Message, StringComparison.Ordinal);
        Assert.Contains("journal.db-wal", refused.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(killed.Path, "journal.mark"));
        Assert.InRange(killed.Open().JournalHead(), 0, 19);
    }

    /// <summary>As a power cut may leave the mark, which is never synced.</summary>
    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 99, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4 })]
    public void A_mark_that_cannot_be_read_is_none(byte[] bytes)
    {
        using var killed = Killed(rows: 3);
        File.WriteAllBytes(Path.Combine(killed.Path, "journal.mark"), bytes);
        Assert.Equal(3, killed.Open().JournalHead());
    }

    /// <summary>The folder of a process that was killed with rows in its journal's log.</summary>
    private SqliteFolder Killed(int rows)
    {
        var ledger = folder.Open();
        for (var i = 0; i < rows; i++) ledger.Append(new byte[5_000], []);
        var killed = new SqliteFolder();
        Directory.CreateDirectory(killed.Path);
        foreach (var file in Directory.GetFiles(folder.Path)) File.Copy(file, Path.Combine(killed.Path, Path.GetFileName(file)));
        return killed;
    }

    [Fact]
    public void Files_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows()) return;
        var ledger = folder.Open();
        ledger.Append([1], []);
        ledger.SetCursor("influx", 1);
        using var fold = ledger.AcquireFold();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
        var files = Directory.GetFiles(folder.Path);
        Assert.True(files.Length >= 6, string.Join(' ', files));
        foreach (var file in files) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Theory]
    [InlineData("journal.db")]
    [InlineData("ledger.db")]
    public void A_damaged_file_is_named_with_what_to_do(string file)
    {
        folder.Open().Append([1], []);
        folder.Close();
        var path = System.IO.Path.Combine(folder.Path, file);
        File.WriteAllBytes(path, new byte[8192]);
        File.WriteAllText(path, "this is no database, however long it is made");
        var refused = Assert.Throws<LedgerException>(() => folder.Open());
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Contains("backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_page_is_reported_when_it_is_met()
    {
        var ledger = folder.Open();
        for (var i = 0; i < 300; i++) ledger.Append(new byte[2000], []);
        folder.Close();
        using (var file = new FileStream(System.IO.Path.Combine(folder.Path, "journal.db"), FileMode.Open))
        {
            file.Position = 5 * 8192;
            file.Write(Enumerable.Repeat((byte)0x5A, 20 * 8192).ToArray());
        }
        var again = folder.Open();
        var met = Assert.Throws<LedgerException>(() => again.ReadJournal(0, 1000));
        Assert.Contains("read the journal", met.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("journal.db*")] // the ledger stands for rows that the journal never had
    [InlineData("ledger.db*")] // rows are pruned that the ledger does not stand for
    public void Files_of_different_moments_are_refused(string lost)
    {
        var ledger = folder.Open();
        ledger.Append([1], []);
        ledger.Append([2], []);
        using (ledger.AcquireFold())
        {
            ledger.Flush(new FoldFlush { FoldedSeq = 1 });
            ledger.PruneJournal(1);
        }
        folder.Close();
        foreach (var file in Directory.GetFiles(folder.Path, lost)) File.Delete(file);
        var refused = Assert.Throws<LedgerException>(() => folder.Open());
        Assert.Contains("same backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_schema_is_left_alone()
    {
        folder.Open();
        folder.Close();
        Execute("ledger.db", "PRAGMA user_version=99");
        var refused = Assert.Throws<LedgerException>(() => folder.Open());
        Assert.Contains("newer MeterPipeline", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_programs_database_is_left_alone()
    {
        folder.Open();
        folder.Close();
        Execute("journal.db", "PRAGMA application_id=7");
        Assert.Contains("something else", Assert.Throws<LedgerException>(() => folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fold_lock_is_free_when_its_holder_is_gone_without_a_word()
    {
        folder.Open();
        // A killed process leaves its files behind, but the lock on them goes with it.
        File.WriteAllText(System.IO.Path.Combine(folder.Path, "fold.lock"), "");
        File.WriteAllText(System.IO.Path.Combine(folder.Path, "fold.owner"), "process 1 (gone), started 2000-01-01 00:00:00");
        using var fold = folder.Open().AcquireFold();
    }

    [Fact]
    public void A_ledger_of_the_first_version_is_brought_forward()
    {
        Directory.CreateDirectory(folder.Path);
        foreach (var file in (string[])["journal", "ledger"])
            Execute(file + ".db", File.ReadAllText(Repository.PathOf("tests", "MeterPipeline.Tests", "Ledger", "versions", $"1-{file}.sql")));
        Execute("journal.db", "INSERT INTO quarantine VALUES (1, 1, 'endpoint', 'grid', 'bad-json', '', 'topic', x'01', NULL)");
        var ledger = folder.Open();
        ledger.AddHoldEntry(new HoldEntry(0, "H1", 2025, "site-inspection", HoldAct.Place, "", "note", "li", 1));
        using var view = ledger.OpenView();
        Assert.Equal("", view.Quarantine(long.MaxValue, 1)[0].Message.Meter);
        Assert.Single(view.HoldEntries(2025));
    }

    [Fact]
    public void A_ledger_of_the_second_version_is_brought_forward()
    {
        folder.Open();
        folder.Close();
        foreach (var file in Directory.GetFiles(folder.Path, "ledger.db*")) File.Delete(file);
        Execute("ledger.db", File.ReadAllText(Repository.PathOf("tests", "MeterPipeline.Tests", "Ledger", "versions", "2-ledger.sql")));
        Execute("ledger.db", "INSERT INTO hold_entry VALUES (1, 2025, 'H1', 'site-inspection', 0, '', 'note', 'li', 1)");
        var ledger = folder.Open();
        Freeze(ledger);
        Assert.Single(ledger.Settlements.Runs());
        using var view = ledger.OpenView();
        Assert.Single(view.HoldEntries(2025));
    }

    [Fact]
    public void What_is_frozen_is_never_changed()
    {
        Freeze(folder.Open());
        folder.Close();
        foreach (var sql in (string[])
        [
            "UPDATE settlement_run SET hash = ''", "DELETE FROM settlement_run", "INSERT INTO settlement_run VALUES (3, 2025, '', '')",
            "UPDATE settlement_chunk SET lines = 2", "DELETE FROM settlement_chunk", "INSERT INTO settlement_chunk VALUES (1, 1, 1, 1, 1, x'00')",
            "UPDATE settlement_household SET due = due + 1", "DELETE FROM settlement_household", "INSERT INTO settlement_household VALUES (2025, 'H9', 1, 0, 1, 1, 1, '')",
            "UPDATE settlement_step SET actor = ''", "DELETE FROM settlement_step", "UPDATE disbursement SET fen = 1", "DELETE FROM disbursement",
            "INSERT INTO disbursement SELECT id + 1, autumn, run, household, kind, -fen, day, 'other', actor, at_ms FROM disbursement",
        ]) Execute("ledger.db", sql, raw.SQLITE_CONSTRAINT);
    }

    [Fact]
    public void Users_of_the_second_version_sign_in_after_it_is_brought_forward()
    {
        folder.Open();
        folder.Close();
        foreach (var file in Directory.GetFiles(folder.Path, "ledger.db*")) File.Delete(file);
        Execute("ledger.db", File.ReadAllText(Repository.PathOf("tests", "MeterPipeline.Tests", "Ledger", "versions", "2-ledger.sql")));
        Execute("ledger.db", "INSERT INTO user VALUES ('pub', 1, 'grid', '[]', 'hash', 0, 1, 7, 7)");
        var ledger = folder.Open();
        Assert.Equal("pub", Assert.Single(ledger.Users()).Name);
        ledger.Access.Begin(new Session("id", "pub", 8, 8), 0);
        Assert.NotNull(ledger.Access.Find("id"));
    }

    [Theory]
    [InlineData("UPDATE access_entry SET reason = ''")]
    [InlineData("DELETE FROM access_entry")]
    public void The_access_log_is_never_changed(string sql)
    {
        folder.Open().Access.Record(new AccessEntry(0, 1, "li", "", AccessAct.Export, "all", ""));
        folder.Close();
        Execute("ledger.db", sql, raw.SQLITE_CONSTRAINT);
    }

    private static void Freeze(ILedger ledger)
    {
        ledger.Settlements.Draft(AnyLine.Draft(), AnyLine.Policies, ledger.Settlements.Moment(), [AnyLine.Of("H1", 1)]);
        ledger.Settlements.Disburse([new Disbursement(0, 2025, null, "H1", DisbursementKind.Advance, 1, new Domain.LocalDay(20_000), "A", "li", 1)]);
    }

    [Theory]
    [InlineData("UPDATE hold_entry SET note = ''")]
    [InlineData("DELETE FROM hold_entry")]
    public void What_was_said_of_a_hold_is_never_changed(string sql)
    {
        folder.Open().AddHoldEntry(new HoldEntry(0, "H1", 2025, "site-inspection", HoldAct.Place, "", "note", "li", 1));
        folder.Close();
        Execute("ledger.db", sql, raw.SQLITE_CONSTRAINT);
    }

    private void Execute(string file, string sql, int expected = raw.SQLITE_OK)
    {
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(System.IO.Path.Combine(folder.Path, file), out var database));
        using (database) Assert.Equal(expected, raw.sqlite3_exec(database, sql));
    }
}
