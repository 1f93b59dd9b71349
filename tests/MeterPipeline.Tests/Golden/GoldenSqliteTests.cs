using MeterPipeline.Ledger;
using MeterPipeline.Tests.Ledger;

namespace MeterPipeline.Tests.Golden;

public sealed class GoldenSqliteTests : GoldenLedgerContract, IDisposable
{
    private readonly SqliteFolder folder = new();

    protected override ILedger Open() => folder.Open();

    public void Dispose() => folder.Dispose();
}
