using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Sqlite;

namespace MeterPipeline.Tests.Ledger;

/// <summary>A data folder under the temporary folder, the ledgers opened on it, and their end.</summary>
internal sealed class SqliteFolder : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("meterpipeline-");
    private readonly List<ILedger> opened = [];

    /// <summary>Does not exist until a ledger makes it.</summary>
    public string Path => System.IO.Path.Combine(parent.FullName, "data");

    public ILedger Open()
    {
        var ledger = SqliteLedger.Open(Path, create: true);
        opened.Add(ledger);
        return ledger;
    }

    public void Close()
    {
        opened.ForEach(ledger => ledger.Dispose());
        opened.Clear();
    }

    public void Dispose()
    {
        Close();
        parent.Delete(recursive: true);
    }
}
