using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Ingest;

/// <summary>placeholder</summary>
public sealed class VillageBoard
{
    public bool Waiting => false;

    public void Adopt(RegistrySnapshot registry) { }

    public void Touch(int meterNo) { }

    public void Collect(Books books, List<VillageDayRow> into) { }
}
