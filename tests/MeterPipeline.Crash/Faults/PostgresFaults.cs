namespace MeterPipeline.Crash.Faults;

/// <summary>A fault of the server or the way to it.</summary>
internal abstract class PostgresFault : Fault
{
    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Postgres;
}

/// <summary>SIGKILL of the postmaster; a new one recovers from the log.</summary>
internal sealed class PostgresKilled : PostgresFault
{
    public override string Name => "postgres-killed";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        await episode.Servers.Primary.KillHardAsync();
        await episode.WaitAsync(0, 1_000);
        episode.Load.Arm();
        await episode.Servers.Primary.StartAgainAsync();
        return true;
    }
}

/// <summary>A fast shutdown or an immediate one, and a start.</summary>
internal sealed class PostgresRestarted : PostgresFault
{
    public override string Name => "postgres-restarted";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var primary = episode.Servers.Primary;
        await (episode.Dice.Next(2) == 0 ? primary.StopAsync() : primary.KillAsync());
        await episode.WaitAsync(0, 1_000);
        episode.Load.Arm();
        await primary.StartAgainAsync();
        return true;
    }
}

/// <summary>The primary dies for good and its synchronous standby is promoted.</summary>
internal sealed class PostgresFailover : PostgresFault
{
    public override string Name => "postgres-failover";

    public override int PerEpisode => 5;

    public override bool NeedsStandby => true;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        await episode.Servers.FailOverAsync(episode.Load.Arm);
        return true;
    }
}

/// <summary>The sessions of our nodes are ended, and for a while the server gives them no other: too many connections (SQLSTATE 53300).</summary>
internal sealed class ConnectionsExhausted : PostgresFault
{
    public override string Name => "connections-exhausted";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        await episode.Servers.SqlAsync($"ALTER ROLE {PostgresServers.Role} CONNECTION LIMIT 0");
        await episode.Servers.SqlAsync(PostgresServers.EndSessions);
        await episode.WaitAsync(500, 2_500);
        episode.Load.Arm();
        await episode.Servers.SqlAsync($"ALTER ROLE {PostgresServers.Role} CONNECTION LIMIT -1");
        return true;
    }
}

/// <summary>Between node and server nothing passes for a while. Then what was under way arrives late, or every connection is gone.</summary>
internal sealed class NetworkCut : PostgresFault
{
    public override string Name => "network-cut";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var way = episode.Servers.Way;
        way.Hold();
        await episode.WaitAsync(500, 4_000);
        if (episode.Dice.Next(2) == 0) way.Sever();
        episode.Load.Arm();
        way.Release();
        return true;
    }
}

/// <summary>What the node asked is done, and the answer is lost with its connection: of a commit, for instance.</summary>
internal sealed class AnswerLost : PostgresFault
{
    public override string Name => "answer-lost";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var way = episode.Servers.Way;
        way.AnswersToLose = episode.Dice.Next(1, 8);
        await episode.WaitAsync(100, 500);
        episode.Load.Arm();
        way.AnswersToLose = 0;
        return true;
    }
}
