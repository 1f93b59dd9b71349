using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Ledger.Users;

namespace MeterPipeline.Ledger;

/// <summary>
/// The store: a journal of everything acknowledged, the registry, and what was folded from them. Two real implementations stand
/// behind it (SQLite, PostgreSQL) and one contract suite. Synchronous: the callers are dedicated threads and short requests.
/// <para>The journal lies in partitions, each with its own row numbers from 1. All readings of a meter are in one, which never changes
/// (<see cref="Domain.Registry.Meter.Partition"/>).</para>
/// <para>Who may call: <see cref="Record"/> one thread at a time per process (the recorder); <see cref="Flush"/>, <see cref="PruneJournal"/> and
/// <see cref="MoveCursor"/> only the holder of <see cref="AcquireFold"/> of the partition; everything else any thread. Other processes may append
/// to the journal, change the registry and read at any time; only folding a partition has a single owner.</para>
/// </summary>
public interface ILedger : IDisposable
{
    /// <summary>Frozen runs and money that moved.</summary>
    ISettlements Settlements { get; }

    /// <summary>How many journals there are, at least 1; fixed when the ledger is made.</summary>
    int Partitions { get; }

    /// <summary>Whether several processes share the folding, each some partitions (<see cref="Attend"/>); otherwise one folds, and a second is refused.</summary>
    bool HasNodes { get; }

    /// <summary>
    /// Makes one commit durable: its journal rows (each a <see cref="JournalBlob"/>) and its quarantined messages in one transaction that has
    /// reached the disk when this returns.
    /// </summary>
    /// <param name="rows">At least one, at most one of a partition, in ascending order; where something is quarantined the first is of partition 0.</param>
    /// <returns>The sequence number of each row: from 1 in each partition, gapless, in commit order.</returns>
    /// <exception cref="LedgerException">Nothing was stored; the same call may be repeated.</exception>
    long[] Record(IReadOnlyList<PartitionRow> rows, IReadOnlyList<QuarantinedMessage> quarantined);

    /// <summary>The sequence number of the newest row of each partition, 0 where there never was one. One cheap question.</summary>
    long[] JournalHeads();

    /// <summary>Rows of a partition after <paramref name="afterSeq"/> in order, at most <paramref name="maxRows"/>.</summary>
    IReadOnlyList<JournalRow> ReadJournal(long afterSeq, int maxRows, int partition = 0);

    /// <summary>Deletes rows up to and including <paramref name="upToSeq"/>; the caller keeps it behind every cursor.</summary>
    /// <exception cref="FoldLostException">Another process folds the partition now.</exception>
    void PruneJournal(long upToSeq, int partition = 0);

    /// <summary>Becomes the one folder of a partition until disposed.</summary>
    /// <exception cref="LedgerException">Another process holds it: names the process and what to do.</exception>
    IDisposable AcquireFold(int partition = 0);

    /// <summary>Stores folded state and the journal position it stands for, in one transaction.</summary>
    /// <exception cref="FoldLostException">Another process folds the partition now: nothing is stored, now or later.</exception>
    void Flush(FoldFlush flush);

    /// <summary>
    /// Says that this process lives and folds, and learns how partitions are spread. To be called every second: whoever is silent for six loses
    /// its partitions to others.
    /// </summary>
    FoldSpread Attend();

    /// <summary>No longer folds: others share its partitions at once. After every fold was given back.</summary>
    void Depart();

    /// <summary>How partitions are spread, without taking part.</summary>
    FoldSpread Spread();

    /// <summary>A consistent view of everything committed when it was opened, journal tail included.</summary>
    ILedgerView OpenView();

    /// <summary>The version of the registry, cheap: for polling.</summary>
    long RegistryVersion();

    /// <summary>Applies changes in one transaction, each audited (who, when, before, after); unchanged rows change nothing.</summary>
    /// <param name="actor">Who asked: an operating-system or web user.</param>
    /// <param name="atMs">When, ms since the epoch.</param>
    RegistryChangeResult ChangeRegistry(RegistryChange change, string actor, long atMs);

    /// <summary>Adds what a person says of a hold. Entries are never changed or deleted; each says who, when and why.</summary>
    /// <returns>The entry's id: ascending.</returns>
    long AddHoldEntry(HoldEntry entry);

    /// <summary>Everybody with a password, ordered by name.</summary>
    IReadOnlyList<User> Users();

    /// <summary>The version of the users, cheap: for polling.</summary>
    long UsersVersion();

    /// <summary>Sessions and keys at the web port, and the log of what was shown and exported.</summary>
    IAccess Access { get; }

    /// <summary>
    /// Adds a user or replaces the one of that name; audited as <c>user</c>, without the hash. No change changes nothing. Another password, or
    /// being disabled, ends all sessions of the user.
    /// </summary>
    /// <param name="actor">Who asked: an operating-system or web user.</param>
    /// <param name="atMs">When, ms since the epoch.</param>
    void PutUser(User user, string actor, long atMs);

