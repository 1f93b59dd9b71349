using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>
/// Draws a season's board from the flushed state. One cheap scan of the folded years tells which meters changed since the pass before; only their households
/// are stated again, some at a time, so that no view of the ledger stays open for long. Owned by one thread.
/// </summary>
internal sealed class UsePass(ILedger ledger, PolicyBook policies, UsageSettings settings, int autumn)
{
    /// <summary>Households stated from one view: a fraction of a second.</summary>
    private const int AtOnce = 2_000;

    private Household[] members = [];
    private UseRow[] rows = [];
    private Dictionary<string, List<HoldLine>> holds = [];
    private int[] prints = [];
    private (long Registry, LocalDay Today, long LastEntry) drawnFor = (-1, default, 0);
    private UseBoard? board;

    /// <summary>How far the pass under way is.</summary>
    public (int Done, int Of) Progress { get; private set; }

    /// <summary>The board as the ledger stands; the one before where no household has changed.</summary>
    /// <param name="today">The day under way.</param>
    /// <param name="rest">Called between portions with the time that the last one took.</param>
    public UseBoard Draw(LocalDay today, TimeProvider time, Action<TimeSpan> rest, CancellationToken stop)
    {
        var (started, drawn) = (time.GetTimestamp(), time.GetUtcNow().ToUnixTimeMilliseconds());
        var (registry, entries, seq, newPrints) = Look();
        var whole = registry.Version != drawnFor.Registry || today != drawnFor.Today;
        if (registry.Version != drawnFor.Registry) Enlist(registry);
        var spoken = entries.Where(e => e.Id > drawnFor.LastEntry).Select(e => e.HouseholdId).ToHashSet(StringComparer.Ordinal);
        var changed = new List<int>();
        for (var i = 0; i < members.Length; i++)
            if (whole || spoken.Contains(members[i].Id) || Moved(registry, members[i], newPrints)) changed.Add(i);
        if (changed.Count == 0 && board is not null && !whole) return board;
        // Until the pass is through, the old prints stand: one that breaks off is made up for by the next.
        drawnFor = (-1, default, drawnFor.LastEntry);
        var byHousehold = entries.ToLookup(e => e.HouseholdId, StringComparer.Ordinal);
        using var stored = new StoredBooks(ledger.OpenView);
        var books = new Books(registry, stored.Days, stored.Years, few: true);
        var statements = new Statements(books, policies, (id, _) => [.. byHousehold[id]]);
        for (var at = 0; at < changed.Count; at += AtOnce)
        {
            stop.ThrowIfCancellationRequested();
            Progress = (at, changed.Count);
            var portion = time.GetTimestamp();
            foreach (var i in changed.Skip(at).Take(AtOnce))
            {
                State(i, statements.Of(members[i], autumn), today);
                foreach (var meter in registry.MetersOf(members[i].Id)) books.Release(meter.No);
            }
            books.ClearDirty();
            stored.Release();
            rest(time.GetElapsedTime(portion));
        }
        (prints, drawnFor) = (newPrints, (registry.Version, today, entries.Count == 0 ? 0 : entries.Max(e => e.Id)));
        return board = Judge(registry, new UseBoardAge(drawn, seq, (long)time.GetElapsedTime(started).TotalMilliseconds, changed.Count));
    }

    private (RegistrySnapshot Registry, IReadOnlyList<HoldEntry> Entries, long Seq, int[] Prints) Look()
    {
        using var view = ledger.OpenView();
        var registry = view.Registry();
        var found = new int[registry.MeterNoLimit];
        foreach (var row in view.AllMeterYears(autumn))
        {
            if ((uint)row.MeterNo >= (uint)found.Length) continue;
            var print = new HashCode();
            print.Add(found[row.MeterNo]);
            print.Add(row.Register);
            print.AddBytes(row.Blob);
            found[row.MeterNo] = print.ToHashCode();
        }
        return (registry, view.HoldEntries(autumn), view.FoldedSeq, found);
    }

    private void Enlist(RegistrySnapshot registry)
    {
        members = [.. registry.HouseholdsIn("")];
        rows = new UseRow[members.Length];
        holds = new Dictionary<string, List<HoldLine>>(StringComparer.Ordinal);
    }

    private bool Moved(RegistrySnapshot registry, Household household, int[] now)
    {
        foreach (var meter in registry.MetersOf(household.Id))
            if (now[meter.No] != (meter.No < prints.Length ? prints[meter.No] : 0)) return true;
        return false;
    }

    private void State(int index, HouseholdStatement? statement, LocalDay today)
    {
        var household = members[index];
        rows[index] = UseRow.Of(household, statement, today, settings);
        var standing = statement?.AllHolds.Where(hold => hold.Stands).Select(hold => HoldLines.Of(statement, hold)).ToList() ?? [];
        if (standing.Count > 0) holds[household.Id] = standing;
        else holds.Remove(household.Id);
    }

    /// <summary>Sets every household beside its peers. Published arrays never change: the board gets a copy.</summary>
    private UseBoard Judge(RegistrySnapshot registry, UseBoardAge age)
    {
        var peers = new Peers(settings.PeersMin);
        foreach (ref readonly var row in rows.AsSpan())
            if (IsMetered(row) && UseVerdict.CanBeCompared(row.Use, settings)) peers.Add(row.Household, row.Use.MeanPerDay!.Value);
        var judged = new UseRow[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            judged[i] = IsMetered(row)
                ? row with { Kind = UseVerdict.Of(row.Use, peers.Of(row.Household)?.PerDay, settings.IdlePerDay(row.Energy), settings) } : row;
        }
        var lines = members.Where(h => holds.ContainsKey(h.Id)).SelectMany(h => holds[h.Id]).ToList();
        return new UseBoard(autumn, registry, judged, peers, lines, age, settings);
    }

    private static bool IsMetered(in UseRow row) => row.Kind is not (UseKind.None or UseKind.NotMetered);
}
