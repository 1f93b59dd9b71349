using System.Globalization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Policies;

/// <summary>One policy file's mapping → a policy. Reports all it finds wrong; the result is of use only when nothing was.</summary>
internal static class PolicyReader
{
    private static readonly Dictionary<string, HeatingRoute> Routes = new(StringComparer.Ordinal)
    {
        ["coal-to-electricity"] = HeatingRoute.CoalToElectricity,
        ["coal-to-gas"] = HeatingRoute.CoalToGas,
    };

    private static readonly Dictionary<string, HeatingSeparation> Separations = new(StringComparer.Ordinal)
    {
        ["none"] = HeatingSeparation.None,
        ["dedicated-meter"] = HeatingSeparation.DedicatedMeter,
    };

    private static readonly Dictionary<string, ExclusionKind> Exclusions = new(StringComparer.Ordinal)
    {
        ["central-heating"] = ExclusionKind.CentralHeating,
        ["public-employee"] = ExclusionKind.PublicEmployee,
    };

    private static readonly Dictionary<string, Hardship> Hardships = new(StringComparer.Ordinal)
    {
        ["dibao"] = Hardship.Dibao,
        ["wubao"] = Hardship.Wubao,
        ["other"] = Hardship.Other,
    };

    private static readonly Dictionary<string, int> Payers = new(StringComparer.Ordinal) { ["province"] = 0, ["city"] = 1, ["county"] = 2 };

    public static SubsidyPolicy Read(YamlMap map)
    {
        var id = map.Text("id");
        var version = map.Whole("version");
        var title = map.Text("title");
        var basis = Basis(map);
        var areas = Areas(map);
        var seasons = map.Map("seasons");
        var (from, to, start, end, dated) = Seasons(seasons);
        var exclusions = map.Words("exclusions", Exclusions).ToHashSet();
        var rules = map.Maps("rules").Select(Rule).OfType<RouteRule>().ToList();
        foreach (var twice in rules.GroupBy(r => r.Route).Where(g => g.Count() > 1)) map.Report("rules", $"Two rules for {Routes.First(r => r.Value == twice.Key).Key}. Keep one.");
        var topUps = map.Maps("top_ups").Select(TopUp).OfType<TopUp>().ToList();
        map.Close();
        return new SubsidyPolicy(id, version, title, areas, from, to, start, end, dated, exclusions, rules, topUps, basis);
    }

    private static IReadOnlyList<string> Areas(YamlMap map)
    {
        var areas = map.Texts("areas");
        if (areas.Count == 0) map.Report("areas", "No area. Name at least one beginning of a division code, such as \"1408\".");
        foreach (var area in areas)
            if (area.Length is < 2 or > 12 || area.Any(c => !char.IsAsciiDigit(c))) map.Report("areas", $"'{area}' is not the beginning of a division code: 2 to 12 digits.");
        return areas;
    }

    private static (int From, int? To, (int, int) Start, (int, int) End, Dictionary<string, HeatingSeason> Dated) Seasons(YamlMap? map)
    {
        var dated = new Dictionary<string, HeatingSeason>(StringComparer.Ordinal);
        if (map is null) return (0, null, (11, 15), (3, 15), dated);
        var from = Autumn(map, "from", map.Text("from")) ?? 0;
        var to = map.OptionalText("to") is { } last ? Autumn(map, "to", last) : null;
        if (to < from) map.Report("to", "The last season comes before the first. Exchange seasons.from and seasons.to.");
        var start = MonthDay(map, "start");
        var end = MonthDay(map, "end");
        if (start.Month < 7) map.Report("start", "A heating season starts in the second half of the year.");
        if (end.Month >= 7) map.Report("end", "A heating season ends in the first half of the next year: the end comes before the start otherwise.");
        foreach (var (name, values, report) in map.Lists("dates"))
        {
            if (values.Count == 2 && HeatingSeason.TryParseName(name, out _) && LocalDay.TryParse(values[0], out var first) && LocalDay.TryParse(values[1], out var until) && until > first)
                dated[name] = new HeatingSeason(name, first, until);
            else report("Write a season and its first and last day: 2025-2026: [2025-11-10, 2026-03-20]. The last comes after the first.");
        }
        map.Close();
        return (from, to, start, end, dated);
    }

    private static int? Autumn(YamlMap map, string key, string season)
    {
        if (HeatingSeason.TryParseName(season, out var autumn)) return autumn;
        map.Report(key, $"'{season}' is not a heating season of the form 2025-2026.");
        return null;
    }

    private static (int Month, int Day) MonthDay(YamlMap map, string key)
    {
        var text = map.Text(key, "");
        // 2024 is a leap year: 02-29 is a day.
        if (DateOnly.TryParseExact("2024-" + text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return (date.Month, date.Day);
        if (text.Length > 0) map.Report(key, $"'{text}' is not a day of the form MM-DD.");
        return key == "start" ? (11, 15) : (3, 15);
    }

    private static RouteRule? Rule(YamlMap map)
    {
        var route = map.Word("route", Routes);
        var rate = map.Yuan("rate", required: true, decimals: 4);
        var cap = map.Yuan("season_cap", required: false, decimals: 2);
        var separation = map.Word("separation", Separations);
        var basis = Basis(map);
        map.Close();
        if (route is not { } of || rate is not { } yuan || separation is not { } apart) return null;
        return new RouteRule(of, of == HeatingRoute.CoalToGas ? Energy.Gas : Energy.Electricity, yuan, cap, apart, basis);
    }

    private static TopUp? TopUp(YamlMap map)
    {
        var who = map.Words("who", Hardships);
        var amount = map.Yuan("amount", required: true, decimals: 2);
        map.Word("payer", Payers);
        var topUp = amount is { } yuan ? new TopUp(who, yuan, map.Text("payer"), map.Truth("requires_consumption"), Basis(map)) : null;
        map.Close();
        return topUp;
    }

    private static LegalBasis Basis(YamlMap map)
    {
        if (map.Map("basis") is not { } basis) return new LegalBasis("", "");
        var legal = new LegalBasis(basis.Text("document"), basis.Text("clause"));
        basis.Close();
        return legal;
    }
}
