using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Web.Exports;

/// <summary>
/// The accrual export: one line per household and energy, ordered by division and household. Point as decimal mark, fen with two decimals,
/// kWh and m³ with four, lines end in LF. The same readings, registry and policies give the same bytes.
/// </summary>
public static class AccrualCsv
{
    public const string Header =
        "season,division,household_id,route,energy,opening,closing,consumption,eligible_consumption,rate,gross_yuan,cap_yuan,cap_reached," +
        "operating_yuan,hardship_yuan,total_yuan,low_yuan,high_yuan,quality,hold,policy,policy_version";

    /// <summary>Writes header and lines.</summary>
    /// <param name="progress">Told the number of lines written so far.</param>
    /// <returns>Number of lines without the header.</returns>
    public static int Write(TextWriter into, IEnumerable<HouseholdStatement> statements, Action<int> progress)
    {
        into.Write(Header);
        into.Write('\n');
        var lines = 0;
        foreach (var statement in statements)
        {
            into.Write(Line(statement));
            into.Write('\n');
            progress(++lines);
        }
        return lines;
    }

    /// <summary>One line without its end.</summary>
    public static string Line(HouseholdStatement statement)
    {
        var (household, quantity, accrual) = (statement.Household, statement.Quantity, statement.Accrual);
        return string.Join(',',
            statement.Season.Name,
            household.Division,
            Quoted(household.Id),
            RouteName(household.Route),
            statement.Energy is { } energy ? EnergyName(energy) : "",
            quantity.Opening is { } opening ? Quantity.Format(opening) : "",
            quantity.Closing is { } closing ? Quantity.Format(closing) : "",
            Quantity.Format(quantity.Consumption),
            Quantity.Format(quantity.Eligible),
            accrual?.Rule.RateText ?? "",
            Money.Format(accrual?.Gross ?? 0),
            accrual?.MoneyCap is { } cap ? Money.Format(cap) : "",
            accrual?.CapReached == true ? "true" : "false",
            Money.Format(accrual?.Operating ?? 0),
            Money.Format(accrual?.Hardship ?? 0),
            Money.Format(accrual?.Total ?? 0),
            Money.Format(accrual?.LowTotal ?? 0),
            Money.Format(accrual?.HighTotal ?? 0),
            statement.Energy is null ? "" : quantity.Grade,
            string.Join(';', statement.Holds),
            statement.PolicyId,
            statement.Policy?.Version.ToString(CultureInfo.InvariantCulture) ?? "");
    }

    public static string RouteName(HeatingRoute route) => route switch
    {
        HeatingRoute.CoalToElectricity => "coal-to-electricity",
        HeatingRoute.CoalToGas => "coal-to-gas",
        HeatingRoute.CoalToBiomass => "coal-to-biomass",
        HeatingRoute.CoalToMethanol => "coal-to-methanol",
        _ => "central-heating",
    };

    public static string EnergyName(Energy energy) => energy == Energy.Electricity ? "electricity" : "gas";

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
