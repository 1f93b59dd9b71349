using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Cli;

/// <summary>Folding without a pipeline: for verbs that leave something in the journal.</summary>
public static class Accruing
{
    /// <summary>Folds what a verb left in the journal, unless a running pipeline does so already.</summary>
    public static async Task FoldAsync(ILedger ledger, PolicyBook policies)
    {
        if (!await TryFoldAsync(ledger, policies).ConfigureAwait(false)) Console.Error.WriteLine("The running pipeline folds them.");
    }

    /// <summary>Folds what is in the journal, of every partition that no running pipeline folds.</summary>
    /// <returns>False: a running pipeline folds, if only some.</returns>
    public static async Task<bool> TryFoldAsync(ILedger ledger, PolicyBook policies)
    {
        var kit = new FoldKit(ledger, new RegistryWatch(ledger, TimeProvider.System), policies, TimeProvider.System, NullLoggerFactory.Instance) { KeepsProjected = true };
        var all = true;
        for (var partition = 0; partition < ledger.Partitions; partition++)
        {
            try
            {
                await using var folding = kit.Begin(partition);
            }
            catch (LedgerException)
            {
                all = false;
            }
        }
        return all;
    }
}
