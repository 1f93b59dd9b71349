using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Registry;

/// <summary>The newest registry loaded, so that views opened often share one. Thread-safe; two may load at once, one is kept.</summary>
internal sealed class RegistryCache
{
    private RegistrySnapshot? newest;

    /// <summary>Of whatever version: for a name in a message.</summary>
    public RegistrySnapshot? Newest => Volatile.Read(ref newest);

    public RegistrySnapshot? At(long version) => Volatile.Read(ref newest) is { } snapshot && snapshot.Version == version ? snapshot : null;

    public void Keep(RegistrySnapshot snapshot)
    {
        if (Volatile.Read(ref newest) is not { } known || known.Version < snapshot.Version) Volatile.Write(ref newest, snapshot);
    }
}
