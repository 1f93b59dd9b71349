using MeterPipeline.Domain.Settlements;
using MeterPipeline.Ledger;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Exports.Bank;

namespace MeterPipeline.Web.Settlements;

/// <summary>Which lines of a run are listed.</summary>
internal enum LineList : byte
{
    All,
    Held,

    /// <summary>It corrects an earlier run.</summary>
    Adjusted,

    /// <summary>Something is to be paid out, and there is nobody whom a bank could pay.</summary>
    Unpayable,
}

/// <summary>Payments of a run that were entered together.</summary>
internal sealed record PaidTogether(string Reference, Domain.LocalDay On, string Actor, int Households, decimal Yuan);

/// <summary>Money of a run that moved.</summary>
/// <param name="Returned">What the bank sent back, newest first.</param>
/// <param name="Deferred">Who was not paid because they waited, newest first.</param>
internal sealed record RunMoney(long Moment, IReadOnlyList<PaidTogether> Paid, IReadOnlyList<Disbursement> Returned, IReadOnlyList<Disbursement> Deferred);

/// <summary>
/// Lines of frozen runs by list and page. They never change, so a run is read through once and remembered by place, eight bytes a line, for the eight
/// runs looked at last. Any thread.
/// </summary>
internal sealed class RunDesk(ILedger ledger)
{
    private const int RunsMax = 8;

    private readonly Lock gate = new();
    private readonly List<(int Run, Lazy<List<Place>[]> Lists)> lists = [];
    private readonly Dictionary<int, RunMoney> money = [];

    public int Count(int run, LineList list) => Lists(run)[(int)list].Count;

    public Paged<SettlementLine> Page(int run, LineList list, int page)
    {
        var places = Paged<Place>.Of(Lists(run)[(int)list], page, place => place);
        var found = new List<SettlementLine>(places.Items.Count);
        foreach (var chunk in places.Items.GroupBy(place => place.Chunk))
        {
            var wanted = chunk.Select(place => place.Line).ToHashSet();
            found.AddRange(ledger.Settlements.Chunk(run, chunk.Key)!.ReadLines().Where((_, i) => wanted.Contains(i)));
        }
        return new Paged<SettlementLine>(found, places.Page, places.Pages, places.Count);
    }

    public RunMoney Money(SettlementRun run)
    {
        var moment = ledger.Settlements.Moment().Disbursement;
        lock (gate)
            if (money.TryGetValue(run.Id, out var known) && known.Moment == moment) return known;
        var (paid, returned, deferred) = (new Dictionary<string, PaidTogether>(StringComparer.Ordinal), new List<Disbursement>(), new List<Disbursement>());
        foreach (var row in ledger.Settlements.Disbursements(run.Autumn, run.Id))
        {
            if (row.Kind == DisbursementKind.Returned) returned.Add(row);
            if (row.Kind == DisbursementKind.Deferred) deferred.Add(row);
            if (row.Kind != DisbursementKind.Payment) continue;
            var before = paid.GetValueOrDefault(row.Reference) ?? new PaidTogether(row.Reference, row.On, row.Actor, 0, 0);
            paid[row.Reference] = before with { Households = before.Households + 1, Yuan = before.Yuan + row.Yuan };
        }
        returned.Reverse();
        deferred.Reverse();
        var found = new RunMoney(moment, [.. paid.Values], returned, deferred);
        lock (gate)
        {
            if (money.Count >= RunsMax) money.Clear();
            return money[run.Id] = found;
        }
    }

    private List<Place>[] Lists(int run)
    {
        Lazy<List<Place>[]> found;
        lock (gate)
        {
            var at = lists.FindIndex(known => known.Run == run);
            found = at >= 0 ? lists[at].Lists : new Lazy<List<Place>[]>(() => Read(run), LazyThreadSafetyMode.PublicationOnly);
            if (at >= 0) lists.RemoveAt(at);
            else if (lists.Count >= RunsMax) lists.RemoveAt(0);
            lists.Add((run, found));
        }
        return found.Value;
    }

    private List<Place>[] Read(int run)
    {
        var found = Array.ConvertAll(Enum.GetValues<LineList>(), _ => new List<Place>());
        foreach (var chunk in ledger.Settlements.Chunks(run))
        {
            var number = 0;
            foreach (var line in chunk.ReadLines())
            {
                var place = new Place(chunk.Number, number++);
                found[(int)LineList.All].Add(place);
                if (line.Held) found[(int)LineList.Held].Add(place);
                if (line.Adjustment != AdjustmentKind.None) found[(int)LineList.Adjusted].Add(place);
                if (line.Payable > 0 && BankFile.PayeeFault(line) is not null) found[(int)LineList.Unpayable].Add(place);
            }
        }
        return found;
    }

    private readonly record struct Place(int Chunk, int Line);
}
