using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Ledger;

/// <summary>
/// Frozen runs, what was done with them, money that moved, and whom to pay; reached as <see cref="ILedger.Settlements"/>. Any thread, any process.
/// <para>Runs, lines, steps and disbursements are added and never changed or deleted: the store itself refuses that. A run's number counts from 1
/// without a gap in order of drafting, and its hash chains it to the run before. What decides on the state of a run is told, as
/// <see cref="SettlementMoment"/> or number of steps, what the caller had seen, and stores nothing where somebody else was faster.</para>
/// </summary>
public interface ISettlements
{
    /// <summary>What has been said so far, cheap: ask before reading what a draft rests on.</summary>
    SettlementMoment Moment();

    /// <summary>
    /// Freezes a run with its first step, in one transaction that has reached the disk when this returns. Lines are drawn before the transaction
    /// begins and are not held in memory, so drawing them may take its time and hinders nobody. All cores draw them.
    /// </summary>
    /// <param name="seen">Asked for before anything was read that the lines rest on.</param>
    /// <param name="pages">Their lines are ordered by division, then household; each household once.</param>
    /// <exception cref="SettlementRefusedException">No line; a household is in an open run of the season; or something of a settlement was stored
    /// since <paramref name="seen"/>. Nothing was stored.</exception>
    SettlementRun Draft(RunDraft draft, PolicyBook policies, SettlementMoment seen, IEnumerable<LinePage> pages);

    /// <summary>All runs in order, with their steps.</summary>
    IReadOnlyList<RunProgress> Runs();

    /// <summary>Null: there is no such run.</summary>
    RunProgress? Run(int runId);

    /// <summary>The run's own text as it was frozen.</summary>
    byte[] Text(int runId);

    /// <summary>A run's lines in their order, streamed.</summary>
    /// <exception cref="LedgerException">A stored chunk is damaged: names run and chunk.</exception>
    IEnumerable<SettlementLine> Lines(int runId);

    /// <summary>A run's stored chunks in order, streamed and checked against their checksums.</summary>
    /// <exception cref="LedgerException">A stored chunk is damaged: names run and chunk.</exception>
    IEnumerable<LineChunk> Chunks(int runId);

    /// <summary>One stored chunk; null: the run has no more.</summary>
    /// <exception cref="LedgerException">It is damaged: names run and chunk.</exception>
    LineChunk? Chunk(int runId, int number);

    /// <summary>A household's line; null: the run has none.</summary>
    SettlementLine? Line(int runId, string householdId);

    /// <summary>What is found of a chunk's lines without reading it, ordered by household.</summary>
    IReadOnlyList<LineIndex> Index(int runId, int chunk);

    /// <summary>
    /// What lines of a season need beyond statements, without account numbers: what confirmed runs have given, what is held beyond it, and whom to pay.
    /// One question, however many households are asked about.
    /// </summary>
    /// <returns>Of every household asked about.</returns>
    IReadOnlyDictionary<string, LineHistory> Histories(int autumn, IReadOnlyCollection<string> householdIds);

    /// <summary>Both ledgers of a household in a season.</summary>
    HouseholdBalance Balance(int autumn, string householdId);

    /// <summary>Households whose disbursements cannot be what happened: season, household, <see cref="HouseholdBalance.Fault"/>.</summary>
    IReadOnlyList<(int Autumn, string HouseholdId, string Fault)> UnsoundBalances(int max);

    /// <summary>Adds a step that moves no money.</summary>
    /// <param name="after">Steps of the run that the decision rested on.</param>
    /// <returns>False: somebody did something with the run meanwhile; nothing was stored.</returns>
    bool AddStep(RunStep step, int after);

    /// <summary>
    /// Adds a <see cref="RunStepKind.Paid"/> step and, in the same transaction, a payment to every household of the run that is owed something in the
    /// season: what was paid already is not paid again, what the bank returned is.
    /// </summary>
    /// <param name="reference">Of all the payments; not used for these households before.</param>
    /// <param name="waiting">Households that are not paid now (<see cref="PaymentHolds"/>): what they are owed is entered as <see cref="DisbursementKind.Deferred"/>.</param>
    /// <returns>Null: somebody did something with the run meanwhile; nothing was stored. No payment: nothing is owed to anybody who does not wait, and nothing was stored.</returns>
    PaymentList? Pay(RunStep step, int after, LocalDay on, string reference, IReadOnlySet<string> waiting);

    /// <summary>Adds disbursements one by one, each judged by <see cref="HouseholdBalance.Refusal"/> after those before it, in one transaction.</summary>
    /// <param name="rows">Without a run, what is no advance belongs to the newest confirmed run of the household, if there is one.</param>
    /// <returns>For each why it was left out; null: it is stored. The same reference and household twice is refused.</returns>
    IReadOnlyList<RunRefusal?> Disburse(IReadOnlyList<Disbursement> rows);

    /// <summary>Money that moved in a season, ordered by id, streamed.</summary>
    /// <param name="runId">Of this run only; null: all.</param>
    IEnumerable<Disbursement> Disbursements(int autumn, int? runId = null);

    /// <summary>Sets whom to pay; audited as <c>payee</c> by what changed, with all but the last digits of numbers masked.</summary>
    /// <returns>How many were added, changed, and were so already.</returns>
    (int Added, int Changed, int Unchanged) PutPayees(IReadOnlyList<(string HouseholdId, Payee Payee)> payees, string actor, long atMs);

    /// <summary>Null: nobody has said whom to pay.</summary>
    Payee? PayeeOf(string householdId);
}

/// <summary>
/// Draws the next lines of a run: a thousand or fewer, which are stored together. Called and enumerated once, on any thread, beside other pages: each line
/// is written before the next one is drawn, so that none outlives it.
/// </summary>
public delegate IEnumerable<SettlementLine> LinePage();

/// <summary>Ids of the newest run, step and disbursement; 0: there is none.</summary>
public readonly record struct SettlementMoment(long Run, long Step, long Disbursement);

/// <summary>What is found of a line without reading it.</summary>
/// <param name="Accrued">Its total, yuan.</param>
/// <param name="Due">As in the line.</param>
public sealed record LineIndex(string HouseholdId, decimal Accrued, SettledAmount Due, decimal Payable)
{
    public static LineIndex Of(SettlementLine line) => new(line.Household.Id, line.Accrued.Total, line.Due, line.Payable);
}

/// <param name="Yuan">Of all payments together.</param>
/// <param name="Deferred">Households that were owed something and wait.</param>
/// <param name="DeferredYuan">What they are still owed.</param>
public sealed record PaymentList(int Households, decimal Yuan, int Deferred = 0, decimal DeferredYuan = 0);

/// <summary>A settlement may not be drafted or go on so: the message names the operation and the remedy. Nothing was stored.</summary>
public sealed class SettlementRefusedException(RunRefusal refusal) : Exception(refusal.ToString())
{
    /// <summary>The same for a page that is not English.</summary>
    public RunRefusal Refusal => refusal;
}
