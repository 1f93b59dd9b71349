using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Statements;

/// <summary>Everything about one household and season: what it used, what it earned, how well that is known, and why.</summary>
/// <param name="Energy">What is metered; null: the household earns a fixed sum, or by fuel that it buys.</param>
/// <param name="Policy">Null: no policy covers the village in this season.</param>
/// <param name="Rule">Null: the policy has no rule for the household.</param>
/// <param name="Base">Use of the base month, where the rule has one.</param>
/// <param name="Accrual">Null exactly where <paramref name="Rule"/> is.</param>
/// <param name="Installations">Meters that count, with folded days of the season and the day after it.</param>
/// <param name="AllHolds">Holds that stand, and those that a person has lifted.</param>
public sealed record HouseholdStatement(
    Household Household, HeatingSeason Season, Energy? Energy, SubsidyPolicy? Policy, RouteRule? Rule, SeasonQuantity Quantity, SeasonQuantity? Base,
    Accrual? Accrual, IReadOnlyList<InstalledDays> Installations, IReadOnlyList<Hold> AllHolds)
{
    public string PolicyId => Policy?.Id ?? "";

    /// <summary>Of its quantities: <c>kWh</c>, <c>m³</c>, or what the rule says.</summary>
    public string Unit => Rule?.Unit ?? (Energy is { } metered ? RouteRule.UnitOf(metered) : "");

    /// <summary>Why the amount must wait for a person, as stable words; empty: nothing in the way.</summary>
    public IReadOnlyList<string> Holds { get; } = AllHolds.Count == 0 ? [] : [.. AllHolds.Where(hold => hold.Stands).Select(hold => hold.Reason.Name)];
}

/// <summary>Draws statements from books and policies. Owned by the books' thread.</summary>
/// <param name="entries">What persons have said of holds; null: nobody has been asked, so that only the readings' own holds are known.</param>
public sealed class Statements(Books.Books books, PolicyBook policies, HoldEntries? entries = null)
{
    private static readonly Register[] TotalOnly = [Register.Total];

    // Households come village by village.
    private (string Division, int Autumn, SubsidyPolicy? Policy, HeatingSeason Season)? last;

    /// <summary>
    /// The statement of a household; null where there is nothing to state: its route has no metered energy and no rule, or it is heated by
    /// others.
    /// </summary>
    public HouseholdStatement? Of(Household household, int autumn)
    {
        var (policy, season) = In(household.Division, autumn);
        var rule = policy?.RuleFor(household);
        var energy = rule is null ? EnergyOf(household.Route) : rule.Energy;
        if (rule is null && energy is null) return null;
        var installations = Installations(household, energy, rule, season);
        if (household.Route == HeatingRoute.CentralHeating && installations.Count == 0) return null;
        var quantity = SeasonQuantity.Of(season, day => policy?.IsEligible(household, season, day) ?? false, installations);
        var baseQuantity = rule?.Separation.Kind == HeatingSeparation.BaseMonth ? BaseMonth(household, rule, autumn) : null;
        var accrual = rule is null ? null : Accrual.Of(policy!, rule, ClaimOf(household, rule, quantity, baseQuantity));
        var holds = Hold.Of(season, installations, Missing(rule, accrual, baseQuantity), entries?.Invoke(household.Id, autumn) ?? []);
        return new HouseholdStatement(household, season, energy, policy, rule, quantity, baseQuantity, accrual, installations, holds);
    }

    /// <summary>Why money of a household waits, as stable words: its statement's holds, or, where there is nothing to state, what persons have placed.</summary>
    public IReadOnlyList<string> HoldsOf(Household household, int autumn) => Of(household, autumn)?.Holds
        ?? [.. Hold.Of(policies.Season(household.Division, autumn), [], [], entries?.Invoke(household.Id, autumn) ?? []).Where(hold => hold.Stands).Select(hold => hold.Reason.Name)];

    /// <summary>All households whose village code starts with <paramref name="divisionPrefix"/>, ordered by division, then id.</summary>
    public IReadOnlyList<Household> HouseholdsOf(string divisionPrefix) => books.Registry.HouseholdsIn(divisionPrefix);

    /// <summary>The metered energy of a route; null where nothing is metered.</summary>
    public static Energy? EnergyOf(HeatingRoute route) => route switch
    {
        HeatingRoute.CoalToElectricity => Energy.Electricity,
        HeatingRoute.CoalToGas => Energy.Gas,
        _ => null,
    };

