using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Tests.Ledger;

/// <summary>The contract on SQLite, in a folder of its own per test.</summary>
public sealed class SqliteLedgerTests : LedgerContract, IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<ILedger> opened = [];

    protected override ILedger Open()
    {
        opened.Add(SqliteLedger.Open(folder.Path, create: true));
        return opened[^1];
    }

    public void Dispose()
    {
        foreach (var ledger in opened) ledger.Dispose();
        folder.Dispose();
    }
}
