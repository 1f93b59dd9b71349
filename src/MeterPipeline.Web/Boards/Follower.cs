using MeterPipeline.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Boards;

/// <summary>
/// Keeps the journal's tail and the seasons' sheets read while people look. Otherwise the first who asks after a pause reads what came meanwhile, at full
/// speed a million readings a second, and every village's season, and all others wait for it.
/// </summary>
internal sealed class Follower(JournalTail tail, SeasonBoards seasons, TimeProvider time, ILogger<Follower> log) : BackgroundService
{
    /// <summary>What comes in so long at full speed is read in some milliseconds: for so long everybody waits who asks meanwhile, and reads the rest himself.</summary>
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan SheetsApart = TimeSpan.FromMilliseconds(250);

    /// <summary>How long nobody must have asked before it is left alone: what nobody asks for is not worth a twentieth of a core.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    // Threads of their own: reading waits for the disk, and a city's sheet takes a second, in which a million readings come.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Started(FollowTail, stoppingToken), Started(FollowSheets, stoppingToken));

    private static Task Started(Action<CancellationToken> follow, CancellationToken stop) =>
        Task.Factory.StartNew(() => follow(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void FollowTail(CancellationToken stop)
    {
        var (seen, at) = (0L, time.GetTimestamp());
        for (var pause = Apart; !stop.WaitHandle.WaitOne(pause);)
        {
            var asked = tail.Questions;
            if (asked != seen) (seen, at) = (asked, time.GetTimestamp());
            if (asked == 0 || time.GetElapsedTime(at) > Patience) continue;
            pause = ReadOn() ? Apart : AfterFailure;
        }
    }

    private void FollowSheets(CancellationToken stop)
    {
        while (!stop.WaitHandle.WaitOne(SheetsApart)) seasons.Follow(Patience);
    }

    private bool ReadOn()
    {
        try
        {
            tail.ReadOn();
            return true;
        }
        catch (Exception failure)
        {
            // Whoever asks meets it too, and is told.
            log.LogWarning("The journal's tail is not read ahead of questions: {Message}", failure.Message);
            return false;
        }
    }
}
