using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// What books read from the ledger: meter days and folded years as last flushed. Opens a view when first asked and keeps it until
/// <see cref="Release"/>, which the holder of the fold calls after each flush. Owned by one thread.
/// </summary>
public sealed class StoredBooks(Func<ILedgerView> open) : IDisposable
{
    private ILedgerView? view;

    private ILedgerView View => view ??= open();

    /// <summary>
    /// A view whose connection was lost is opened again. For the holder of the fold alone: nobody else changes what is flushed, so the next view
    /// shows the same.
    /// </summary>
    public bool Reopens { private get; init; }

    /// <summary>For <see cref="Domain.Books.StoredDays"/>.</summary>
    public IReadOnlyList<(int Day, byte[] Blob)> Days(int meterNo, Register register, int firstDay, int lastDay) =>
        [.. Ask(asked => asked.MeterDays(meterNo, register, firstDay, lastDay)).Select(row => (row.Day, row.Blob))];

    /// <summary>For <see cref="Domain.Books.StoredYears"/>.</summary>
    public IReadOnlyList<(Register Register, int Autumn, byte[] Blob)> Years(int meterNo) =>
        [.. Ask(asked => asked.MeterYears(meterNo)).Select(row => (row.Register, row.Autumn, row.Blob))];

    /// <summary>The newest journal row of a partition that what is read stands for.</summary>
    public long FoldedOf(int partition) => Ask(asked => asked.FoldedOf(partition));

    /// <summary>Lets the view go; the next question sees what was flushed meanwhile.</summary>
    public void Release()
    {
        view?.Dispose();
        view = null;
    }

    public void Dispose() => Release();

    private T Ask<T>(Func<ILedgerView, T> question)
    {
        try
        {
            return question(View);
        }
        catch (LedgerException) when (Reopens)
        {
            Release();
            return question(View);
        }
    }
}
