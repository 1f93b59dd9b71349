using MeterPipeline.Servers;

namespace MeterPipeline.Crash.Faults;

/// <summary>
/// The kernel loses what passes between one node and PostgreSQL, one way or both, often for longer than a silent node keeps its partitions; nobody is told.
/// Publishers still reach the node. What it recorded meanwhile it must not have acknowledged, or it is there.
/// </summary>
internal sealed class CableCut : PostgresFault
{
    public override string Name => "cable-cut";

    public override bool Mixes => false;

    public override bool NeedsCables => true;

    public override int PerEpisode => 5;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var cut = episode.Dice.Next(episode.Nodes.Count);
        var cables = episode.Servers.Cables!;
        var way = (CutWay)episode.Dice.Next(3);
        episode.Load.Arm();
        cables.Cut(cut, way);
        try
        {
            await episode.WaitAsync(500, 4_000);
            if (episode.Dice.Next(3) > 0) await episode.OthersTakeOverAsync(episode.Nodes[cut]);
        }
        finally
        {
            cables.Mend(cut);
        }
        episode.Load.Arm();
        return true;
    }
}

/// <summary>
/// The file system under PostgreSQL goes down: whatever was not written through is forgotten, and until the machine starts again the server meets EIO. It is
/// killed at once, or after it has met errors of writes and fsync.
/// </summary>
internal sealed class PostgresPowerCut : PostgresFault
{
    public override string Name => "postgres-power-cut";

    public override bool Mixes => false;

    public override bool NeedsSmallDisk => true;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        episode.Servers.Disk!.CutPower();
        if (episode.Dice.Next(2) == 0) await episode.WaitAsync(50, 2_000);
        await episode.Servers.Primary.KillHardAsync();
        episode.Servers.Disk.GivePower();
        episode.Load.Arm();
        await episode.Servers.Primary.StartAgainAsync();
        return true;
    }
}

/// <summary>The disk of PostgreSQL, log included, is full for a while: statements are refused, or the server ends; then there is room, and it is started if it ended.</summary>
internal sealed class PostgresDiskFull : PostgresFault
{
    private const int KeptBytesMax = 256 * 1024;

    public override string Name => "postgres-disk-full";

    public override bool Mixes => false;

    public override bool NeedsSmallDisk => true;

    public override async Task<bool> CrashAsync(Episode episode)
    {
        var disk = episode.Servers.Disk!;
        disk.Fill(episode.Dice.Next(KeptBytesMax));
        // A new segment of the log is where a full disk ends the server.
        if (episode.Dice.Next(2) == 0) await episode.Servers.TrySqlAsync("SELECT pg_switch_wal()");
        await episode.WaitAsync(500, 4_000);
        disk.Free();
        episode.Load.Arm();
        if (episode.Servers.Primary.HasEnded) await episode.Servers.Primary.StartAgainAsync();
        return true;
    }
}
