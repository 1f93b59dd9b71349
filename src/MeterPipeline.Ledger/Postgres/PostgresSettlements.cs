using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// Settlements in the ledger's schema. Lines are drawn into a file of this process before the transaction begins, so that a connection lost in it costs a
/// repetition of the transaction and not of the drawing.
/// </summary>
internal sealed class PostgresSettlements(PostgresDatabase database) : ISettlements
{
    private const string Drafting = "draft a settlement";

    public SettlementMoment Moment() => database.Read("read the state of settlements", SettlementStore.Moment);

    public SettlementRun Draft(RunDraft draft, PolicyBook policies, SettlementMoment seen, IEnumerable<LinePage> pages)
    {
        using var spool = DraftSpool.Nameless();
        using var drawn = new RunWriter(draft, policies);
        spool.Draw(draft, pages, drawn);
        // The hash of a run never changes, so it may be asked for before the transaction, which may run twice.
        var run = drawn.Close((int)seen.Run + 1, database.Read(Drafting, session => SettlementStore.HashOf(session, seen.Run)));
        database.Write(Drafting, session => SettlementStore.Freeze(session, run, seen, spool, database.Place));
        return run;
    }

    public IReadOnlyList<RunProgress> Runs() => database.Read("read the settlement runs", session => SettlementStore.Runs(session, database.Place));

    public RunProgress? Run(int runId) =>
        runId <= 0 ? null : database.Read("read a settlement run", session => SettlementStore.Runs(session, database.Place, runId).SingleOrDefault());

    public byte[] Text(int runId) => database.Read("read a settlement run", session => SettlementStore.Text(session, runId));

    public IEnumerable<SettlementLine> Lines(int runId) => LineChunk.ReadAll(Chunks(runId));

    public IEnumerable<LineChunk> Chunks(int runId)
    {
        for (var number = 0; Chunk(runId, number) is { } chunk; number++) yield return chunk;
    }

    public LineChunk? Chunk(int runId, int number) => database.Read("read a settlement run", session => SettlementStore.Chunk(session, runId, number, database.Place));

    public SettlementLine? Line(int runId, string householdId)
    {
        var number = database.Read("read a settlement line", session => SettlementStore.ChunkOf(session, runId, householdId));
        return number is null ? null : Chunk(runId, number.Value)?.ReadLines().First(line => line.Household.Id == householdId);
    }

    public IReadOnlyList<LineIndex> Index(int runId, int chunk) =>
        database.Read("read the index of a settlement run", session => SettlementStore.Index(session, runId, chunk));

    public IReadOnlyDictionary<string, LineHistory> Histories(int autumn, IReadOnlyCollection<string> householdIds) =>
        database.Read("read what households were given", session => SettlementStore.Histories(session, autumn, householdIds));

    public HouseholdBalance Balance(int autumn, string householdId) =>
        database.Read("read a household's balance", session => DisbursementStore.Balance(session, autumn, householdId));

    public IReadOnlyList<(int Autumn, string HouseholdId, string Fault)> UnsoundBalances(int max) =>
        database.Read("read balances", session => DisbursementStore.Unsound(session, max));

    public bool AddStep(RunStep step, int after) => database.Write("add a step of a settlement", session => SettlementStore.AddStep(session, step, after));

    public PaymentList? Pay(RunStep step, int after, LocalDay on, string reference, IReadOnlySet<string> waiting) =>
        database.Write("pay a settlement", session => DisbursementStore.Pay(session, step, after, on, reference, waiting));

    public IReadOnlyList<RunRefusal?> Disburse(IReadOnlyList<Disbursement> rows) => database.Write("add disbursements", session => DisbursementStore.Add(session, rows));

    public IEnumerable<Disbursement> Disbursements(int autumn, int? runId = null)
    {
        for (var last = 0L; ;)
        {
            var page = database.Read("read disbursements", session => DisbursementStore.Page(session, autumn, runId ?? 0, last));
            foreach (var row in page) yield return row;
            if (page.Count < PostgresLimits.PageRows) yield break;
            last = page[^1].Id;
        }
    }

    public (int Added, int Changed, int Unchanged) PutPayees(IReadOnlyList<(string HouseholdId, Payee Payee)> payees, string actor, long atMs) =>
        database.Write("change payees", session => PayeeStore.Put(session, payees, actor, atMs));

    public Payee? PayeeOf(string householdId) => database.Read("read a payee", session => PayeeStore.Of(session, householdId));
}
