namespace MeterFleet;

/// <summary>
/// Yuncheng's divisions. The county codes and Hejin's townships are the statistics bureau's; the other townships and all
/// villages are invented and say so in their names.
/// </summary>
internal static class Places
{
    /// <summary>Follows every invented name.</summary>
    internal const string SampleMark = "（样例）";

    private const string Province = "14";
    private const string City = "1408";
    private const string Hejin = "140882";
    private const int HouseholdsPerVillage = 12;
    private const int FirstVillageNumber = 200;
    private const int VillagesPerTownMax = 300;

    private static readonly (string Code, string Name, double AltitudeKelvin)[] Counties =
    [
        (Hejin, "河津市", 0.3), ("140802", "盐湖区", 0.5), ("140881", "永济市", 0.6), ("140821", "临猗县", 0.2),
        ("140822", "万荣县", -0.8), ("140823", "闻喜县", -0.4), ("140824", "稷山县", 0.0), ("140825", "新绛县", 0.0),
        ("140826", "绛县", -1.0), ("140827", "垣曲县", -0.6), ("140828", "夏县", 0.1), ("140829", "平陆县", -0.3), ("140830", "芮城县", 0.4),
    ];

    private static readonly (string Code, string Name)[] HejinTowns =
    [
        ("140882101", "僧楼镇"), ("140882100", "樊村镇"), ("140882102", "柴家镇"), ("140882200", "小梁乡"), ("140882003", "赵家庄街道"),
        ("140882001", "城区街道"), ("140882002", "清涧街道"), ("140882004", "阳村街道"), ("140882203", "下化乡"),
    ];

    private static readonly string[] VillageSides = ["东", "西", "南", "北", "上", "下", "前", "后", "大", "小", "新", "古"];
    private static readonly string[] VillageClans = ["王", "李", "张", "赵", "薛", "柴", "卫", "任", "杨", "郭", "丁", "高", "史", "吕"];
    private static readonly string[] VillageForms = ["庄", "村", "堡", "营", "沟", "坡"];

    /// <summary>
    /// Every division a fleet of this size needs, parents before children, and its villages with their county's offset from the
    /// basin's temperature.
    /// </summary>
    internal static (List<Division> Divisions, List<(Division Village, double AltitudeKelvin)> Villages) Build(int households)
    {
        List<Division> divisions = [new(Province, "山西省", ""), new(City, "运城市", Province)];
        divisions.AddRange(Counties.Select(county => new Division(county.Code, county.Name, City)));
        List<(Division Town, double AltitudeKelvin)> towns = [];
        foreach (var (code, _, kelvin) in Counties)
            towns.Add((code == Hejin ? Town(HejinTowns[0]) : new Division(code + "100", "城关镇" + SampleMark, code), kelvin));
        towns.AddRange(HejinTowns.Skip(1).Select(town => (Town(town), Counties[0].AltitudeKelvin)));
        divisions.AddRange(towns.Select(town => town.Town));

        int count = Math.Clamp(households / HouseholdsPerVillage, 1, towns.Count * VillagesPerTownMax);
        List<(Division, double)> villages = [];
        for (int i = 0; i < count; i++)
        {
            var (town, kelvin) = towns[i % towns.Count];
            int number = i / towns.Count;
            villages.Add((new Division($"{town.Code}{FirstVillageNumber + number:000}", VillageName(i), town.Code), kelvin));
        }

        divisions.AddRange(villages.Select(village => village.Item1));
        return (divisions, villages);
    }

    private static Division Town((string Code, string Name) town) => new(town.Code, town.Name, Hejin);

    private static string VillageName(int i) =>
        VillageSides[i % VillageSides.Length]
        + VillageClans[i * 5 % VillageClans.Length]
        + VillageForms[i / 7 % VillageForms.Length]
        + SampleMark;
}
