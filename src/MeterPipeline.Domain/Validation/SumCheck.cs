using MeterPipeline.Domain.Books;

namespace MeterPipeline.Domain.Validation;

/// <summary>
/// T1 to T4 together against the total, day by day. Where a day's start or end lies between two readings, the day is uncertain by the
/// smaller part of that step; days that are uncertain by more than a tenth are not compared.
/// </summary>
internal sealed class SumCheck(MeterEvidence evidence)
{
    private const int UncertainPart = 10;

    private readonly Dictionary<LocalDay, DayTotal> total = evidence.Days.ToDictionary(d => d.Day);
    private readonly List<Dictionary<LocalDay, DayTotal>> tariffs = [.. evidence.Tariffs.Select(days => days.ToDictionary(d => d.Day))];

    public RuleResult Judge(LocalDay day, MeterLife life, int percent)
    {
        if (tariffs.Count == 0) return RuleResult.Skip(SkipReason.NoTariffRegisters);
        if (!Advance(total, day, out var whole, out var uncertain)) return RuleResult.Skip(SkipReason.NoReading);
        var sum = 0L;
        foreach (var tariff in tariffs)
        {
            if (!Advance(tariff, day, out var part, out var partUncertain)) return RuleResult.Skip(SkipReason.NoTariffRegisters);
            sum += part;
            uncertain += partUncertain;
        }
        if (uncertain > Math.Abs(whole) / UncertainPart) return RuleResult.Skip(SkipReason.ReadFarFromMidnight);
        // Each register is read to one step of its last digit.
        var allowed = (Int128)whole * percent / 100 + uncertain + life.LastDigit * (tariffs.Count + 1);
        return RuleResult.FailedIf(Int128.Abs((Int128)sum - whole) > allowed);
    }

    /// <summary>What a register advanced in a day, and by how much that depends on where readings lie; false: both midnights are not known.</summary>
    private static bool Advance(Dictionary<LocalDay, DayTotal> days, LocalDay day, out long advance, out long uncertain)
    {
        (advance, uncertain) = (0, 0);
        if (!days.TryGetValue(day, out var from) || !days.TryGetValue(day.Next, out var to)) return false;
        if (!from.StartKnown || !to.StartKnown || !DaySheet.KnownBy(from, to)) return false;
        advance = from.Consumption;
        uncertain = Math.Min(from.Before, from.After) + Math.Min(to.Before, to.After);
        return true;
    }
}
