using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;

namespace MeterPipeline.Web.Boards;

/// <summary>One reading of a load curve and the step that leads to it.</summary>
/// <param name="Shown">As the meter shows it, 0.0001 kWh or m³.</param>
/// <param name="Used">Since the reading before, after the multiplier; null: there is none near, or the register went back.</param>
/// <param name="SinceMs">Length of that step.</param>
/// <param name="Contested">Another value or revision stands at the same time.</param>
internal sealed record CurvePoint(string MeterId, long TimeMs, long Shown, long? Used, long SinceMs, bool Contested)
{
    private const decimal HourMs = 3_600_000m;

    /// <summary>Mean kW or m³/h of the step.</summary>
    public decimal? Power => Used is { } used ? decimal.Round(Quantity.ToDecimal(used) * HourMs / SinceMs, 3) : null;
}

/// <summary>Readings of a household's meters on some days, the journal's tail included.</summary>
/// <param name="Points">By meter, then time.</param>
internal sealed record LoadCurve(LocalDay First, int Days, Energy Energy, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>Days of one curve.</summary>
    public const int MostDays = 7;

    public static LoadCurve Of(LedgerReading reading, Household household, Energy energy, LocalDay first, int days)
    {
        var points = new List<CurvePoint>();
        foreach (var meter in reading.Books.Registry.MetersOf(household.Id))
            foreach (var installation in meter.Installations)
                if (installation.HouseholdId == household.Id && installation.Energy == energy)
                    points.AddRange(OfMeter(reading.Books.Book(meter.No, Register.Total), installation, first, days));
        return new LoadCurve(first, days, energy, points);
    }

    /// <summary>The day before is read too, for the step that leads to the first reading.</summary>
    private static IEnumerable<CurvePoint> OfMeter(MeterBook book, Installation installation, LocalDay first, int days)
    {
        var life = new MeterLife(installation);
        (long TimeMs, long Shown)? before = null;
        var entries = new List<DayEntry>();
        foreach (var (day, blob) in book.AllDays(first.Number - 1, first.Number + days))
        {
            entries.Clear();
            MeterDay.Decode(new LocalDay(day), blob, entries);
            for (var i = 0; i < entries.Count;)
            {
                var (timeMs, contested) = (entries[i].TimeMs, i + 1 < entries.Count && entries[i + 1].TimeMs == entries[i].TimeMs);
                (var value, _, i) = MeterDay.Decide(entries, i);
                if (!life.Covers(timeMs)) continue;
                // The midnight after the last day closes it.
                if (timeMs >= first.StartMs && timeMs <= new LocalDay(first.Number + days - 1).EndMs)
                {
                    long? used = before is { } known && value >= known.Shown ? life.Multiplied(value) - life.Multiplied(known.Shown) : null;
                    yield return new CurvePoint(installation.MeterId, timeMs, value, used, before is { } since ? timeMs - since.TimeMs : 0, contested);
                }
                before = (timeMs, value);
            }
        }
    }
}