    /// <summary>A named durable position, 0 before it was first set.</summary>
    long Cursor(string name);

    /// <summary>Meter days in which a later revision or a conflict changed what counts, oldest first: the time-series sink must hear of them.</summary>
    IReadOnlyList<SettledDay> SettledDays(int max, int partition = 0);

    /// <summary>Forgets those of a partition up to and including <paramref name="upToId"/>.</summary>
    void ForgetSettledDays(long upToId, int partition = 0);

    void SetCursor(string name, long value);

    /// <summary>Sets a cursor that goes with a partition.</summary>
    /// <exception cref="FoldLostException">Another process folds the partition now.</exception>
    void MoveCursor(int partition, string name, long value);

    /// <summary>
    /// Stores what became of quarantined messages that were decoded again, in one transaction that has reached the disk when this returns:
    /// the journal rows of what can be taken now, the marks on the messages it came from, and what still waits. Any thread, any process.
    /// </summary>
    /// <param name="rows">As of <see cref="Record"/>; none where no message was taken.</param>
    /// <returns>False: one of them is no longer open, because somebody else replayed it; nothing was stored.</returns>
    bool Replay(IReadOnlyList<PartitionRow> rows, ReplayOutcome outcome, long atMs);

    /// <summary>Deletes the oldest replayed messages until both limits hold or none is left. Open messages are never deleted.</summary>
    /// <param name="maxBytes">Of payloads.</param>
    /// <returns>What is left.</returns>
    QuarantineSize TrimQuarantine(long maxMessages, long maxBytes);
}

/// <summary>One moment of the ledger. Dispose soon: an open view holds back the reuse of space.</summary>
public interface ILedgerView : IDisposable
{
    /// <summary>How many journal rows the folded rows stand for, all partitions together: where there is one, its newest row folded.</summary>
    long FoldedSeq { get; }

    /// <summary>The newest row of a partition that the folded rows stand for.</summary>
    long FoldedOf(int partition);

    /// <summary><see cref="VillageSheet.Print"/> of the village rows of a partition as stored, 0 where some waited to be drawn.</summary>
    long VillagesPrint(int partition);

    /// <summary>Journal rows after <see cref="FoldedOf"/>, partition by partition, in order, streamed.</summary>
    IEnumerable<JournalRow> JournalTail();

    RegistrySnapshot Registry();

    /// <summary>Account numbers 户号 of households with their validity, each household's ordered by number and time. One question, however many they are.</summary>
    IReadOnlyList<AccountAlias> Aliases(params IReadOnlyCollection<string> householdIds);

    /// <summary>Households that an account number has stood for, oldest first.</summary>
    IReadOnlyList<AccountAlias> AccountAliases(string account);

    /// <summary>Account numbers that end in these characters, at most <paramref name="max"/>, ordered by number and time. Costs a pass over all of them.</summary>
    IReadOnlyList<AccountAlias> AccountsEnding(string ending, int max);

    /// <summary>Stored readings of one meter and register in [first, last], ordered by day.</summary>
    IReadOnlyList<MeterDayRow> MeterDays(int meterNo, Register register, int firstDay, int lastDay);

    /// <summary>Stored readings of many meters, all registers, each meter's from a day on; ordered by day. Costs little more than reading them.</summary>
    /// <param name="meters">Each meter once.</param>
    IReadOnlyList<MeterDayRow> MeterDays(IReadOnlyList<(int MeterNo, int FirstDay)> meters);

    /// <summary>Stored readings of single days of any meters, ordered by day; none of days that nothing is stored of. One question, however many they are.</summary>
    /// <param name="days">Each once.</param>
    IReadOnlyList<MeterDayRow> MeterDays(IReadOnlyCollection<(int MeterNo, Register Register, int Day)> days);

    /// <summary>Folded years of meters, all registers, ordered by year.</summary>
    /// <param name="meterNos">Each meter once.</param>
    IReadOnlyList<MeterYearRow> MeterYears(params ReadOnlySpan<int> meterNos);

    /// <summary>Folded rows of a year of all meters, ordered by meter number, streamed.</summary>
    IEnumerable<MeterYearRow> AllMeterYears(int autumn);

    /// <summary>Every stored meter day, ordered by meter, register, day, streamed.</summary>
    /// <param name="partition">Only of its meters; null: of all.</param>
    IEnumerable<MeterDayRow> AllMeterDays(int? partition = null);

    /// <summary>Every stored meter of one local day, ordered by meter, register, streamed: a cheap scan, rows are stored by day.</summary>
    IEnumerable<MeterDayRow> MeterDaysOn(int day);