    /// <summary>Whether a statement of the household says what it used: a village heating enterprise counts by its own meters, who are heated by it do not.</summary>
    /// <param name="rule">Null: no rule covers it.</param>
    public static bool IsMetered(RegistrySnapshot registry, Household household, RouteRule? rule) =>
        (rule is null ? EnergyOf(household.Route) : rule.Energy) is not null
        && (household.Route != HeatingRoute.CentralHeating || registry.MetersOf(household.Id).Any(meter => meter.Current.Serves == Serves.VillageCentralHeating));

    private (SubsidyPolicy? Policy, HeatingSeason Season) In(string division, int autumn)
    {
        if (last is { } known && known.Division == division && known.Autumn == autumn) return (known.Policy, known.Season);
        var policy = policies.Select(division, autumn);
        var season = policy?.Season(autumn) ?? policies.Season(division, autumn);
        last = (division, autumn, policy, season);
        return (policy, season);
    }

    private Claim ClaimOf(Household household, RouteRule rule, SeasonQuantity quantity, SeasonQuantity? baseQuantity) =>
        new(household, quantity.Season, quantity.EligiblePerDay, quantity.Claims, quantity.Low, quantity.High, quantity.Estimated,
            baseQuantity is null ? default : new BaseUse(baseQuantity.Eligible, baseQuantity.Low, baseQuantity.High),
            rule.Quota?.Of(quantity.Season, day => books.Registry.HeatedOn(household.Id, day)));

    /// <summary>What the household used in the base month of the heating year, all days of it.</summary>
    private SeasonQuantity BaseMonth(Household household, RouteRule rule, int autumn)
    {
        var first = LocalDay.On(rule.Separation.BaseMonth >= HeatingSeason.FirstMonth ? autumn : autumn + 1, rule.Separation.BaseMonth, 1);
        var month = new HeatingSeason(first.ToString(), first, new LocalDay(first.Number + DateTime.DaysInMonth(first.Date.Year, first.Date.Month) - 1));
        return SeasonQuantity.Of(month, _ => true, Installations(household, rule.Energy, rule, month));
    }

    /// <summary>What the rule needs to know and no reading tells: the name of the hold, and what it rests on.</summary>
    private static IEnumerable<(string Reason, string Evidence)> Missing(RouteRule? rule, Accrual? accrual, SeasonQuantity? month)
    {
        if (accrual is { Claim: { Quota: 0, Quantity: > 0 } claim }) yield return ("heated-count-missing", claim.Season.Name);
        if (month is { Start: EdgeKind.Missing } or { End: EdgeKind.Missing }) yield return ("base-month-missing", month.Season.Name);
        if (rule is { Energy: null, Prices.Count: > 0 }) yield return ("quantity-not-metered", rule.Unit);
    }

    private List<InstalledDays> Installations(Household household, Energy? energy, RouteRule? rule, HeatingSeason season)
    {
        var result = new List<InstalledDays>();
        foreach (var meter in books.Registry.MetersOf(household.Id))
            foreach (var register in rule?.Separation.Window is { Count: > 0 } window ? window : TotalOnly)
            {
                List<DayTotal>? days = null;
                foreach (var life in books.LivesOf(meter))
                {
                    if (life.Installation.HouseholdId != household.Id || life.Installation.Energy != energy || !Counts(household, rule, life.Installation.Serves)) continue;
                    days ??= books.Days(meter.No, register, season.First, season.Last.Next);
                    result.Add(new InstalledDays(meter, life, days, register));
                }
            }
        result.Sort((a, b) =>
        {
            var order = a.Life.FromMs.CompareTo(b.Life.FromMs);
            if (order == 0) order = string.CompareOrdinal(a.Meter.Id, b.Meter.Id);
            return order != 0 ? order : a.Register.CompareTo(b.Register);
        });
        return result;
    }

    private static bool Counts(Household household, RouteRule? rule, Serves serves) =>
        household.Route == HeatingRoute.CentralHeating ? serves == Serves.VillageCentralHeating
        : serves == Serves.Heating || (serves == Serves.WholeHouse && rule?.Separation.Kind != HeatingSeparation.DedicatedMeter);
}
