using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Settlements;

/// <summary>
/// What lists print of a run beside its lines, as it was when the run was drafted: a place that is renamed and a setting that is changed later leave
/// the run's files as they are.
/// </summary>
/// <param name="SupervisionPhone">监督电话 on the public notice; empty: left open for writing.</param>
/// <param name="Places">The run's own division and the counties in it, ordered by code; places without a registered name are left out.</param>
/// <param name="Disbursement">Id of the newest disbursement that was known: what lines set off, and lists say of money that came back, ends with it.</param>
public sealed record RunImprint(string SupervisionPhone, IReadOnlyList<SettledPlace> Places, long Disbursement)
{
    /// <summary>Digits of a county's code.</summary>
    public const int CountyLength = 6;

    /// <summary>How lists of runs drafted now are laid out.</summary>
    public const int NewestLayout = 2;

    private const int CodeLength = 12;

    /// <summary>How the run's lists are laid out: a run that was drafted keeps its own, whatever later programs write. Null: the first.</summary>
    public int? Layout { get; init; }

    /// <param name="division">Code prefix of the run; empty: everything.</param>
    public static RunImprint Of(RegistrySnapshot registry, string division, string supervisionPhone, long disbursement)
    {
        var codes = new SortedSet<string>(StringComparer.Ordinal);
        if (division.Length > 0) codes.Add(division);
        foreach (var household in registry.Households.Values)
            if (household.Division.StartsWith(division, StringComparison.Ordinal)) codes.Add(household.Division[..CountyLength]);
        var named = codes.Select(code => registry.Divisions.GetValueOrDefault(code.PadRight(CodeLength, '0'))).OfType<Division>().Distinct();
        return new RunImprint(supervisionPhone, [.. named.Select(place => new SettledPlace(place.Code, place.Name))], disbursement) { Layout = NewestLayout };
    }

    /// <summary>The name of the place with a code prefix, or its code where it had none.</summary>
    public string NameOf(string prefix) => prefix.PadRight(CodeLength, '0') is var code && Places.FirstOrDefault(place => place.Code == code) is { } found ? found.Name : code;
}

/// <param name="Code">12 digits.</param>
public sealed record SettledPlace(string Code, string Name);
