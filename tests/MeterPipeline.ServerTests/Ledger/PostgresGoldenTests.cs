using MeterPipeline.Ledger;
using MeterPipeline.Tests.Golden;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>The golden cases through a ledger of several partitions.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresGoldenTests(PostgresServer server) : GoldenLedgerContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 3);

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}
