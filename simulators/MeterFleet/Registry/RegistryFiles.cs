using System.Globalization;
using System.Text;

namespace MeterFleet;

/// <summary>Writes the registry in the columns that the pipeline imports: UTF-8 without mark, LF, dates as local days.</summary>
internal static class RegistryFiles
{
    private const string DivisionColumns = "code,name,parent";
    private const string CompanyColumns = "company,name,energy";
    private const string HouseholdColumns =
        "household_id,name,division,route,conversion,accepted_on,hardship,note,excluded_from,excluded_to,exclusion";
    private const string MeterColumns =
        "meter_id,household_id,company,energy,register_digits,decimals,capacity,multiplier,"
        + "installed_on,opening,removed_on,closing,serves,heated_households";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    internal static void Write(Fleet fleet, string folder)
    {
        Directory.CreateDirectory(folder);
        WriteFile(folder, "divisions.csv", DivisionColumns, fleet.Divisions.Select(row => $"{row.Code},{row.Name},{row.Parent}"));
        WriteFile(folder, "companies.csv", CompanyColumns, fleet.Companies.Select(row => $"{row.Id},{row.Name},{row.Energy}"));
        WriteFile(folder, "households.csv", HouseholdColumns, fleet.Households.Select(Row));
        WriteFile(folder, "meters.csv", MeterColumns, fleet.Meters.Select(Row));
    }

    private static string Row(Household row) => string.Join(',',
        row.Id, row.Name, row.Division, row.Route, row.Conversion, Day(row.AcceptedOn), row.Hardship, row.Note,
        Day(row.ExcludedFrom), Day(row.ExcludedTo), row.Exclusion);

    private static string Row(Meter row) => string.Join(',',
        row.Id, row.HouseholdId, row.Company, row.Energy,
        row.RegisterDigits.ToString(CultureInfo.InvariantCulture), row.Decimals.ToString(CultureInfo.InvariantCulture),
        row.Capacity.ToString(CultureInfo.InvariantCulture), row.Multiplier.ToString(CultureInfo.InvariantCulture),
        Moment(row.InstalledAt), Register(row.Opening, row.Decimals), row.RemovedAt is { } removed ? Moment(removed) : "",
        row.Closing is { } closing ? Register(closing, row.Decimals) : "", row.Serves,
        row.HeatedHouseholds == 0 ? "" : row.HeatedHouseholds.ToString(CultureInfo.InvariantCulture));

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A bare date where it is a local midnight, else the full time.</summary>
    private static string Moment(DateTimeOffset time) =>
        time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Register(long units, int decimals) =>
        (units / (decimal)Units.One).ToString(decimals switch { 0 => "0", 2 => "0.00", _ => "0.000" }, CultureInfo.InvariantCulture);

    private static void WriteFile(string folder, string name, string columns, IEnumerable<string> rows)
    {
        using StreamWriter file = new(Path.Combine(folder, name), append: false, Utf8) { NewLine = "\n" };
        file.WriteLine(columns);
        foreach (string row in rows)
            file.WriteLine(row);
    }
}
