namespace MeterPipeline.Crash.Disk;

/// <summary>What a power cut leaves of the writes since the last fsync.</summary>
internal enum Loss
{
    /// <summary>Nothing.</summary>
    All,

    /// <summary>Those up to some moment.</summary>
    Later,

    /// <summary>Any sectors of 512 bytes: disks write in what order they like.</summary>
    Sectors,
}

/// <summary>The log that <c>disk.c</c> keeps of one file, and how it is applied.</summary>
internal static class UndoLog
{
    private const int SectorBytes = 512;
    private const int Truncated = -1;

    public static void TakeBack(string log, string file, Loss loss, Random dice)
    {
        var records = Read(log);
        using var into = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        foreach (var record in records.AsEnumerable().Reverse())
        {
            Put(into, record.At, record.Old);
            into.SetLength(record.SizeBefore);
        }
        if (loss == Loss.All) return;
        var kept = loss == Loss.Later ? dice.Next(records.Count + 1) : records.Count;
        foreach (var record in records.Take(kept))
        {
            if (loss == Loss.Later) Redo(into, record);
            else if (record.New is { } bytes) RedoSectors(into, record.At, bytes, dice);
            else if (dice.Next(2) == 0) Redo(into, record);
        }
    }

    private static void Redo(FileStream into, Record record)
    {
        if (record.New is { } bytes) Put(into, record.At, bytes);
        else into.SetLength(record.At);
    }

    private static void RedoSectors(FileStream into, long at, byte[] bytes, Random dice)
    {
        for (var done = 0; done < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - done, SectorBytes - (int)((at + done) % SectorBytes));
            if (dice.Next(2) == 0) Put(into, at + done, bytes.AsSpan(done, length));
            done += length;
        }
    }

    private static void Put(FileStream into, long at, ReadOnlySpan<byte> bytes)
    {
        into.Position = at;
        into.Write(bytes);
    }

    private static List<Record> Read(string log)
    {
        var records = new List<Record>();
        using var from = new BinaryReader(File.OpenRead(log));
        while (from.BaseStream.Position + 24 <= from.BaseStream.Length)
        {
            var (at, sizeBefore, length, oldLength) = (from.ReadInt64(), from.ReadInt64(), from.ReadInt32(), from.ReadInt32());
            var old = from.ReadBytes(oldLength);
            var written = length == Truncated ? null : from.ReadBytes(length);
            // Killed while it was remembered: the write itself did not begin.
            if (old.Length < oldLength || written?.Length < length) break;
            records.Add(new Record(at, sizeBefore, old, written));
        }
        return records;
    }

    /// <param name="New">What was written; null: the file was cut at <paramref name="At"/>.</param>
    private sealed record Record(long At, long SizeBefore, byte[] Old, byte[]? New);
}
