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

    /// <summary>Whether rows may leave in batches before the file has been read to its end.</summary>
    public virtual bool Streams => true;
}
