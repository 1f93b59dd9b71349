using MeterPipeline.Domain;
using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;

namespace MeterPipeline.Ledger;

/// <summary>
/// Per segment of a meter's life: sum of daily consumption = last register − first register + modulus × rollovers, to the last digit. A
/// segment begins with the first reading of an installation, or its opening, and is broken at flagged resets and jumps only. Knows nothing of
/// how the fold came to its days.
/// </summary>
public static class Conservation
{
    /// <param name="days">All folded days of a meter and register.</param>
    /// <param name="readings">What counts of its stored readings, in order of time.</param>
    /// <returns>Place and figures of the first difference; null: none.</returns>
    public static string? Difference(MeterLives lives, Register register, List<DayTotal> days, List<RegistryPoint> readings)
    {
        foreach (var life in lives.Lives)
        {
            var points = readings.Where(p => life.Covers(p.TimeMs));
            // A registry point counts before a reading of the same instant.
            if (register == Register.Total)
            {
                var own = lives.Points.Where(p => life.Covers(p.TimeMs)).ToList();
                points = own.Concat(points.Where(p => !own.Exists(o => o.TimeMs == p.TimeMs))).OrderBy(p => p.TimeMs);
            }
            var registers = points.Select(p => new RegistryPoint(p.TimeMs, life.Multiplied(p.Shown))).ToList();
            if (registers.Count > 0 && Difference(life, days.Where(d => Lived(life, d.Day)), registers) is { } found) return found;
        }
        return null;
    }

    private static bool Lived(MeterLife life, LocalDay day) => day.EndMs > life.FromMs && day.StartMs <= life.UntilMs;

    private static string? Difference(MeterLife life, IEnumerable<DayTotal> days, List<RegistryPoint> registers)
    {
        // The register as the days add it up; unknown from a break to the next register known.
        long? running = registers[0].Shown;
        var (turned, rollovers) = (false, registers.Exists(p => life.Modulus is { } m && p.Shown >= m));
        DayTotal last = default;
        foreach (var day in days)
        {
            var broken = (day.Marks & (DayMarks.Reset | DayMarks.Jump)) != 0;
            var begun = day.StartKnown && day.Day.StartMs >= registers[0].TimeMs;
            if (begun && running is { } sum && !(broken && (day.Marks & DayMarks.StartMeasured) != 0))
            {
                if (!Same(life, sum, day.Register, ref turned)) return Told(day.Day, "starts", day.Register, sum);
            }
            if ((day.Marks & DayMarks.StartMeasured) != 0 && begun && !Measured(registers, day))
                return $"{day.Day}: the register is said to be measured at its start as {Quantity.Format(day.Register)}; no stored reading says so.";
            running = broken ? null : begun ? day.Register + day.Consumption : running + day.Consumption;
            rollovers |= (day.Marks & DayMarks.Rollover) != 0;
            last = day;
        }
        // Where the days end there must be a reading.
        if (running is { } end && !registers.Exists(p => Same(life, end, p.Shown, ref turned, look: true)))
            return Told(last.Day, "ends", registers[^1].Shown, end);
        return turned && !rollovers ? $"{last.Day}: the days add up to more than a turn of the register, but no rollover is flagged before it." : null;
    }

    private static string Told(LocalDay day, string where, long register, long sum) =>
        $"{day}: the segment {where} with register {Quantity.Format(register)}, its days add up to {Quantity.Format(sum)}.";

    /// <summary>Equal, or apart by whole turns of the register.</summary>
    private static bool Same(MeterLife life, long sum, long register, ref bool turned, bool look = false)
    {
        if (sum == register) return true;
        if (life.Modulus is not { } modulus || sum < register || (sum - register) % modulus != 0) return false;
        if (!look) turned = true;
        return true;
    }

    private static bool Measured(List<RegistryPoint> registers, DayTotal day)
    {
        var at = registers.BinarySearch(new RegistryPoint(day.Day.StartMs, 0), Comparer<RegistryPoint>.Create((a, b) => a.TimeMs.CompareTo(b.TimeMs)));
        return at >= 0;
    }
}
