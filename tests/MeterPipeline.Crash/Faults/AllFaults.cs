using MeterPipeline.Crash.Disk;

namespace MeterPipeline.Crash.Faults;

/// <summary>Every fault, by name.</summary>
internal static class AllFaults
{
    private static readonly Fault[] _all =
    [
        new Killed(),
        // The stages of a reading on its way through SQLite's files.
        new KilledAt("kill-before-append", new DiskRule(DiskAction.Kill, DiskFiles.JournalWal, DiskOperation.Write), 60),
        new KilledAt("kill-torn-append", new DiskRule(DiskAction.Kill, DiskFiles.JournalWal, DiskOperation.Write, DiskPhase.Torn), 60),
        new KilledAt("kill-before-fsync", new DiskRule(DiskAction.Kill, DiskFiles.JournalWal, DiskOperation.Sync), 30),
        new KilledAt("kill-before-puback", new DiskRule(DiskAction.Kill, DiskFiles.JournalWal, DiskOperation.Sync, DiskPhase.After), 30),
        new KilledAt("kill-in-fold", new DiskRule(DiskAction.Kill, DiskFiles.LedgerWal, DiskOperation.Write, DiskPhase.Torn), 200),
        new KilledAt("kill-after-fold", new DiskRule(DiskAction.Kill, DiskFiles.LedgerWal, DiskOperation.Sync, DiskPhase.After), 2),
        new KilledAt("kill-in-checkpoint", new DiskRule(DiskAction.Kill, DiskFiles.Journal | DiskFiles.Ledger, DiskOperation.Write, DiskPhase.Torn), 60, ending: true),
        new PowerCut(),
        new DiskFull(),
        new FsyncError(),
        new CorruptedPage(),
        new DamagedWal(),
        new TwoNodes(),
        new Zombie(),
        new ClockStep(),
        new BrokerKilled(),
        new InfluxDown(),
        // The stages of a reading on its way through PostgreSQL.
        new KilledAtTable("kill-before-append", "journal_head"),
        new KilledAtTable("kill-in-append", "journal"),
        new KilledBeforeAnswer(),
        new KilledAtTable("kill-before-flush", "fold"),
        new KilledAtTable("kill-in-flush", "counter"),
        new KilledInTakeover(),
        new AllButOneKilled(),
        new PostgresKilled(),
        new PostgresRestarted(),
        new PostgresFailover(),
        new ConnectionsExhausted(),
        new NetworkCut(),
        new AnswerLost(),
        new CableCut(),
        new PostgresPowerCut(),
        new PostgresDiskFull(),
    ];

    /// <exception cref="FormatException">A name is none of them, or not for this ledger.</exception>
    public static IReadOnlyList<Fault> For(LedgerKind ledger, int nodes, IReadOnlyList<string> names)
    {
        var able = _all.Where(fault => fault.IsFor(ledger) && nodes >= fault.NodesMin).ToList();
        return names.Count == 0 ? able : [.. names.Select(name => able.Find(fault => fault.Name == name)
            ?? throw new FormatException($"There is no fault {name} on {ledger} with {nodes} node(s); there are {string.Join(", ", able.Select(fault => fault.Name))}."))];
    }
}