    /// <summary>Rows of villages whose code starts with <paramref name="divisionPrefix"/>, days in [first, last], ordered by division, energy, day, streamed.</summary>
    IEnumerable<VillageDayRow> VillageDays(string divisionPrefix, int firstDay, int lastDay);

    /// <summary>Counters per company and day of receipt in [first, last], without the journal's tail.</summary>
    /// <param name="partition">Only what was counted there; null: all together.</param>
    IReadOnlyList<CounterRow> Counters(int firstDay, int lastDay, int? partition = null);

    /// <summary>Newest first, with the first <see cref="QuarantineRow.ExcerptBytes"/> of their payloads.</summary>
    IReadOnlyList<QuarantineRow> Quarantine(long beforeId, int max);

    /// <summary>Messages not replayed yet with their whole payloads, oldest first, streamed.</summary>
    IEnumerable<QuarantineRow> OpenQuarantine(long afterId);

    /// <summary>How much is kept, cheap.</summary>
    QuarantineSize QuarantineSize();

    /// <summary>Messages about a registered meter that are not replayed yet, received on local days in [first, last], by day, then reason.</summary>
    IReadOnlyList<RefusedMessages> RefusedOf(string meterId, int firstDay, int lastDay);

    /// <summary>What persons have said of holds in a season, oldest first.</summary>
    IReadOnlyList<HoldEntry> HoldEntries(int autumn);

    /// <summary>History of changes to one entity (kind: division, company, household, meter, alias, heated-count, user, key), oldest first.</summary>
    IReadOnlyList<AuditRow> Audit(string kind, string id);
}

/// <param name="Blob">As appended.</param>
public readonly record struct JournalRow(long Seq, byte[] Blob);

/// <summary>What a commit adds to one partition.</summary>
public readonly record struct PartitionRow(int Partition, ReadOnlyMemory<byte> Blob);

/// <summary>How the partitions are spread over the nodes at this moment.</summary>
/// <param name="Nodes">Processes that take part and live.</param>
/// <param name="Target">How many partitions this process should fold; 0 where it does not take part.</param>
public sealed record FoldSpread(int Nodes, int Target, IReadOnlyList<PartitionState> Partitions);

/// <param name="Head">Newest journal row.</param>
/// <param name="Folded">Newest journal row whose fold is stored.</param>
/// <param name="Owner">Who folds it, or folded it last; for a person.</param>
public readonly record struct PartitionState(int Partition, long Head, long Folded, string Owner, FoldHolder Holder);

/// <summary>Who holds the fold of a partition.</summary>
public enum FoldHolder
{
    Nobody, Me, Other
}

/// <summary>A message, or one item of a batch, that could not be taken: kept with its bytes, visible, replayable.</summary>
/// <param name="Company">Whom it is counted for: the company that the connection had proved to be, otherwise the one that the topic names, else empty.</param>
/// <param name="Reason">A stable word: <c>unknown-meter</c>, <c>bad-json</c>…</param>
/// <param name="Detail">A sentence for the operator: place and remedy.</param>
/// <param name="Topic">As received, at most 512 bytes.</param>
/// <param name="Payload">As received, at most <see cref="PayloadMax"/> bytes.</param>
/// <param name="Meter">The registered meter that it speaks of, one of the company's own; empty: none could be told.</param>
public sealed record QuarantinedMessage(
    long ReceivedAtMs, string Source, string Company, string Reason, string Detail, string Topic, byte[] Payload, string Meter = "")
{
    /// <summary>1 MiB, the largest packet of the built-in endpoint by default: what is cut cannot be replayed.</summary>
    public const int PayloadMax = 1 << 20;

    /// <summary>The company that the connection had proved to be; null where none was asked for. A replay is judged by it.</summary>
    public string? Publisher { get; init; }
}

/// <param name="PayloadBytes">Length of the whole payload kept.</param>
public sealed record QuarantineRow(long Id, QuarantinedMessage Message, long? ReplayedAtMs, int PayloadBytes)
{
    /// <summary>Enough of a payload to see what is wrong with it.</summary>
    public const int ExcerptBytes = 256;
}

/// <param name="Open">Messages not replayed yet.</param>
/// <param name="Replayed">Messages kept although they were replayed.</param>
/// <param name="Bytes">Of the payloads of both.</param>
public readonly record struct QuarantineSize(long Open, long Replayed, long Bytes);

/// <summary>What became of open quarantined messages, all counted on one local day.</summary>
public sealed class ReplayOutcome
{
    /// <summary>Messages that the journal row, or <see cref="Items"/>, stands for from now on.</summary>
    public List<long> Taken { get; } = [];

    /// <summary>Items of messages taken that are still bad: quarantined one by one.</summary>
    public List<QuarantinedMessage> Items { get; } = [];

    /// <summary>Messages that stay open, for another reason than before.</summary>
    public List<(long Id, string Reason, string Detail)> Kept { get; } = [];
}

