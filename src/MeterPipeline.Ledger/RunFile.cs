using System.Security.Cryptography;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>
/// A frozen run as one file: its canonical lines, then the run itself. The bytes were decided when it was drafted, so every export of every copy of
/// the ledger is the same, and the file's SHA-256 is the run's content hash.
/// </summary>
public static class RunFile
{
    /// <exception cref="LedgerException">What is stored is not what was frozen; what was written so far is not the run.</exception>
    public static void Write(ISettlements settlements, SettlementRun run, Stream into, Action<int>? progress = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (lines, text) = (0, settlements.Text(run.Id));
        foreach (var chunk in settlements.Chunks(run.Id))
        {
            var drawn = chunk.Text();
            hash.AppendData(drawn);
            into.Write(drawn);
            progress?.Invoke(lines += chunk.Lines);
        }
        if (RunWriter.Seal(hash, text) != run.ContentHash)
            throw new LedgerException($"Settlement run {run.Id}: its content does not give its hash {run.ContentHash}. Restore the whole ledger from one backup.");
        into.Write(text);
        into.Write("\n"u8);
    }
}
