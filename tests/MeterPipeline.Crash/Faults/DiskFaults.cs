using MeterPipeline.Crash.Disk;

namespace MeterPipeline.Crash.Faults;

/// <summary>Every write to journal, ledger, or both takes half of what it was given and answers ENOSPC for a while; sometimes the node is killed meanwhile.</summary>
internal sealed class DiskFull : Fault
{
    public override string Name => "disk-full";

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        var files = episode.Dice.Next(3) switch
        {
            0 => DiskFiles.Journal | DiskFiles.JournalWal,
            1 => DiskFiles.Ledger | DiskFiles.LedgerWal,
            _ => DiskFiles.All,
        };
        episode.Disk.Give(new DiskRule(DiskAction.NoSpace, files, DiskOperation.Write, After: episode.Dice.Next(20)));
        await episode.WaitAsync(200, 1_500);
        var killed = episode.Dice.Next(3) == 0;
        if (killed) await node.KillAsync();
        episode.Load.Arm();
        episode.Disk.Clear();
        if (killed) await node.StartAsync();
        return true;
    }
}

/// <summary>fsync answers EIO for a while; then the power is cut, because after such an error nobody knows what is on the disk.</summary>
internal sealed class FsyncError : Fault
{
    public override string Name => "fsync-error";

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        var files = episode.Dice.Next(2) == 0 ? DiskFiles.JournalWal : DiskFiles.All;
        episode.Disk.Give(new DiskRule(DiskAction.IoError, files, DiskOperation.Sync, After: episode.Dice.Next(20)));
        await episode.WaitAsync(200, 1_000);
        if (episode.Dice.Next(2) == 0)
        {
            episode.Load.Arm();
            episode.Disk.Clear();
            return true;
        }
        await node.KillAsync();
        episode.Disk.Clear();
        episode.Disk.CutPower(episode.Dice);
        await RestartAsync(episode, node);
        return true;
    }
}

/// <summary>
/// Bytes of one page of a database file are damaged while no node runs. Each list that the ledger then gives must be what it was, or be refused
/// with a sentence; then the copy made before the damage is restored, as an operator does with a backup.
/// </summary>
internal sealed class CorruptedPage : Fault
{
    public const int PageBytes = 8192;
    private static readonly string[][] _lists = [["export", "accruals", "--season", "2025-2026", "--out", "-"], ["export", "readings", "--out", "-"]];

    public override string Name => "corrupted-page";

    public override int PerEpisode => 4;

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        await node.StopAsync(); // WALs are merged: the page is in use, not a stale copy
        var (data, backup) = (episode.Program.Data, Directory.CreateDirectory(episode.At($"backup-{episode.Dice.Next()}")).FullName);
        Copy(data, backup);
        var expected = _lists.Select(list => episode.Program.Verb(list)).ToList();
        Damage(Path.Combine(data, episode.Dice.Next(4) == 0 ? "journal.db" : "ledger.db"), episode.Dice);
        for (var i = 0; i < _lists.Length; i++)
        {
            var (code, output, errors) = episode.Program.Verb(_lists[i]);
            if (code == 0 && output == expected[i].Output) continue;
            if (code == 0) episode.AmountsWrong++;
            else if (errors.Length == 0 || errors.Contains("Unhandled", StringComparison.Ordinal)) episode.Problems.Add($"A damaged page is not named by {string.Join(' ', _lists[i])}: {code} {errors}");
        }
        foreach (var file in Directory.GetFiles(data)) File.Delete(file);
        Copy(backup, data);
        Directory.Delete(backup, recursive: true);
        await RestartAsync(episode, node);
        return true;
    }

    internal static void Damage(string file, Random dice)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        var at = dice.NextInt64(stream.Length / PageBytes) * PageBytes + dice.Next(PageBytes - 64);
        stream.Position = at;
        var bytes = new byte[dice.Next(1, 64)];
        stream.ReadExactly(bytes);
        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= (byte)dice.Next(1, 256);
        stream.Position = at;
        stream.Write(bytes);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}

/// <summary>
/// After a SIGKILL some bytes of the journal's WAL are damaged, or its end is cut off, or it is gone: SQLite takes that for the end of the log. The node must say
/// that acknowledged rows are missing; or nothing is, which the audit tells. Then the WAL is put back.
/// </summary>
internal sealed class DamagedWal : Fault
{
    public override string Name => "damaged-wal";

    public override bool IsFor(LedgerKind ledger) => ledger == LedgerKind.Sqlite;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var node = episode.Victim;
        await node.KillAsync();
        var wal = Path.Combine(episode.Program.Data, "journal.db-wal");
        var kept = await File.ReadAllBytesAsync(wal);
        if (kept.Length < 2 * CorruptedPage.PageBytes) return false;
        await Task.Delay(20);
        episode.Load.Arm();
        switch (episode.Dice.Next(4))
        {
            case 0: File.Delete(wal); break;
            case 1: await File.WriteAllBytesAsync(wal, kept[..episode.Dice.Next(kept.Length)]); break;
            default: CorruptedPage.Damage(wal, episode.Dice); break;
        }
        var refusal = await node.TryStartAsync();
        if (refusal is null) return true; // what was damaged was merged already
        if (!refusal.Contains("was stored and acknowledged", StringComparison.Ordinal)) episode.Problems.Add($"A damaged WAL is not named: {refusal}");
        await File.WriteAllBytesAsync(wal, kept);
        await RestartAsync(episode, node);
        return true;
    }
}
