using MeterPipeline.Domain;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Ledger;

/// <summary>Counters of one moment of the ledger, without the journal's tail, a heating year at a time. Owned by one thread.</summary>
internal sealed class StoredReceipts(ILedgerView view)
{
    private readonly Dictionary<int, Dictionary<(string Company, int Day), Receipt>> years = [];

    /// <summary>For <see cref="Receipts"/>.</summary>
    public Receipt Of(string company, LocalDay day)
    {
        var autumn = HeatingSeason.AutumnOf(day);
        if (!years.TryGetValue(autumn, out var receipts))
        {
            years[autumn] = receipts = view.Counters(LocalDay.On(autumn, 7, 1).Number, LocalDay.On(autumn + 1, 6, 30).Number)
                .ToDictionary(row => (row.Company, row.Day), row => new Receipt(row.Received, row.Duplicate));
        }
        return receipts.GetValueOrDefault((company, day.Number));
    }
}
