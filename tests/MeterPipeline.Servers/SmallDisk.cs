using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MeterPipeline.Servers;

/// <summary>
/// A file system (ext4) of its own in a file, mounted on a temporary folder: it can be filled, and its power can be cut, both by the kernel and not by an
/// emulation. Linux, as root.
/// </summary>
public sealed class SmallDisk : IDisposable
{
    /// <summary>Ends the file system at once: what was not written through is forgotten, and everything answers EIO until it is mounted again.</summary>
    private const uint GoDown = 0x8004587D;

    private const uint WithoutFlush = 2;
    private static readonly TimeSpan _busyMax = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new("small-disk");

    /// <param name="mebibytes">Its size.</param>
    public SmallDisk(int mebibytes)
    {
        Directory.CreateDirectory(Path);
        using (var image = File.Create(_folder.At("image"))) image.SetLength((long)mebibytes << 20);
        Run("mkfs.ext4", "-q", "-m", "0", _folder.At("image"));
        Mount();
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.At("disk");

    /// <summary>Leaves so few bytes free.</summary>
    public void Fill(long leave)
    {
        var free = new DriveInfo(Path).AvailableFreeSpace - leave;
        if (free > 0) Run("fallocate", "-l", free.ToString(CultureInfo.InvariantCulture), Filler);
    }

    /// <summary>Takes back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Filler);

    /// <summary>From now on every read that is not cached, every write and fsync answers EIO.</summary>
    public void CutPower()
    {
        using var place = File.OpenHandle(Filler, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var how = WithoutFlush;
        if (Control(place.DangerousGetHandle().ToInt32(), GoDown, ref how) != 0) throw new InvalidOperationException($"{Path} cannot be shut down: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Mounts it again, as after a start of the machine. Nobody may have files of it open for long.</summary>
    public void GivePower()
    {
        for (var waited = Stopwatch.StartNew(); ExitCode("umount", Path) != 0; Thread.Sleep(50))
            if (waited.Elapsed > _busyMax) throw new InvalidOperationException($"{Path} stays in use.");
        Mount();
    }

    public void Dispose()
    {
        for (var waited = Stopwatch.StartNew(); ExitCode("umount", Path) != 0 && waited.Elapsed < _busyMax;) Thread.Sleep(50);
        _folder.Dispose();
    }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(int file, ulong request, ref uint argument);

    private void Mount() => Run("mount", "-o", "loop", _folder.At("image"), Path);

    private static void Run(string program, params string[] arguments)
    {
        var code = ExitCode(program, arguments);
        if (code != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {code}: a small disk needs root and loop devices.");
    }

    private static int ExitCode(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(ServerProcess.Find(program), arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
