using System.Runtime.InteropServices;

namespace MeterPipeline.Ledger.Backup;

/// <summary>
/// A folder that is there whole or not at all: filled under another name, which no program reads, and renamed when everything in it is on the
/// disk. Disposed before, it is gone.
/// </summary>
internal sealed class WholeFolder : IDisposable
{
    public const string Unfinished = ".unfinished";

    /// <summary>Left free on the disk besides what is written: whoever else writes there must not be stopped by a backup.</summary>
    private const long RoomKeptBytes = 64L << 20;

    private readonly string target;
    private bool finished;

    private WholeFolder(string target) => (this.target, Path) = (target, target + Unfinished);

    /// <summary>Where to write.</summary>
    public string Path { get; }

    /// <param name="operation">For messages: "back up the ledger".</param>
    /// <param name="bytes">That will be written.</param>
    /// <exception cref="LedgerException">The target holds something, the disk has no room, or it may not be written.</exception>
    public static WholeFolder Begin(string operation, string target, long bytes)
    {
        var folder = new WholeFolder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target)));
        if (File.Exists(folder.target) || (Directory.Exists(folder.target) && Directory.EnumerateFileSystemEntries(folder.target).Any()))
            throw new LedgerException($"Cannot {operation}: {folder.target} is not empty. Name a folder that does not exist yet.");
        if (Directory.Exists(folder.Path))
            throw new LedgerException($"Cannot {operation}: {folder.Path} is what another run has not finished: wait for it, or delete the folder if there is none.");
        try
        {
            var parent = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(folder.target)!).FullName;
            var free = new DriveInfo(parent).AvailableFreeSpace;
            if (free < bytes + RoomKeptBytes)
                throw new LedgerException($"Cannot {operation}: {bytes + RoomKeptBytes >> 20} MiB are needed, {parent} has {free >> 20} MiB free. Free space, or name another disk.");
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder.Path);
            else Directory.CreateDirectory(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new LedgerException($"Cannot {operation}: {folder.Path}: {e.Message}", e);
        }
    }

    /// <summary>Gives the folder its name. Its files are on the disk already.</summary>
    public void Finish()
    {
        ToDisk(Path);
        if (Directory.Exists(target)) Directory.Delete(target); // empty, or this fails
        Directory.Move(Path, target);
        finished = true;
        ToDisk(System.IO.Path.GetDirectoryName(target)!);
    }

    public void Dispose()
    {
        if (!finished && Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }

    /// <summary>Names in a folder reach the disk with the folder itself, which .NET does not open.</summary>
    private static void ToDisk(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var opened = Open(folder, 0);
        if (opened < 0) return;
        var synced = Sync(opened);
        _ = Close(opened);
        if (synced != 0) throw new IOException($"{folder} could not be written to the disk (error {Marshal.GetLastPInvokeError()}).");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int file);
}
