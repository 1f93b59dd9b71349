namespace MeterPipeline.Crash.Faults;

/// <summary>A second node is started on the ledger while the first works, and must be refused with the holder's name; then the first is killed and started beside it.</summary>
internal sealed class TwoNodes : Fault
{
    public override string Name => "two-nodes";

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var first = episode.Victim;
        using var second = episode.AnotherNode();
        if (await second.TryStartAsync() is not { } refusal) episode.Problems.Add("A second node runs on one SQLite folder.");
        else if (!refusal.Contains("it is held by process", StringComparison.Ordinal)) episode.Problems.Add($"A second node is refused without the holder's name: {refusal}");
        await first.KillAsync();
        // Both at once: one wins, whichever, and the other is refused.
        await Task.Delay(20);
        episode.Load.Arm();
        var rival = second.TryStartAsync();
        var refused = await first.TryStartAsync() is not null;
        var rivalRefused = await rival is not null;
        if (refused == rivalRefused) episode.Problems.Add($"Of two nodes started at once {(refused ? "none" : "both")} run.");
        if (refused && !rivalRefused)
        {
            await second.KillAsync();
            episode.Load.Arm();
            await first.StartAsync();
        }
        return true;
    }
}

/// <summary>
/// SIGSTOP for longer than anybody waits, and SIGCONT. On SQLite a second node must be refused meanwhile. On PostgreSQL the other nodes notice the silence
/// and take over; where there are none, the server ends the sleeper's sessions, as it does when a machine vanishes, and a node that joins takes over. The
/// sleeper that wakes up must change nothing that is folded.
/// </summary>
internal sealed class Zombie : Fault
{
    public override string Name => "zombie";

    public override int PerEpisode => 5;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var sleeper = episode.Victim;
        sleeper.Suspend();
        if (episode.Nodes.Count > 1)
        {
            episode.Load.Arm();
            await episode.OthersTakeOverAsync(sleeper);
            await episode.WaitAsync(0, 2_000);
            episode.Load.Arm();
            sleeper.Resume();
            return true;
        }
        using var other = episode.AnotherNode();
        if (episode.Ledger == LedgerKind.Sqlite)
        {
            if (await other.TryStartAsync() is null) episode.Problems.Add("A second node runs beside one that sleeps.");
            episode.Load.Arm();
            sleeper.Resume();
            return true;
        }
        await episode.Servers.SqlAsync(PostgresServers.EndSessions);
        await other.StartAsync();
        episode.Load.Arm();
        sleeper.Resume();
        await episode.WaitAsync(500, 1_500);
        await other.StopAsync();
        // Who lost the fold knows it and says so; it records on, and folds after a restart.
        await sleeper.KillAsync();
        await RestartAsync(episode, sleeper);
        return true;
    }
}

/// <summary>The wall clock steps forward or back by an hour under one running node, and back again while another one of its lives begins.</summary>
internal sealed class ClockStep : Fault
{
    private const int HourSeconds = 3_600;

    public override string Name => "clock-step";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        node.Disk.ClockSeconds = episode.Dice.Next(2) == 0 ? HourSeconds : -HourSeconds;
        await episode.Load.MoreAsync(50);
        await episode.WaitAsync(100, 700);
        if (episode.Dice.Next(2) == 0)
        {
            await node.KillAsync();
            await RestartAsync(episode, node);
            await episode.Load.RecoveredAsync();
        }
        episode.Load.Arm();
        node.Disk.ClockSeconds = 0;
        return true;
    }
}
