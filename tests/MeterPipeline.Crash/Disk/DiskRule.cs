namespace MeterPipeline.Crash.Disk;

/// <summary>What strikes; the numbers are those of <c>disk.c</c>.</summary>
internal enum DiskAction { None, Kill, NoSpace, IoError, Lie }

[Flags]
internal enum DiskFiles { Journal = 1, JournalWal = 2, Ledger = 4, LedgerWal = 8, All = 15 }

internal enum DiskOperation { Write = 1, Sync = 2 }

/// <summary>Where in the operation a kill strikes. A torn write has done its first half.</summary>
internal enum DiskPhase { Before, Torn, After }

/// <summary>What the disk does from the operation on that follows <paramref name="After"/> others of its kind.</summary>
internal readonly record struct DiskRule(DiskAction Action, DiskFiles Files, DiskOperation Operation, DiskPhase Phase = DiskPhase.Before, int After = 0);
