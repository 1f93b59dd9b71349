using MeterPipeline.Domain;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Sinks;

namespace MeterPipeline.Ingest;

/// <summary>
/// What the ledger looks like in the time-series database: <c>meter_reading</c> per reading, <c>subsidy_accrual</c> per village and day. No
/// personal data: households appear as their village only. Owned by one loop.
/// </summary>
internal sealed class Projection(RegistryWatch registry)
{
    private static readonly byte[] Value = LineText.FieldKey("value");
    private static readonly byte[] Consumption = LineText.FieldKey("consumption");
    private static readonly byte[] Accrued = LineText.FieldKey("accrued_yuan");
    private static readonly byte[] Households = LineText.FieldKey("households");

    private readonly Dictionary<(int MeterNo, Register Register), byte[]> series = [];
    private long seriesVersion = -1;
    private LineProtocol spare = new();

    /// <summary>What is gathered.</summary>
    public LineProtocol Lines { get; private set; } = new();

    /// <summary>Takes what is gathered, to be written while more is. The buffer is gathered into again after the next.</summary>
    public LineProtocol Take()
    {
        spare.Clear();
        (Lines, spare) = (spare, Lines);
        return spare;
    }

    public void Add(int meterNo, Register register, long timeMs, long value)
    {
        if (SeriesOf(meterNo, register) is not { } name) return;
        Lines.Begin(name);
        Lines.Field(Value, value);
        Lines.End(timeMs);
    }

    public void Add(in VillageDayRow row)
    {
        Lines.Begin(LineText.Series("subsidy_accrual", ("division", row.Division), ("energy", NameOf(row.Energy))));
        Lines.Field(Consumption, row.Consumption);
        Lines.Field(Accrued, row.AccruedE8 / 100_000_000m);
        Lines.IntegerField(Households, row.Households);
        Lines.End(new LocalDay(row.Day).StartMs);
    }

    private byte[]? SeriesOf(int meterNo, Register register)
    {
        var current = registry.Registry;
        if (seriesVersion != current.Version)
        {
            series.Clear();
            seriesVersion = current.Version;
        }
        if (series.TryGetValue((meterNo, register), out var known)) return known;
        if (current.MeterByNo(meterNo) is not { Current: var installation } meter) return null;
        var division = current.Households.TryGetValue(installation.HouseholdId, out var household) ? household.Division : "unknown";
        return series[(meterNo, register)] = LineText.Series(
            "meter_reading", ("meter", meter.Id), ("company", installation.Company), ("energy", NameOf(installation.Energy)),
            ("register", register == Register.Total ? "total" : register.ToString()), ("division", division));
    }

    private static string NameOf(Energy energy) => energy == Energy.Electricity ? "electricity" : "gas";
}
