namespace MeterPipeline.Crash.Faults;

/// <summary>One thing that goes wrong. It keeps nothing between episodes.</summary>
internal abstract class Fault
{
    /// <summary>As on the command line and in the table.</summary>
    public abstract string Name { get; }

    public virtual bool IsFor(LedgerKind ledger) => true;

    /// <summary>Whether other faults may strike in the same episode.</summary>
    public virtual bool Mixes => true;

    /// <summary>A streaming replica that everything acknowledged is on too.</summary>
    public virtual bool NeedsStandby => false;

    /// <summary>Nodes that it makes sense with.</summary>
    public virtual int NodesMin => 1;

    /// <summary>PostgreSQL on a disk of its own; not beside <see cref="NeedsStandby"/> or <see cref="NeedsCables"/>.</summary>
    public virtual bool NeedsSmallDisk => false;

    /// <summary>A network of the kernel between each node and PostgreSQL.</summary>
    public virtual bool NeedsCables => false;

    /// <summary>Crashes in one episode: enough to be affordable, few enough that an episode is seconds.</summary>
    public virtual int PerEpisode => 10;

    /// <summary>Before the nodes start.</summary>
    public virtual Task BeginAsync(Episode episode) => Task.CompletedTask;

    /// <summary>Nodes run, nothing is published yet.</summary>
    public virtual Task ReadyAsync(Episode episode) => Task.CompletedTask;

    /// <summary>
    /// Injects, and heals: arms the load's watch the moment healing begins, and leaves every node running. False: its moment did not come, and
    /// nothing happened.
    /// </summary>
    public abstract Task<bool> CrashAsync(Episode episode);

    /// <summary>Everything is published and acknowledged, nodes still run.</summary>
    public virtual Task FinishAsync(Episode episode) => Task.CompletedTask;

    /// <summary>
    /// After a kill: what they sent before they died arrives, so that a late acknowledgement is not taken for a recovery. Half the time the others, if there are
    /// any, have taken over before.
    /// </summary>
    protected static async Task RestartAsync(Episode episode, params Node[] killed)
    {
        await Task.Delay(20);
        episode.Load.Arm();
        if (episode.Dice.Next(2) == 0) await episode.OthersTakeOverAsync(killed);
        await Task.WhenAll(killed.Select(node => node.StartAsync()));
    }
}
