namespace MeterPipeline.Ledger.Import;

/// <summary>Turns rows of one kind of file into changes. One object per import, one thread.</summary>
internal abstract class RowReader
{
    /// <summary>Reads a row into <paramref name="change"/>, or notes problems on it and leaves the change alone.</summary>
    public abstract void Read(RegistryRow row, RegistryChange change);

    /// <summary>After the last row: changes and problems that needed the whole file.</summary>
    public virtual void Finish(RegistryChange change, Action<RowProblem> rejected)
    {
    }

    /// <summary>Stores what was read: rows of the registry, unless the reader keeps rows of its own.</summary>
    /// <param name="rejected">Takes rows that only the ledger could refuse.</param>
    public virtual RegistryChangeResult Store(ILedger ledger, RegistryChange change, string actor, long atMs, Action<RowProblem> rejected) =>
        ledger.ChangeRegistry(change, actor, atMs);

    /// <summary>Whether rows may leave in batches before the file has been read to its end.</summary>
    public virtual bool Streams => true;
}
