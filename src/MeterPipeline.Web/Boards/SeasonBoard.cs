using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>One division in one season.</summary>
/// <param name="Prefix">Division code without the zeros of lower levels; empty: everything.</param>
/// <param name="Newest">The newest day with a reading; null: none.</param>
/// <param name="Parts">Divisions one level down; empty for a village.</param>
internal sealed record SeasonBoard(
    string Prefix, string Name, int Autumn, LocalDay? Newest, DivisionSum Sum, IReadOnlyList<DayLine> Days, IReadOnlyList<DivisionLine> Parts);

/// <param name="Prefix">Division code without the zeros of lower levels.</param>
internal sealed record DivisionLine(string Prefix, string Name, DivisionSum Sum);

/// <summary>Sums of a division over a season; quantities in 0.0001 kWh or m³.</summary>
internal sealed class DivisionSum
{
    private const decimal E8 = 100_000_000m;

    public int Villages { get; set; }

    /// <summary>With a claim on the newest day.</summary>
    public int Households { get; set; }

    /// <summary>Of these, with a reading on the newest day.</summary>
    public int Reporting { get; set; }

    public long Electricity { get; set; }

    public long Gas { get; set; }

    public long AccruedE8 { get; set; }

    /// <summary>Exact to 0.00000001: rounding to the fen happens per household at settlement.</summary>
    public decimal AccruedYuan => AccruedE8 / E8;

    /// <summary>Per cent of households, one decimal, cut so that 100.0 means all; null: no household.</summary>
    public decimal? CoveragePercent => Households == 0 ? null : Math.Floor(Reporting * 1000m / Households) / 10;
}

/// <summary>Sums of one local day; a place has one for each, so it is a value.</summary>
internal struct DayLine(LocalDay day)
{
    private const decimal E8 = 100_000_000m;

    public readonly LocalDay Day => day;

    public long Electricity { get; private set; }

    public long Gas { get; private set; }

    public long AccruedE8 { get; private set; }

    public int Households { get; private set; }

    public int Reporting { get; private set; }

    public readonly decimal AccruedYuan => AccruedE8 / E8;

    public void Add(in VillageDayRow row)
    {
        if (row.Energy == Energy.Electricity) Electricity += row.Consumption;
        else Gas += row.Consumption;
        AccruedE8 += row.AccruedE8;
        Households += row.Households;
        Reporting += row.Reporting;
    }
}
