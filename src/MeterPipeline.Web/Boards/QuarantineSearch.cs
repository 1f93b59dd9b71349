using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>What is asked of quarantine; null: any.</summary>
internal sealed record QuarantineFilter(string? Company, string? Reason, bool? Open)
{
    public bool Lets(QuarantineRow row) =>
        (Company is null || row.Message.Company == Company) && (Reason is null || row.Message.Reason == Reason) && (Open is not { } open || open == row.ReplayedAtMs is null);
}

/// <param name="Looked">Messages that were looked at.</param>
/// <param name="Next">Where to go on, older than this id; null: that was all.</param>
internal sealed record QuarantinePart(IReadOnlyList<QuarantineRow> Rows, int Looked, long? Next);

/// <param name="Row">With its whole payload where it is open, else with the payload's first bytes.</param>
/// <param name="Whole">Whether the payload is whole.</param>
internal sealed record QuarantineFound(QuarantineRow Row, bool Whole);

/// <summary>Looks through quarantine, newest first. A search that finds little stops after a bounded number of messages and says where to go on. Any thread.</summary>
internal sealed class QuarantineSearch(ILedger ledger)
{
    public const int PageSize = 50;
    private const int AtOnce = 500;
    private const int MostLooked = 10_000;

    /// <summary>Of what a query said; empty text asks for nothing.</summary>
    public static QuarantineFilter Filter(string? company, string? reason, bool? open) =>
        new(string.IsNullOrEmpty(company) ? null : company, string.IsNullOrEmpty(reason) ? null : reason, open);

    public QuarantinePart Page(QuarantineFilter filter, long beforeId)
    {
        using var view = ledger.OpenView();
        var found = new List<QuarantineRow>();
        var looked = 0;
        while (true)
        {
            var rows = view.Quarantine(beforeId, AtOnce);
            foreach (var row in rows)
            {
                (looked, beforeId) = (looked + 1, row.Id);
                if (!filter.Lets(row)) continue;
                found.Add(row);
                if (found.Count == PageSize) return new QuarantinePart(found, looked, row.Id);
            }
            if (rows.Count < AtOnce) return new QuarantinePart(found, looked, null);
            if (looked >= MostLooked) return new QuarantinePart(found, looked, beforeId);
        }
    }

    /// <summary>Null: no such message is kept.</summary>
    public QuarantineFound? Find(long id)
    {
        if (id is <= 0 or long.MaxValue) return null;
        using var view = ledger.OpenView();
        if (view.Quarantine(id + 1, 1) is not [var row] || row.Id != id) return null;
        if (row.ReplayedAtMs is not null) return new QuarantineFound(row, row.PayloadBytes == row.Message.Payload.Length);
        return view.OpenQuarantine(id - 1).First() is { } open && open.Id == id ? new QuarantineFound(open, Whole: true) : new QuarantineFound(row, Whole: false);
    }
}
