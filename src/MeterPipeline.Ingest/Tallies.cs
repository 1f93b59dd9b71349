using MeterPipeline.Domain.Readings;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>
/// Reconciliation counters per company and day of receipt, as they will stand after the next flush. Days are loaded from the ledger when they
/// are first touched, so that rows are written as absolute values. Owned by the accruer's loop.
/// </summary>
internal sealed class Tallies(ILedger ledger, int partition)
{
    private readonly Dictionary<(string Company, int Day), Tally> rows = [];
    private readonly HashSet<int> loadedDays = [];
    private Tally? last;

    /// <summary>Counts what intake saw.</summary>
    public void Received(CompanyCount count, int day)
    {
        var tally = Of(count.Company, day);
        tally.Changed = true;
        tally.Received += count.Received;
        tally.Quarantined += count.Quarantined;
    }

    /// <summary>Counts what became of one reading.</summary>
    public void Became(Outcome outcome, string company, int day)
    {
        var tally = last is { } memo && memo.Day == day && ReferenceEquals(memo.Company, company) ? memo : Of(company, day);
        last = tally;
        tally.Changed = true;
        switch (outcome)
        {
            case Outcome.Accepted: tally.Accepted++; break;
            case Outcome.Duplicate: tally.Duplicate++; break;
            default: tally.Conflict++; break;
        }
    }

    /// <summary>Adds the rows that changed to a flush.</summary>
    public void Write(List<CounterRow> into)
    {
        foreach (var tally in rows.Values)
        {
            tally.Changed = false;
            into.Add(new CounterRow(tally.Company, tally.Day, tally.Received, tally.Accepted, tally.Duplicate, tally.Conflict, tally.Quarantined));
        }
    }

    /// <summary>What was written is stored. Forgets days before <paramref name="day"/> without later changes: only late catching-up touches them again.</summary>
    public void Forget(int day)
    {
        var changed = rows.Values.Where(tally => tally.Changed).Select(tally => tally.Day).ToHashSet();
        foreach (var key in rows.Keys.Where(k => k.Day < day && !changed.Contains(k.Day)).ToList()) rows.Remove(key);
        loadedDays.RemoveWhere(d => d < day && !changed.Contains(d));
        last = null;
    }

    private Tally Of(string company, int day)
    {
        if (loadedDays.Add(day)) Load(day);
        if (!rows.TryGetValue((company, day), out var tally)) rows[(company, day)] = tally = new Tally(company, day);
        return tally;
    }

    private void Load(int day)
    {
        using var view = ledger.OpenView();
        foreach (var row in view.Counters(day, day, partition))
            rows[(row.Company, day)] = new Tally(row.Company, day)
            {
                Received = row.Received,
                Accepted = row.Accepted,
                Duplicate = row.Duplicate,
                Conflict = row.Conflict,
                Quarantined = row.Quarantined,
            };
    }

    private sealed class Tally(string company, int day)
    {
        public string Company { get; } = company;
        public int Day { get; } = day;

        /// <summary>Since it was written.</summary>
        public bool Changed;

        public long Received, Accepted, Duplicate, Conflict, Quarantined;
    }
}
