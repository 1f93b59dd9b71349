using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>
/// The newest registry, read anew when its version in the ledger has grown: another process may import while this one runs. Thread-safe.
/// </summary>
public sealed class RegistryWatch
{
    /// <summary>A look costs one indexed query; this keeps a flood of unknown meters from asking more often.</summary>
    private const int LooksApartMs = 50;

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private long lastLook;
    private volatile State state;

    public RegistryWatch(ILedger ledger, TimeProvider time)
    {
        (this.ledger, this.time) = (ledger, time);
        state = Load();
        lastLook = time.GetTimestamp();
    }

    public MeterDirectory Directory => state.Directory;

    public RegistrySnapshot Registry => state.Registry;

    /// <summary>Looks for a newer version, at most every 50 ms.</summary>
    /// <returns>True when there is one, now in <see cref="Directory"/> and <see cref="Registry"/>.</returns>
    public bool LookAgain()
    {
        lock (gate)
        {
            if (time.GetElapsedTime(lastLook).TotalMilliseconds < LooksApartMs) return false;
            lastLook = time.GetTimestamp();
            if (ledger.RegistryVersion() == state.Registry.Version) return false;
            state = Load();
            return true;
        }
    }

    /// <summary>
    /// <see cref="LookAgain"/> for those who can do without an answer: while the ledger is away the registry last read holds, and what names a
    /// meter that is not in it is quarantined, to be replayed.
    /// </summary>
    public bool LookedAgain()
    {
        try
        {
            return LookAgain();
        }
        catch (LedgerException)
        {
            return false;
        }
    }

    private State Load()
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        return new State(registry, new MeterDirectory(registry));
    }

    private sealed record State(RegistrySnapshot Registry, MeterDirectory Directory);
}
