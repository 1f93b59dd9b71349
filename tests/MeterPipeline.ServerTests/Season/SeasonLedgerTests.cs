using MeterPipeline.Ledger;
using MeterPipeline.ServerTests.Ledger;
using MeterPipeline.Tests.Ledger;
using Xunit.Abstractions;

namespace MeterPipeline.ServerTests.Season;

public sealed class SqliteSeasonTests(ITestOutputHelper output) : SeasonLedgerContract(100, output), IDisposable
{
    private readonly SqliteFolder _folder = new();

    protected override ILedger Open() => _folder.Open();

    public void Dispose() => _folder.Dispose();
}

/// <summary>In several partitions.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresSeasonTests(PostgresServer server, ITestOutputHelper output) : SeasonLedgerContract(40, output), IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 3);

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}
