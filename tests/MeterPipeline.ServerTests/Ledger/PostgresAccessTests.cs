using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Move;
using MeterPipeline.Ledger.Sqlite;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Tests.Ledger;
using Npgsql;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>Sessions, keys and the access log on PostgreSQL, and what a move makes of them.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresAccessTests(PostgresServer server) : AccessContract, IDisposable
{
    private static readonly AccessEntry Entry = new(0, 5, "li", "s1", AccessAct.Unmask, "H1", "查证");

    private readonly PostgresSchemas _schema = server.NewSchema();
    private readonly SqliteFolder _folder = new();

    protected override ILedger Open() => _schema.Open();

    public void Dispose()
    {
        _schema.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("UPDATE access_entry SET reason = ''")]
    [InlineData("DELETE FROM access_entry")]
    [InlineData("TRUNCATE access_entry")]
    public void A_line_of_the_access_log_is_never_changed(string sql)
    {
        _schema.Open().Access.Record(Entry);
        Assert.Throws<PostgresException>(() => _schema.Sql(sql));
    }

    [Fact]
    public void A_schema_from_before_sessions_is_brought_forward_and_keeps_what_it_has()
    {
        _schema.Load(1);
        _schema.Sql("INSERT INTO journal VALUES (0, 1, 'a'); UPDATE journal_head SET seq = 1");
        var ledger = _schema.Open();
        Assert.Equal((1, 1), (ledger.JournalHead(), ledger.Access.Record(Entry)));
        Assert.Equal(PostgresSchemas.Version, _schema.Sql("SELECT version FROM schema_version"));
    }

    [Fact]
    public void A_move_brings_sessions_keys_and_the_access_log_along()
    {
        var key = new ApiKey("scada", Role.Finance, null, ["1408"], "key-hash", 1, 20_000, null);
        using (var source = SqliteLedger.Open(_folder.Path, create: true))
        {
            source.Access.Begin(new Session("s1", "li", 1, 2), 0);
            source.Access.PutKey(key, "me", 1);
            source.Access.Record(Entry);
        }
        LedgerMove.Run(_folder.Path, _schema.Options, _ => { });
        var access = _schema.Open().Access;
        Assert.Equal(new Session("s1", "li", 1, 2), access.Find("s1"));
        Assert.Equal(("scada", "key-hash", 20_000), (access.Keys()[0].Name, access.Keys()[0].Hash, access.Keys()[0].UsedDay));
        Assert.Equal(2, access.Record(Entry));
        Assert.Equal([Entry with { Id = 2 }, Entry with { Id = 1 }], access.Log(long.MaxValue, 9));
    }
}
