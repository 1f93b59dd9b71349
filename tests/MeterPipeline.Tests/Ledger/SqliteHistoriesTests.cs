using MeterPipeline.Ledger;

namespace MeterPipeline.Tests.Ledger;

public sealed class SqliteHistoriesTests : LedgerHistoriesContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}
