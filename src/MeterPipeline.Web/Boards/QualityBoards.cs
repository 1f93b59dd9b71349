using MeterPipeline.Domain;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <param name="Days">Newest day first, then company.</param>
/// <param name="QuarantineOpen">Messages not replayed yet.</param>
internal sealed record QualityBoard(IReadOnlyList<CompanyDay> Days, long QuarantineOpen, long JournalHead, long FoldedSeq)
{
    public long Lag => Math.Max(0, JournalHead - FoldedSeq);
}

/// <summary>Data quality counters of the last days. Any thread.</summary>
internal sealed class QualityBoards
{
    /// <summary>Days of receipt shown: a week and today.</summary>
    private const int DaysBack = 7;

    private readonly ILedger ledger;
    private readonly JournalTail tail;
    private readonly TimeProvider time;
    private readonly Held<QualityBoard> held;

    public QualityBoards(ILedger ledger, JournalTail tail, TimeProvider time)
    {
        (this.ledger, this.tail, this.time) = (ledger, tail, time);
        held = new Held<QualityBoard>(time, Read);
    }

    public QualityBoard Board() => held.Get();

    /// <summary>Newest first, older than an id.</summary>
    public IReadOnlyList<QuarantineRow> Quarantine(long beforeId, int max)
    {
        using var view = ledger.OpenView();
        return view.Quarantine(beforeId, max);
    }

    private QualityBoard Read()
    {
        var today = LocalDay.Of(time.GetUtcNow().ToUnixTimeMilliseconds());
        var moment = tail.Open(_ => []);
        using var view = moment.View;
        var days = Reconciliation.Of(view, moment.Received, new LocalDay(today.Number - DaysBack));
        return new QualityBoard(days, view.QuarantineSize().Open, Math.Max(view.FoldedSeq, ledger.JournalHead()), view.FoldedSeq);
    }
}
