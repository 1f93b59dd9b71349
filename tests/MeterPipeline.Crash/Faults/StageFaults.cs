namespace MeterPipeline.Crash.Faults;

/// <summary>
/// SIGKILL in the midst of a transaction on PostgreSQL: a table that the stage writes is locked, whoever comes to it waits there and is killed, and the
/// table is unlocked. What the server was asked by a connection that is gone it may still do, or not.
/// </summary>
internal sealed class KilledAtTable(string name, string table) : PostgresFault
{
    public override string Name => name;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        Node? node;
        await using (var gate = await episode.Servers.LockAsync(table))
        {
            node = episode.NodeNamed(await gate.WaitingAsync());
            if (node is not null) await node.KillAsync();
        }
        if (node is not null) await RestartAsync(episode, node);
        return node is not null;
    }
}

/// <summary>SIGKILL while the server's answers, of commits for instance, are on their way: done, and never acknowledged.</summary>
internal sealed class KilledBeforeAnswer : PostgresFault
{
    public override string Name => "kill-before-puback";

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        episode.Servers.Way.HoldAnswers();
        await episode.WaitAsync(20, 300);
        await node.KillAsync();
        episode.Servers.Way.Release();
        await RestartAsync(episode, node);
        return true;
    }
}

/// <summary>SIGKILL of a node, and of another that is just taking over from it: its new epoch is not written yet.</summary>
internal sealed class KilledInTakeover : PostgresFault
{
    public override string Name => "kill-in-takeover";

    public override int NodesMin => 3;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var first = episode.Victim;
        Node? second;
        await using (var gate = await episode.Servers.LockAsync("fold"))
        {
            await first.KillAsync();
            second = episode.NodeNamed(await gate.WaitingAsync(except: first.Name));
            if (second is not null) await second.KillAsync();
        }
        await RestartAsync(episode, second is null ? [first] : [first, second]);
        return second is not null;
    }
}

/// <summary>SIGKILL of all nodes but one, at the same moment.</summary>
internal sealed class AllButOneKilled : PostgresFault
{
    public override string Name => "kill-all-but-one";

    public override int NodesMin => 3;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var left = episode.Victim;
        var killed = episode.Nodes.Where(node => node != left).ToArray();
        await Task.WhenAll(killed.Select(node => node.KillAsync()));
        await RestartAsync(episode, killed);
        return true;
    }
}
