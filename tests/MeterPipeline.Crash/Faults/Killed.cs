using MeterPipeline.Crash.Disk;

namespace MeterPipeline.Crash.Faults;

/// <summary>SIGKILL at any moment.</summary>
internal sealed class Killed : Fault
{
    public override string Name => "kill";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        await node.KillAsync();
        await RestartAsync(episode, node);
        return true;
    }
}

/// <summary>SIGKILL at a stage that the disk knows: before, in the middle of, or after a write or fsync of one of SQLite's files.</summary>
/// <param name="rule">The stage.</param>
/// <param name="spread">Less than so many operations of the stage pass first.</param>
/// <param name="ending">The node is told to stop, because the stage belongs to an orderly end.</param>
internal sealed class KilledAt(string name, DiskRule rule, int spread, bool ending = false) : Fault
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public override string Name => name;

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        episode.Disk.Give(rule with { After = episode.Dice.Next(spread) });
        if (ending) node.AskToStop();
        var ended = await node.EndsAsync(_patience);
        episode.Disk.Clear();
        if (ended) await RestartAsync(episode, node);
        return episode.Disk.Hits > 0;
    }
}

/// <summary>
/// SIGKILL at any moment or stage, and of what was written since the last fsync the disk keeps nothing, the beginning, or any sectors.
/// </summary>
internal sealed class PowerCut : Fault
{
    private static readonly TimeSpan _stageMax = TimeSpan.FromSeconds(2);

    public override string Name => "power-cut";

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        var files = (DiskFiles)(1 << episode.Dice.Next(4));
        // A lying disk is told once, before the load, and must not be told anything else.
        if (episode.Dice.Next(3) > 0 && !episode.DiskLies)
            episode.Disk.Give(new DiskRule(DiskAction.Kill, files, (DiskOperation)episode.Dice.Next(1, 3), (DiskPhase)episode.Dice.Next(3), episode.Dice.Next(20)));
        if (!await node.EndsAsync(_stageMax * episode.Dice.NextDouble())) await node.KillAsync();
        if (!episode.DiskLies) episode.Disk.Clear();
        episode.Disk.CutPower(episode.Dice);
        await RestartAsync(episode, node);
        return true;
    }
}
