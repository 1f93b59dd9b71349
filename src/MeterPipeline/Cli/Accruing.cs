using System.Threading.Channels;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ingest;
using MeterPipeline.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Cli;

/// <summary>Folding without a pipeline: for verbs that leave something in the journal. Disposing it waits until the journal is folded.</summary>
public static class Accruing
{
    /// <exception cref="LedgerException">A running pipeline folds already.</exception>
    public static Accruer Start(ILedger ledger, PolicyBook policies)
    {
        var none = Channel.CreateBounded<Recorded>(1);
        none.Writer.Complete();
        var registry = new RegistryWatch(ledger, TimeProvider.System);
        var accruer = new Accruer(ledger, registry, none.Reader, new VillageBoard(policies, TimeProvider.System), TimeProvider.System, NullLogger<Accruer>.Instance)
        {
            Projected = ledger.Cursor(Projector.CursorName) > 0 ? () => ledger.Cursor(Projector.CursorName) : null,
        };
        accruer.Start();
        return accruer;
    }

    /// <summary>Folds what a verb left in the journal, unless a running pipeline does so already.</summary>
    public static async Task FoldAsync(ILedger ledger, PolicyBook policies)
    {
        try
        {
            await using var accruing = Start(ledger, policies);
        }
        catch (LedgerException)
        {
            Console.Error.WriteLine("The running pipeline folds them.");
        }
    }
}
