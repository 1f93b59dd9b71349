using System.Security.Cryptography;
using System.Text;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Web.Boards;

/// <summary>What became of one chosen row.</summary>
internal enum HoldOutcome : byte
{
    Done, Changed, NotStanding, AlreadyPlaced,

    /// <summary>The household has no metered operating subsidy that could wait.</summary>
    NothingToWait,
}

/// <summary>A row that somebody chose, with a hash of the evidence that they were shown.</summary>
internal readonly record struct HoldMark(string Evidence, string Reason, string Household)
{
    private const int HashChars = 16;

    public static HoldMark Of(HoldLine line) => new(Hash(line.Hold.Evidence), line.Hold.Reason.Name, line.Household.Id);

    /// <summary>Of a form; null: it is not one of ours. No part of it holds a blank.</summary>
    public static HoldMark? Read(string? text) => text?.Split(' ') is [{ Length: HashChars } hash, var reason, { Length: > 0 } id] ? new HoldMark(hash, reason, id) : null;

    public bool Shows(Hold hold) => Hash(hold.Evidence) == Evidence;

    public override string ToString() => $"{Evidence} {Reason} {Household}";

    private static string Hash(string evidence) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(evidence)))[..HashChars];
}

/// <summary>What somebody with the right says of the chosen rows of the work list, checked against the ledger as it is now. Any thread.</summary>
internal sealed class HoldActions(ILedger ledger, PolicyBook policies, TimeProvider time)
{
    public const int NoteChars = 500;

    /// <summary>Two who decide at once: the second is told what the first has done.</summary>
    private readonly Lock saying = new();

    /// <param name="place">The division that the gate has let the viewer act in.</param>
    /// <param name="placed">The reason by hand to be placed; null: the rows' own holds are lifted.</param>
    /// <returns>Null: a row is of another place, or of none, and nothing was done.</returns>
    public IReadOnlyList<(HoldMark Mark, HoldOutcome Outcome)>? Say(Viewer viewer, Place place, HoldReason? placed, string note, IReadOnlyList<HoldMark> marks)
    {
        lock (saying) return SayNow(viewer, place, placed, note, marks);
    }

    private List<(HoldMark Mark, HoldOutcome Outcome)>? SayNow(Viewer viewer, Place place, HoldReason? placed, string note, IReadOnlyList<HoldMark> marks)
    {
        using var reading = LedgerReading.Open(ledger, policies);
        var households = reading.Books.Registry.Households;
        if (marks.Any(mark => !households.TryGetValue(mark.Household, out var found) || !found.Division.StartsWith(place.Prefix, StringComparison.Ordinal) || !viewer.MaySee(found.Division)))
            return null;
        var (said, now) = (new HashSet<(string, string)>(), time.GetUtcNow().ToUnixTimeMilliseconds());
        var outcomes = new List<(HoldMark, HoldOutcome)>();
        foreach (var mark in marks)
        {
            var reason = placed?.Name ?? mark.Reason;
            // One household may stand on the page for several reasons; it waits once for the one that is placed.
            if (!said.Add((mark.Household, reason))) continue;
            var statement = reading.Statements.Of(households[mark.Household], place.Autumn);
            var holds = statement?.AllHolds ?? [];
            var outcome = placed is null ? Lift(holds, mark)
                : statement is null ? HoldOutcome.NothingToWait
                : holds.Any(hold => hold.Reason.Name == reason && hold.Stands) ? HoldOutcome.AlreadyPlaced : HoldOutcome.Done;
            if (outcome == HoldOutcome.Done)
            {
                var (act, evidence) = placed is null ? (HoldAct.Lift, holds.First(hold => hold.Reason.Name == reason).Evidence) : (HoldAct.Place, "");
                ledger.AddHoldEntry(new HoldEntry(0, mark.Household, place.Autumn, reason, act, evidence, note, viewer.Actor, now));
            }
            outcomes.Add((mark, outcome));
        }
        return outcomes;
    }

    private static HoldOutcome Lift(IReadOnlyList<Hold> holds, HoldMark mark) => holds.FirstOrDefault(hold => hold.Reason.Name == mark.Reason) switch
    {
        null or { Stands: false } => HoldOutcome.NotStanding,
        { } hold => mark.Shows(hold) ? HoldOutcome.Done : HoldOutcome.Changed,
    };
}
