using System.Security.Cryptography;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Replays;

/// <summary>
/// Replays between preview and end, in memory: each stores as it goes, so one that is lost with the process leaves every message open or taken. One is
/// decoded at a time, so that replays take one core at most. Any thread.
/// </summary>
/// <param name="replay">Null: nothing can be replayed here, and pages do not offer it.</param>
internal sealed class QuarantineReplays(ILedger ledger, Replay? replay, TimeProvider time, ILogger<QuarantineReplays> log) : IAsyncDisposable
{
    /// <summary>Kept at once; the one looked at longest ago goes first.</summary>
    private const int KeptMax = 16;

    private readonly Dictionary<string, ReplayJob> jobs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource stopping = new();

    public bool Offered => replay is not null;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Begins to find out what would become of the messages chosen.</summary>
    /// <returns>Null: too many wait already, all of them at work.</returns>
    public ReplayJob? Add(string owner, ReplayChoice choice)
    {
        long newest, open;
        using (var view = ledger.OpenView()) (newest, open) = (view.Quarantine(long.MaxValue, 1) is [var row] ? row.Id : 0, view.QuarantineSize().Open);
        var scope = choice.Ids.Count > 0 ? new ReplayScope(choice.Ids.Min() - 1, choice.Ids.Max(), choice.Lets) : new ReplayScope(0, newest, choice.Lets);
        lock (jobs)
        {
            if (jobs.Count >= KeptMax && !DropOldest()) return null;
            var job = new ReplayJob(RandomNumberGenerator.GetHexString(32, lowercase: true), owner, choice, scope, open, NowMs);
            jobs.Add(job.Key, job);
            Start(job, dryRun: true);
            return job;
        }
    }

    /// <summary>Null: there is none of this key that belongs to the viewer (any more).</summary>
    public ReplayJob? Find(string key, string viewer)
    {
        lock (jobs)
        {
            if (!jobs.TryGetValue(key, out var job) || !job.BelongsTo(viewer)) return null;
            job.Seen(NowMs);
            return job;
        }
    }

    /// <summary>Replays what was previewed. In the access log before the first message is stored.</summary>
    /// <returns>False: it is not waiting to be confirmed.</returns>
    public bool Confirm(ReplayJob job, Viewer who, string note)
    {
        if (!job.TryConfirm(note)) return false;
        ledger.Access.Record(new AccessEntry(0, NowMs, who.Actor, who.Session ?? "", AccessAct.Replay, job.Choice.Subject(job.Scope, job.State.Preview!.Messages), note));
        lock (jobs) Start(job, dryRun: false);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        ReplayJob[] left;
        lock (jobs) left = [.. jobs.Values];
        await Task.WhenAll(left.Select(job => job.Work)).ConfigureAwait(false);
        turn.Dispose();
        stopping.Dispose();
    }

    private bool DropOldest() => jobs.Values.Where(job => !job.State.IsRunning).MinBy(job => job.SeenMs) is { } oldest && jobs.Remove(oldest.Key);

    private void Start(ReplayJob job, bool dryRun) => job.Work = Task.Run(() => RunAsync(job, dryRun));

    private async Task RunAsync(ReplayJob job, bool dryRun)
    {
        try
        {
            await turn.WaitAsync(stopping.Token).ConfigureAwait(false);
            try
            {
                var result = replay!(job.Scope, dryRun, looked =>
                {
                    stopping.Token.ThrowIfCancellationRequested();
                    job.Set(state => state with { Looked = looked });
                });
                job.Set(state => dryRun ? state with { Stage = ReplayStage.Previewed, Preview = result } : state with { Stage = ReplayStage.Replayed, Result = result });
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Fail(job, ReplayFault.Stopped, "");
        }
        catch (Exception error)
        {
            // Nobody waits for this task: the page and the log tell.
            log.LogError(error, "A replay of quarantine broke off.");
            if (error is LedgerException) Fail(job, ReplayFault.Refused, error.Message);
            else Fail(job, ReplayFault.Broken, "");
        }
    }

    private static void Fail(ReplayJob job, ReplayFault fault, string detail) =>
        job.Set(state => state with { Stage = ReplayStage.Failed, Fault = fault, Detail = detail });
}
