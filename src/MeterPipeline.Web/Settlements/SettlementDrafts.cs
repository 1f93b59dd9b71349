using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Pages;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Settlements;

/// <summary>Why a draft came to nothing. Nothing was stored.</summary>
internal enum DraftFault
{
    /// <summary>The refusal beside it says why.</summary>
    Refused,

    /// <summary>The ledger is out of reach or takes nothing at this moment.</summary>
    Away,

    /// <summary>The program ended meanwhile.</summary>
    Stopped,

    /// <summary>The server's log says why.</summary>
    Broken,
}

/// <summary>A draft asked for by a page, and how far it is.</summary>
/// <param name="Of">Households of the division.</param>
/// <param name="Run">Its number, once it is stored.</param>
/// <param name="Fault">Why there is none; null: nothing wrong.</param>
internal sealed record DraftJob(string Actor, int Autumn, string Division, int Lines, int Of, int? Run, DraftFault? Fault)
{
    /// <summary>Null unless it was refused.</summary>
    public RunRefusal? Refusal { get; init; }

    /// <summary>Why there is no run, in the reader's language; null: nothing wrong.</summary>
    public string? Why(Texts texts) => Refusal is { } refusal ? RefusalTexts.Say(texts, refusal) : Fault is { } fault ? SettlementTexts.For(texts).DraftFaults[fault] : null;

    public bool Ended => Run is not null || Fault is not null;
}

/// <summary>Drafts runs in the background, one at a time, for that is all the ledger would store. Any thread.</summary>
internal sealed class SettlementDrafts(ILedger ledger, PolicyBook policies, SettlementSettings settings, TimeProvider time, ILogger<SettlementDrafts> log) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private Task working = Task.CompletedTask;
    private volatile DraftJob? newest;

    /// <summary>The one asked for last; null: none since the start.</summary>
    public DraftJob? Newest => newest;

    /// <param name="division">Code prefix; empty: everything.</param>
    /// <returns>False: another one is being drawn.</returns>
    public bool Start(Signatory who, int autumn, string division, bool provisional)
    {
        using var view = ledger.OpenView();
        var households = view.Registry().Households.Values.Count(household => household.Division.StartsWith(division, StringComparison.Ordinal));
        lock (gate)
        {
            if (newest is { Ended: false } || stopping.IsCancellationRequested) return false;
            var job = newest = new DraftJob(who.Name, autumn, division, 0, households, null, null);
            working = Task.Run(() => Draw(job, who, provisional));
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await working.ConfigureAwait(false);
        stopping.Dispose();
    }

    private void Draw(DraftJob job, Signatory who, bool provisional)
    {
        try
        {
            var run = SettlementDrafting.Run(ledger, policies, job.Autumn, job.Division, who, time.GetUtcNow().ToUnixTimeMilliseconds(), provisional, lines =>
            {
                stopping.Token.ThrowIfCancellationRequested();
                newest = job with { Lines = lines };
            }, settings.SupervisionPhone);
            newest = job with { Lines = run.Lines, Run = run.Id };
        }
        catch (OperationCanceledException)
        {
            newest = job with { Fault = DraftFault.Stopped };
        }
        catch (SettlementRefusedException refused)
        {
            newest = job with { Fault = DraftFault.Refused, Refusal = refused.Refusal };
        }
        catch (Exception error)
        {
            // Nobody waits for this task: the page tells that, and the log what it was.
            log.LogError(error, "A settlement could not be drafted.");
            newest = job with { Fault = error is LedgerException { IsAway: true } ? DraftFault.Away : DraftFault.Broken };
        }
    }
}
