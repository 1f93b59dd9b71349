using System.Text;

namespace LoadGenerator;

/// <summary>The registry that a pipeline needs to take the load: one village per thousand electricity meters, one household each.</summary>
public static class LoadRegistry
{
    private const int MetersPerVillage = 1_000;

    /// <summary>Id of the one company that all meters belong to.</summary>
    public const string Company = "co1";

    public static string Topic(int no) => $"metering/v1/{Company}/{Meter(no)}/reading";

    public static string Meter(int no) => $"E{14080200000 + no}";

    /// <summary>What the register shows before the first reading, kWh.</summary>
    public static int Opening(int no) => 1000 + no % 8000;

    /// <summary>Writes the registry files; returns (kind, path) in the order of import.</summary>
    public static IReadOnlyList<(string Kind, string Path)> Write(string folder, int meters)
    {
        var divisions = new StringBuilder("code,name,parent\n14,Shanxi,\n1408,Yuncheng,14\n140802,Yanhu,1408\n140802001,Dongcheng,140802\n");
        for (var village = 0; village * MetersPerVillage < meters; village++) divisions.Append($"{Village(village)},Village {village},140802001\n");
        var households = new StringBuilder("household_id,name,division,route,conversion,accepted_on,hardship\n");
        var rows = new StringBuilder("meter_id,household_id,company,energy,register_digits,decimals,capacity,multiplier,installed_on,opening,serves\n");
        for (var no = 0; no < meters; no++)
        {
            households.Append($"H{no},N{no},{Village(no / MetersPerVillage)},coal-to-electricity,programme,2024-10-01,none\n");
            rows.Append($"{Meter(no)},H{no},{Company},electricity,6,2,12,1,2025-11-15,{Opening(no)},heating\n");
        }
        (string Kind, string Text)[] files = [("divisions", divisions.ToString()), ("companies", $"company,name,energy\n{Company},Power Co,electricity\n"), ("households", households.ToString()), ("meters", rows.ToString())];
        return [.. files.Select(file =>
        {
            var path = Path.Combine(folder, file.Kind + ".csv");
            File.WriteAllText(path, file.Text);
            return (file.Kind, path);
        })];
    }

    private static string Village(int village) => $"{140802001001 + village}";
}
