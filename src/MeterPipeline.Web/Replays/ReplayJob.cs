using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;

namespace MeterPipeline.Web.Replays;

/// <summary>Decodes quarantined messages again. The composition root gives it: this room does not know how readings are taken in.</summary>
/// <param name="dryRun">Only tell what would become of them.</param>
/// <param name="progress">Told the number of open messages looked at; what it throws ends the replay between two transactions.</param>
public delegate ReplayResult Replay(ReplayScope scope, bool dryRun, Action<long> progress);

/// <summary>How far a replay has come.</summary>
public enum ReplayStage
{
    /// <summary>Behind another one, or being decoded; nothing is stored.</summary>
    Previewing,

    /// <summary>Told what would become of the messages: a person decides.</summary>
    Previewed,
    Replaying,
    Replayed,

    /// <summary>Broken off. What a transaction had stored stays stored.</summary>
    Failed,
}

/// <summary>Why a replay broke off.</summary>
public enum ReplayFault
{
    /// <summary>The program ended meanwhile.</summary>
    Stopped,

    /// <summary>The ledger took it no longer; the detail says why.</summary>
    Refused,

    /// <summary>The server's log says why.</summary>
    Broken,
}

/// <summary>What somebody chose to replay.</summary>
/// <param name="Ids">Messages one by one; empty: all open ones that the filter lets through.</param>
internal sealed record ReplayChoice(IReadOnlySet<long> Ids, QuarantineFilter Filter)
{
    public bool Lets(QuarantineRow row) => Ids.Count > 0 ? Ids.Contains(row.Id) : Filter.Lets(row);

    /// <summary>As the access log keeps it.</summary>
    public string Subject(ReplayScope scope, long messages) => ReplayScope.Subject(Ids, scope.Until, messages, Filter.Company, Filter.Reason);
}

/// <summary>One moment of a replay. Immutable.</summary>
/// <param name="Looked">Open messages looked at, of about <paramref name="Of"/>.</param>
/// <param name="Preview">Null until it is there.</param>
/// <param name="Result">Of the replay that was confirmed; null before its end.</param>
/// <param name="Note">As the person who confirmed it said; null: nobody has.</param>
/// <param name="Fault">Null unless failed.</param>
/// <param name="Detail">Of the fault; empty where there is nothing to say.</param>
internal sealed record ReplayState(
    ReplayStage Stage, long Looked, long Of, ReplayResult? Preview, ReplayResult? Result, string? Note, ReplayFault? Fault, string Detail)
{
    public bool IsRunning => Stage is ReplayStage.Previewing or ReplayStage.Replaying;

    /// <summary>Whether there is anything to confirm.</summary>
    public bool IsReady => Stage == ReplayStage.Previewed && Preview is { Messages: > 0 };
}

/// <summary>A replay from its preview to its end. Any thread.</summary>
internal sealed class ReplayJob(string key, string owner, ReplayChoice choice, ReplayScope scope, long of, long atMs)
{
    private readonly Lock changing = new();
    private volatile ReplayState state = new(ReplayStage.Previewing, 0, of, null, null, null, null, "");

    /// <summary>Random: whoever does not know it cannot ask for it.</summary>
    public string Key => key;

    public ReplayChoice Choice => choice;

    /// <summary>The same for preview and replay: what came meanwhile waits for another one.</summary>
    public ReplayScope Scope => scope;

    public ReplayState State => state;

    public long SeenMs { get; private set; } = atMs;

    public Task Work { get; set; } = Task.CompletedTask;

    public bool BelongsTo(string viewer) => viewer == owner;

    public void Seen(long nowMs) => SeenMs = nowMs;

    public void Set(Func<ReplayState, ReplayState> change)
    {
        lock (changing) state = change(state);
    }

    /// <summary>From the preview on to the replay, once, whoever asks first.</summary>
    public bool TryConfirm(string note)
    {
        lock (changing)
        {
            if (!state.IsReady) return false;
            state = state with { Stage = ReplayStage.Replaying, Looked = 0, Note = note };
            return true;
        }
    }
}
