using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Validation;

/// <summary>Messages about a meter that intake refused on one local day of receipt.</summary>
/// <param name="Reason">The quarantine's word.</param>
public readonly record struct RefusedMessages(string Reason, LocalDay Day, long Messages);

/// <summary>What a company sent on one local day of receipt, and how much of it had been sent before.</summary>
public readonly record struct Receipt(long Received, long Duplicate);

/// <summary>All that the rules look at for one meter at one household in one season.</summary>
/// <param name="Lives">Every life of the meter.</param>
/// <param name="Own">Those that count for the household.</param>
/// <param name="Today">Days from it on are not over.</param>
/// <param name="Days">Folded days of the total register: the season and the day after it.</param>
/// <param name="Tariffs">The same of T1 to T4; only registers that were read.</param>
/// <param name="Receipts">Of the meter's company, by day of receipt.</param>
public sealed record MeterEvidence(
    Meter Meter, IReadOnlyList<MeterLife> Lives, IReadOnlyList<MeterLife> Own, HeatingSeason Season, LocalDay Today, IReadOnlyList<DayTotal> Days,
    IReadOnlyList<IReadOnlyList<DayTotal>> Tariffs, Func<string, LocalDay, Receipt> Receipts, IReadOnlyList<RefusedMessages> Refused)
{
    /// <summary>The life in which the meter serves the household on a day; null: it does not.</summary>
    public MeterLife? OwnOn(LocalDay day)
    {
        foreach (var life in Own)
            if (Serves(life, day)) return life;
        return null;
    }

    /// <summary>Whether the meter serves nobody on a day, and the household was the last that it served, or will be the first.</summary>
    public bool IdleOn(LocalDay day)
    {
        if (Lives.Any(life => Serves(life, day))) return false;
        var nearest = Lives.LastOrDefault(life => life.FromMs < day.EndMs) ?? Lives[0];
        return Own.Any(life => life.Installation == nearest.Installation);
    }

    private static bool Serves(MeterLife life, LocalDay day) => life.FromMs < day.EndMs && life.UntilMs > day.StartMs;
}