/// <summary>All readings of a meter, register and local day, as a <c>MeterDay</c> blob.</summary>
public readonly record struct MeterDayRow(int MeterNo, Register Register, int Day, byte[] Blob);

/// <param name="Seq">Journal row that changed it.</param>
public readonly record struct SettledDay(long Id, int MeterNo, Register Register, int Day, long Seq);

/// <summary>Folded days and state of a meter and register in the year that starts on 1 July of <paramref name="Autumn"/>.</summary>
public readonly record struct MeterYearRow(int MeterNo, Register Register, int Autumn, byte[] Blob);

/// <summary>What a village used and earned on one local day, one energy.</summary>
/// <param name="Consumption">Eligible, 0.0001 kWh or m³.</param>
/// <param name="AccruedE8">Operating subsidy earned that day, 0.00000001 yuan.</param>
/// <param name="Households">Households with a claim that day.</param>
/// <param name="Reporting">Of these, households with a reading that day.</param>
public readonly record struct VillageDayRow(string Division, Energy Energy, int Day, long Consumption, long AccruedE8, int Households, int Reporting);

/// <summary>Reconciliation per company and local day of receipt: received = accepted + duplicate + conflict + quarantined + pending.</summary>
public readonly record struct CounterRow(string Company, int Day, long Received, long Accepted, long Duplicate, long Conflict, long Quarantined);

public readonly record struct AuditRow(long AtMs, string Actor, string Kind, string Id, string? Before, string? After);

/// <param name="From">First day of validity; null: from the beginning.</param>
/// <param name="Until">First day no longer valid; null: open.</param>
public sealed record AccountAlias(string Account, string HouseholdId, Domain.LocalDay? From, Domain.LocalDay? Until)
{
    /// <summary>The account number valid on a day; of several, the one that began last; empty: none.</summary>
    /// <param name="aliases">Of one household, ordered by number.</param>
    public static string On(Domain.LocalDay day, IEnumerable<AccountAlias> aliases)
    {
        AccountAlias? found = null;
        foreach (var alias in aliases)
        {
            if (alias.From > day || alias.Until <= day) continue;
            if (found is null || Starts(alias) > Starts(found)) found = alias;
        }
        return found?.Account ?? "";
    }

    private static int Starts(AccountAlias alias) => alias.From?.Number ?? int.MinValue;
}

/// <summary>Absolute values: writing them twice is harmless, except counters, which replace the row of their key too.</summary>
public sealed class FoldFlush
{
    /// <summary>Which partition was folded; village days and counters are its share.</summary>
    public int Partition { get; init; }

    /// <summary>Journal position of the partition that everything below includes.</summary>
    public required long FoldedSeq { get; init; }

    /// <summary>Best in the order of day, meter, register. Asked for once in every try, so that rows may be made on the way.</summary>
    public IEnumerable<MeterDayRow> MeterDays { get; set; } = [];

    /// <summary>Best in the order of autumn, meter, register; otherwise as <see cref="MeterDays"/>.</summary>
    public IEnumerable<MeterYearRow> MeterYears { get; set; } = [];

    public List<VillageDayRow> VillageDays { get; } = [];
    public List<CounterRow> Counters { get; } = [];

    /// <summary><see cref="VillageSheet.Print"/> where every village is drawn, else 0.</summary>
    public long VillagesPrint { get; set; }

    /// <summary>Added, not replaced; ids are given by the ledger.</summary>
    public List<SettledDay> SettledDays { get; } = [];
}

/// <summary>Rows to insert or replace by key. A meter row replaces the installation that it overlaps or is appended as a new life.</summary>
public sealed class RegistryChange
{
    public List<Division> Divisions { get; } = [];
    public List<Company> Companies { get; } = [];
    public List<Household> Households { get; } = [];
    public List<Installation> Installations { get; } = [];
    public List<AccountAlias> Aliases { get; } = [];
    public List<HeatedCount> HeatedCounts { get; } = [];

    /// <summary>The only version of the registry that this may be applied to; null: any. At another one nothing is changed, and the result says so.</summary>
    public long? OnlyAt { get; init; }
}

/// <param name="Version">After the change.</param>
/// <param name="Moved">The registry was not at <see cref="RegistryChange.OnlyAt"/>: nothing was changed.</param>
public sealed record RegistryChangeResult(int Added, int Changed, int Unchanged, long Version, bool Moved = false);

/// <summary>The ledger could not do something: the message names the operation, the place and the remedy.</summary>
public class LedgerException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The store is out of reach or takes nothing at this moment: the same may be asked again later.</summary>
    public bool IsAway { get; init; }
}

/// <summary>Another process folds the partition now. Whoever folded it before must end: nothing that it writes is stored any more.</summary>
public sealed class FoldLostException(string message) : LedgerException(message);
