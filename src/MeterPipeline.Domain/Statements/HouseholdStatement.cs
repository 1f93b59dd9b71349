using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Statements;

/// <summary>Everything about one household, energy and season: what it used, what it earned, how well that is known, and why.</summary>
/// <param name="Policy">Null: no policy covers the village in this season.</param>
/// <param name="Rule">Null: the policy has no rule for the household's route.</param>
/// <param name="Accrual">Null exactly where <paramref name="Rule"/> is.</param>
/// <param name="Installations">Meters that count, with folded days of the season and the day after it.</param>
/// <param name="AllHolds">Holds that stand, and those that a person has lifted.</param>
public sealed record HouseholdStatement(
    Household Household, HeatingSeason Season, Energy Energy, SubsidyPolicy? Policy, RouteRule? Rule, SeasonQuantity Quantity, Accrual? Accrual,
    IReadOnlyList<InstalledDays> Installations, IReadOnlyList<Hold> AllHolds)
{
    public string PolicyId => Policy?.Id ?? "";

    /// <summary>Why the amount must wait for a person, as stable words; empty: nothing in the way.</summary>
    public IReadOnlyList<string> Holds { get; } = [.. AllHolds.Where(hold => hold.Stands).Select(hold => hold.Reason.Name)];
}

/// <summary>Draws statements from books and policies. Owned by the books' thread.</summary>
/// <param name="entries">What persons have said of holds; null: nobody has been asked, so that only the readings' own holds are known.</param>
public sealed class Statements(Books.Books books, PolicyBook policies, HoldEntries? entries = null)
{
    /// <summary>The statement of a household; null where its route has no metered energy (biomass, methanol, central heating).</summary>
    public HouseholdStatement? Of(Household household, int autumn)
    {
        if (EnergyOf(household.Route) is not { } energy) return null;
        var policy = policies.Select(household.Division, autumn);
        var season = policies.Season(household.Division, autumn);
        var rule = policy?.RuleFor(household.Route);
        var installations = Installations(household, energy, rule, season);
        var quantity = SeasonQuantity.Of(season, day => policy?.IsEligible(household, season, day) ?? false, installations);
        var accrual = rule is null ? null
            : Accrual.Of(policy!, rule, household, quantity.EligiblePerDay, quantity.Low, quantity.High, quantity.EligibleDays > 0);
        var holds = Hold.Of(season, installations, entries?.Invoke(household.Id, autumn) ?? []);
        return new HouseholdStatement(household, season, energy, policy, rule, quantity, accrual, installations, holds);
    }

    /// <summary>Statements of all households whose village code starts with <paramref name="divisionPrefix"/>, ordered by division, then household id.</summary>
    public IEnumerable<HouseholdStatement> OfDivision(string divisionPrefix, int autumn)
    {
        var households = books.Registry.Households.Values.Where(h => h.Division.StartsWith(divisionPrefix, StringComparison.Ordinal)).ToList();
        households.Sort((a, b) =>
        {
            var order = string.CompareOrdinal(a.Division, b.Division);
            return order != 0 ? order : string.CompareOrdinal(a.Id, b.Id);
        });
        foreach (var household in households)
            if (Of(household, autumn) is { } statement) yield return statement;
    }

    /// <summary>The metered energy of a route; null where nothing is metered.</summary>
    public static Energy? EnergyOf(HeatingRoute route) => route switch
    {
        HeatingRoute.CoalToElectricity => Energy.Electricity,
        HeatingRoute.CoalToGas => Energy.Gas,
        _ => null,
    };

    private List<InstalledDays> Installations(Household household, Energy energy, RouteRule? rule, HeatingSeason season)
    {
        var result = new List<InstalledDays>();
        foreach (var meter in books.Registry.MetersOf(household.Id))
        {
            List<DayTotal>? days = null;
            foreach (var life in books.LivesOf(meter))
            {
                var installation = life.Installation;
                if (installation.HouseholdId != household.Id || installation.Energy != energy || installation.Serves == Serves.VillageCentralHeating) continue;
                if (rule?.Separation == HeatingSeparation.DedicatedMeter && installation.Serves != Serves.Heating) continue;
                days ??= books.Days(meter.No, Readings.Register.Total, season.First, season.Last.Next);
                result.Add(new InstalledDays(meter, life, days));
            }
        }
        result.Sort((a, b) =>
        {
            var order = a.Life.FromMs.CompareTo(b.Life.FromMs);
            return order != 0 ? order : string.CompareOrdinal(a.Meter.Id, b.Meter.Id);
        });
        return result;
    }
}
