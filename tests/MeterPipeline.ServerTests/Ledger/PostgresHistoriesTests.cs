using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>Histories by dice through a ledger of several partitions.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresHistoriesTests(PostgresServer server) : LedgerHistoriesContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 3);

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}
