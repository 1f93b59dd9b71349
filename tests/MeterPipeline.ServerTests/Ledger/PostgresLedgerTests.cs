using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;

namespace MeterPipeline.ServerTests.Ledger;

/// <summary>The contract on PostgreSQL, in a schema of its own per test.</summary>
[Collection(PostgresCollection.Name)]
public sealed class PostgresLedgerTests(PostgresServer server) : LedgerContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema();

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresRegistryTests(PostgresServer server) : RegistryContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema();

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresHoldTests(PostgresServer server) : HoldContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema();

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresLedgerInPartitionsTests(PostgresServer server) : LedgerContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 4);

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresRegistryInPartitionsTests(PostgresServer server) : RegistryContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 4);

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresHoldInPartitionsTests(PostgresServer server) : HoldContract, IDisposable
{
    private readonly PostgresSchemas _schema = server.NewSchema(partitions: 4);

    protected override ILedger Open() => _schema.Open();

    public void Dispose() => _schema.Dispose();
}
