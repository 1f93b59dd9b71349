using MeterFleet;

namespace MeterPipeline.Tests.Season;

/// <summary>
/// What every household of a fleet has truly earned: a second, deliberately plain implementation. It reads no message and uses nothing of the
/// pipeline: what the supply points drew, the days of a claim, and the two plans' numbers written out again, in decimal arithmetic.
/// </summary>
internal sealed class SeasonOracle(Fleet fleet)
{
    private static readonly DateOnly First = new(2025, 11, 15);
    private static readonly DateOnly End = new(2026, 3, 16);

    /// <summary>A run of days with a claim: from 00:00 of the first until 00:00 of the day after the last, ms.</summary>
    internal readonly record struct Claim(long FromMs, long UntilMs);

    internal List<Claim> Claims(Household household)
    {
        var claims = new List<Claim>();
        for (var day = First; day < End; day = day.AddDays(1))
        {
            if (!HasClaim(household, day)) continue;
            var first = day;
            while (day < End && HasClaim(household, day)) day = day.AddDays(1);
            claims.Add(new Claim(Midnight(first), Midnight(day)));
        }
        return claims;
    }

    /// <summary>kWh or m³ with a claim.</summary>
    internal decimal Quantity(Household household) =>
        Claims(household).Sum(claim => fleet.Truth.HouseholdConsumption(household.Id, claim.FromMs, claim.UntilMs)) / 10_000m;

    /// <summary>运政办发〔2025〕11号 and 河政办发〔2024〕8号: 0.1 yuan/kWh up to 1040, 1 yuan/m³ up to 1200, 200 more in hardship.</summary>
    internal decimal Yuan(Household household)
    {
        var (rate, cap) = household.Route == "coal-to-gas" ? (1m, 1200m) : (0.1m, 1040m);
        var operating = Math.Round(Math.Min(cap, Quantity(household) * rate), 2, MidpointRounding.AwayFromZero);
        return household.Hardship != "none" && Claims(household).Count > 0 ? operating + 200 : operating;
    }

    /// <summary>The plan of Hejin (140882) does not name central heating and public employees.</summary>
    private static bool HasClaim(Household household, DateOnly day)
    {
        if (day < household.AcceptedOn) return false;
        var counts = household.Exclusion is "other" or "idle" || (household.Exclusion != "" && !household.Division.StartsWith("140882", StringComparison.Ordinal));
        return !counts || day < household.ExcludedFrom || day >= (household.ExcludedTo ?? DateOnly.MaxValue);
    }

    private static long Midnight(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.FromHours(8)).ToUnixTimeMilliseconds();
}
