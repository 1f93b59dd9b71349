using System.Globalization;
using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Holds;

/// <summary>What a hold rests on, as text that a person can read and that changes when anything of it does.</summary>
internal static class HoldEvidence
{
    /// <summary><c>2025-12-03..2025-12-09, 2 d, +480.0000, #5D0C…</c>: days in doubt, their number, the most that may be missing, a print. Null: there are none.</summary>
    public static string? Of(HeatingSeason season, IReadOnlyList<InstalledDays> installations, DayMarks marks)
    {
        var (count, high) = (0, 0L);
        LocalDay first = default, last = default;
        var print = Fnv.Start;
        foreach (var installed in installations)
        {
            var (meter, life) = (installed.Meter, installed.Life);
            foreach (ref readonly var day in installed.Span)
            {
                if ((day.Marks & marks) == 0 || !season.Contains(day.Day)) continue;
                if (life.FromMs >= day.Day.EndMs || life.UntilMs < day.Day.StartMs) continue;
                if (count++ == 0) first = last = day.Day;
                if (day.Day < first) first = day.Day;
                if (day.Day > last) last = day.Day;
                high = Quantity.Widen(high, day.High);
                foreach (var letter in meter.Id) print = Fnv.Mix(print, letter);
                foreach (var number in (ReadOnlySpan<long>)[day.Day.Number, day.Low, day.High]) print = Fnv.Mix(print, number);
            }
        }
        if (count == 0) return null;
        return string.Create(CultureInfo.InvariantCulture, $"{first}..{last}, {count} d, +{Quantity.Format(high)}, #{print:X16}");
    }
}
