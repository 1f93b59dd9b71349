using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Sqlite;

/// <summary>Settlements in ledger.db. Writes share the ledger's connection and its lock; reads have a connection of their own.</summary>
internal sealed class SqliteSettlements(string folder, string ledgerFile, Lock writing, Func<Database> writer) : ISettlements, IDisposable
{
    private readonly Lock reading = new();
    private Database? reader;

    public SettlementMoment Moment() => Read("read the state of settlements", SettlementStore.Moment);

    public SettlementRun Draft(RunDraft draft, PolicyBook policies, SettlementMoment seen, IEnumerable<LinePage> pages)
    {
        using var spool = DraftSpool.In(folder);
        using var drawn = new RunWriter(draft, policies);
        spool.Draw(draft, pages, drawn);
        lock (writing) return SettlementStore.Draft(writer(), draft, seen, spool, drawn);
    }

    public IReadOnlyList<RunProgress> Runs() => Read("read the settlement runs", database => SettlementStore.Runs(database, null));

    public RunProgress? Run(int runId) => Read("read a settlement run", database => SettlementStore.Runs(database, runId).SingleOrDefault());

    public byte[] Text(int runId) => Read("read a settlement run", database => SettlementStore.Text(database, runId));

    public IEnumerable<SettlementLine> Lines(int runId) => LineChunk.ReadAll(Chunks(runId));

    public IEnumerable<LineChunk> Chunks(int runId)
    {
        for (var number = 0; Chunk(runId, number) is { } chunk; number++) yield return chunk;
    }

    public LineChunk? Chunk(int runId, int number) => Read("read a settlement run", database => SettlementStore.Chunk(database, runId, number));

    public SettlementLine? Line(int runId, string householdId) =>
        Read("read a settlement line", database => SettlementStore.ChunkOf(database, runId, householdId) is { } number ? SettlementStore.Chunk(database, runId, number) : null)
            ?.ReadLines().First(line => line.Household.Id == householdId);

    public IReadOnlyList<LineIndex> Index(int runId, int chunk) => Read("read the index of a settlement run", database => SettlementStore.Index(database, runId, chunk));

    public IReadOnlyDictionary<string, LineHistory> Histories(int autumn, IReadOnlyCollection<string> householdIds) => Read("read what households were given", database =>
    {
        // Most seasons are settled once, before anything is paid: then there is nothing to look for.
        var (moment, payees) = (SettlementStore.Moment(database), PayeeStore.Of(database, householdIds));
        return householdIds.ToDictionary(
            id => id,
            id => new LineHistory(
                "", moment.Run == 0 ? SettledAmount.Nothing : SettlementStore.GivenTo(database, autumn, id),
                moment.Disbursement == 0 ? 0 : DisbursementStore.Balance(database, autumn, id).Ahead, payees.GetValueOrDefault(id)),
            StringComparer.Ordinal);
    });

    public HouseholdBalance Balance(int autumn, string householdId) =>
        Read("read a household's balance", database => DisbursementStore.Balance(database, autumn, householdId));

    public IReadOnlyList<(int Autumn, string HouseholdId, string Fault)> UnsoundBalances(int max) =>
        Read("read balances", database => DisbursementStore.Unsound(database, max));

    public bool AddStep(RunStep step, int after)
    {
        lock (writing) return SettlementStore.AddStep(writer(), step, after);
    }

    public PaymentList? Pay(RunStep step, int after, LocalDay on, string reference, IReadOnlySet<string> waiting)
    {
        lock (writing) return DisbursementStore.Pay(writer(), step, after, on, reference, waiting);
    }

    public IReadOnlyList<RunRefusal?> Disburse(IReadOnlyList<Disbursement> rows)
    {
        lock (writing) return DisbursementStore.Add(writer(), rows);
    }

    public IEnumerable<Disbursement> Disbursements(int autumn, int? runId = null)
    {
        for (var last = 0L; ;)
        {
            var page = Read("read disbursements", database => DisbursementStore.Page(database, autumn, runId, last));
            foreach (var row in page) yield return row;
            if (page.Count < SqliteLimits.PageRows) yield break;
            last = page[^1].Id;
        }
    }

    public (int Added, int Changed, int Unchanged) PutPayees(IReadOnlyList<(string HouseholdId, Payee Payee)> payees, string actor, long atMs)
    {
        lock (writing) return PayeeStore.Put(writer(), payees, actor, atMs);
    }

    public Payee? PayeeOf(string householdId) => Read("read a payee", database => PayeeStore.Of(database, householdId));

    public void Dispose()
    {
        lock (reading) reader?.Dispose();
    }

    /// <summary>However many statements it takes, of one moment.</summary>
    private T Read<T>(string operation, Func<Database, T> read)
    {
        lock (reading)
        {
            reader ??= Database.Open(ledgerFile, DatabaseAccess.Read, SqliteLimits.ViewCacheKiB);
            using var moment = reader.BeginRead(operation);
            var answer = read(reader);
            moment.Commit();
            return answer;
        }
    }
}
