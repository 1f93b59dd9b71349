using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using MeterPipeline.Servers;

namespace MeterPipeline.Crash.Disk;

/// <summary>The disk and the clock under the pipelines of one data folder: <c>disk.c</c>, built once and preloaded into them, and told here what to do.</summary>
internal sealed class FailingDisk : IDisposable
{
    private const int ControlBytes = 4096;

    private static readonly Lazy<string> _library = new(Build);

    private readonly string _data;
    private readonly string _undo;
    private readonly string _page;
    private readonly MemoryMappedFile _mapped;
    private readonly MemoryMappedViewAccessor _control;

    /// <param name="folder">For what it has to remember.</param>
    /// <param name="data">The data folder that it stands under.</param>
    public FailingDisk(string folder, string data)
    {
        (_data, _undo, _page) = (data, Path.Combine(folder, "undo"), Path.Combine(folder, "control"));
        Directory.CreateDirectory(_undo);
        File.WriteAllBytes(_page, new byte[ControlBytes]);
        _mapped = MemoryMappedFile.CreateFromFile(_page, FileMode.Open);
        _control = _mapped.CreateViewAccessor(0, ControlBytes);
    }

    /// <summary>How often the rule has struck since it was given.</summary>
    public int Hits => _control.ReadInt32(24);

    /// <summary>Added to the wall clock of every pipeline on this disk.</summary>
    public int ClockSeconds
    {
        set => _control.Write(20, value);
    }

    /// <summary>Puts a pipeline that is to be started on this disk.</summary>
    public void Under(ProcessStartInfo start)
    {
        start.Environment["LD_PRELOAD"] = _library.Value;
        start.Environment["MP_DISK_ROOT"] = _data;
        start.Environment["MP_DISK_UNDO"] = _undo;
        start.Environment["MP_DISK_CONTROL"] = _page;
    }

    public void Give(DiskRule rule)
    {
        Clear();
        _control.Write(4, (int)rule.Files);
        _control.Write(8, (int)rule.Operation);
        _control.Write(12, (int)rule.Phase);
        _control.Write(16, rule.After);
        _control.Write(24, 0);
        _control.Write(0, (int)rule.Action);
    }

    public void Clear() => _control.Write(0, (int)DiskAction.None);

    /// <summary>
    /// Takes back what was written and not synced, as a power cut may: all of it, all after some moment, or any sectors of it. No pipeline may
    /// be running.
    /// </summary>
    public void CutPower(Random dice)
    {
        var loss = (Loss)dice.Next(3);
        foreach (var log in Directory.GetFiles(_undo))
        {
            var file = Path.Combine(_data, Path.GetFileName(log));
            if (File.Exists(file)) UndoLog.TakeBack(log, file, loss, dice);
            File.WriteAllBytes(log, []);
        }
        // The index of a WAL is never synced: its first reader makes it anew.
        foreach (var index in Directory.GetFiles(_data, "*-shm")) File.Delete(index);
    }

    public void Dispose()
    {
        _control.Dispose();
        _mapped.Dispose();
    }

    private static string Build()
    {
        var folder = new TempFolder("disk"); // removed with the process
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var library = folder.At("disk.so");
        using var compiler = Process.Start(ServerProcess.Find("gcc"),
            ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, Path.Combine(AppContext.BaseDirectory, "Disk", "disk.c"), "-ldl", "-lpthread"]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException("disk.c cannot be built; the compiler says why above.");
    }
}
