using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger.Postgres;

/// <summary>
/// Settlement needs SQLite in this version. Nothing of one can be stored here, so whoever looks finds none; whoever would begin one, or add to one,
/// is told so before any work.
/// </summary>
/// <param name="place">For messages.</param>
internal sealed class NoSettlements(string place) : ISettlements
{
    /// <summary>Asked for before a draft: refused here, a draft does not draw its lines in vain.</summary>
    public SettlementMoment Moment() => throw Refused("draft a settlement");

    public SettlementRun Draft(RunDraft draft, PolicyBook policies, SettlementMoment seen, IEnumerable<SettlementLine> lines) => throw Refused("draft a settlement");

    public bool AddStep(RunStep step, int after) => throw Refused("add a step of a settlement");

    public PaymentList? Pay(RunStep step, int after, LocalDay on, string reference, IReadOnlySet<string> waiting) => throw Refused("pay a settlement");

    public IReadOnlyList<string?> Disburse(IReadOnlyList<Disbursement> rows) => throw Refused("add disbursements");

    public (int Added, int Changed, int Unchanged) PutPayees(IReadOnlyList<(string HouseholdId, Payee Payee)> payees, string actor, long atMs) =>
        throw Refused("change payees");

    public IReadOnlyList<RunProgress> Runs() => [];

    public RunProgress? Run(int runId) => null;

    public byte[] Text(int runId) => [];

    public IEnumerable<SettlementLine> Lines(int runId) => [];

    public IEnumerable<LineChunk> Chunks(int runId) => [];

    public LineChunk? Chunk(int runId, int number) => null;

    public SettlementLine? Line(int runId, string householdId) => null;

    public IReadOnlyList<LineIndex> Index(int runId, int chunk) => [];

    public SettledAmount GivenTo(int autumn, string householdId) => SettledAmount.Nothing;

    public HouseholdBalance Balance(int autumn, string householdId) => HouseholdBalance.Zero;

    public IReadOnlyList<(int Autumn, string HouseholdId, string Fault)> UnsoundBalances(int max) => [];

    public IEnumerable<Disbursement> Disbursements(int autumn, int? runId = null) => [];

    public Payee? PayeeOf(string householdId) => null;

    private LedgerException Refused(string operation) =>
        new($"Cannot {operation}: {place}: this version keeps settlements in SQLite only. Use a ledger with Ledger:Provider=sqlite.");
}
