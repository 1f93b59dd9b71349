using System.Diagnostics;
using System.Globalization;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>
/// The right to fold, as an exclusive lock on <c>fold.lock</c> that the operating system takes back when its process dies, however it dies.
/// Who holds it stands in <c>fold.owner</c> beside it, because a locked file cannot be read.
/// </summary>
internal sealed class FoldLock : IDisposable
{
    private readonly FileStream held;
    private readonly Action released;

    private FoldLock(FileStream held, Action released)
    {
        this.held = held;
        this.released = released;
    }

    /// <exception cref="LedgerException">Held already: names the process, the folder and what to do.</exception>
    public static FoldLock Acquire(string folder, Action released)
    {
        var owner = Path.Combine(folder, "fold.owner");
        FileStream held;
        try
        {
            held = Open(Path.Combine(folder, "fold.lock"), FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LedgerException($"Cannot fold the ledger in {folder}: {Holder(folder)}. Stop it or use another --data. ({e.Message})", e);
        }
        using var process = Process.GetCurrentProcess();
        using var note = Open(owner, FileShare.Read);
        note.SetLength(0);
        using var writer = new StreamWriter(note);
        writer.Write(string.Create(CultureInfo.InvariantCulture,
            $"process {Environment.ProcessId} ({process.ProcessName}), started {process.StartTime:yyyy-MM-dd HH:mm:ss}"));
        return new FoldLock(held, released);
    }

    public void Dispose()
    {
        held.Dispose();
        released();
    }

    /// <summary>Who folds, or folded last; empty where nobody did or it cannot be read.</summary>
    public static string OwnerOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "fold.owner"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Holder(string folder) => OwnerOf(folder) is { Length: > 0 } owner
        ? "it is held by " + owner
        : "another process holds it, or the folder may not be written";

    private static FileStream Open(string file, FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(file, options);
    }
}
