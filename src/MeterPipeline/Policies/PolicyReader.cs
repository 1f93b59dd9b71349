using System.Globalization;
using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Statements;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Makes a policy out of the YAML of one file; the keys are explained in the README of the shipped policies.</summary>
internal static partial class PolicyReader
{
    /// <summary>A day's earnings are stored in 0.00000001 yuan, quantities in 0.0001: four decimals are left for the rate.</summary>
    private const int RateDecimals = 4;

    private const decimal MaxRate = 1_000;

    /// <summary>Yuan per household and season; the highest cap found in any real rule is 2865.</summary>
    private const decimal MaxAmount = 1_000_000;

    private static readonly Dictionary<string, HeatingRoute> Routes = new()
    {
        ["coal-to-electricity"] = HeatingRoute.CoalToElectricity,
        ["coal-to-gas"] = HeatingRoute.CoalToGas,
        ["coal-to-biomass"] = HeatingRoute.CoalToBiomass,
        ["coal-to-methanol"] = HeatingRoute.CoalToMethanol,
        ["central-heating"] = HeatingRoute.CentralHeating,
    };

    private static readonly Dictionary<string, ExclusionKind> Exclusions = new()
    {
        ["central-heating"] = ExclusionKind.CentralHeating,
        ["public-employee"] = ExclusionKind.PublicEmployee,
        ["idle"] = ExclusionKind.Idle,
        ["other"] = ExclusionKind.Other,
    };

    private static readonly Dictionary<string, Hardship> Hardships = new()
    {
        ["dibao"] = Hardship.Dibao,
        ["wubao"] = Hardship.Wubao,
        ["other"] = Hardship.Other,
    };

    /// <summary>Null: a way of separation that real rules use and that is not implemented yet.</summary>
    private static readonly Dictionary<string, HeatingSeparation?> Separations = new()
    {
        ["none"] = HeatingSeparation.None,
        ["dedicated-meter"] = HeatingSeparation.DedicatedMeter,
        ["tou-window"] = null,
        ["base-month"] = null,
        ["floor"] = null,
    };

    private static readonly Dictionary<string, Level> Payers = new() { ["province"] = Level.Province, ["city"] = Level.City, ["county"] = Level.County };

    private static readonly Dictionary<string, bool> YesNo = new() { ["true"] = true, ["false"] = false };

    /// <summary>Null where something needed is missing or wrong, which has then been reported.</summary>
    public static SubsidyPolicy? Read(string file, YamlNode root, List<PolicyProblem> problems)
    {
        var section = new Section(file, root, problems, "id", "version", "title", "document", "clause", "quote", "areas", "seasons", "heating", "exclusions",
            "rules", "top-ups", "rounding");
        if (root is not YamlMappingNode) return null;
        var id = Id(section);
        var version = (int?)section.Number("version", true, 0, 9_999);
        if (version == 0) section.Report("version", "'version' is 0", "Versions count from 1.");
        var title = section.Text("title", true);
        var basis = Basis(section, section.Text("document", true));
        var areas = Areas(section);
        var (from, to) = Seasons(section);
        var (start, end, dated) = Heating(section, from, to);
        var exclusions = Words(section, "exclusions", true, Exclusions);
        var rules = Rules(section, basis?.Document);
        var topUps = TopUps(section, basis?.Document);
        _ = section.Word("rounding", false, new Dictionary<string, bool> { ["fen-half-up"] = true });
        if (id is null || version is null || title is null || basis is null || from is not { } first) return null;
        return new SubsidyPolicy(id, version.Value, title, areas, first, to, start, end, dated, exclusions.ToHashSet(), rules, topUps, basis);
    }

    private static string? Id(Section section)
    {
        if (section.Text("id", true) is not { } id || IdForm().IsMatch(id)) return section.Text("id", false);
        section.Report("id", $"'{id}' is no policy id", "Use small letters, digits and -, at most 64.");
        return null;
    }

    private static LegalBasis? Basis(Section section, string? document)
    {
        var clause = section.Text("clause", true);
        var quote = section.Text("quote", false);
        return document is null || clause is null ? null : new LegalBasis(document, clause, quote);
    }

    private static List<string> Areas(Section section)
    {
        var areas = new List<string>();
        foreach (var item in section.Items("areas", true))
        {
            if (section.TextOf(item, "areas") is not { } area) continue;
            if (area.Length is not (2 or 4 or 6 or 9 or 12) || !area.All(char.IsAsciiDigit))
                section.Report(item, $"'{area}' is no beginning of a division code", "Write 2, 4, 6, 9 or 12 digits, in quotes.");
            else if (WithoutZeros(area) is var significant && significant != area)
                section.Report(item, $"'{area}' would match no village", $"Write its beginning only: \"{significant}\".");
            else if (areas.Contains(area))
                section.Report(item, $"Area {area} is named twice", "Remove one.");
            else
                areas.Add(area);
        }
        if (areas.Count == 0 && section.Node("areas", false) is YamlSequenceNode { Children.Count: 0 } none)
            section.Report(none, "'areas' is empty", "Name at least one beginning of a division code.");
        return areas;
    }

    /// <summary>140800000000 is the long form of 1408: the levels below it are zeros.</summary>
    private static string WithoutZeros(string area)
    {
        foreach (var level in (int[])[9, 6, 4, 2])
            if (area.Length > level && area.AsSpan(level).TrimStart('0').IsEmpty) area = area[..level];
        return area;
    }

    private static (int? From, int? To) Seasons(Section section)
    {
        if (section.Child("seasons", true, "from", "to") is not { } seasons) return (null, null);
        var (from, to) = (Autumn(seasons, "from", true), Autumn(seasons, "to", false));
        if (to < from) seasons.Report("to", "The last season is before the first", "Swap them, or leave 'to' out for an open end.");
        return (from, to);
    }

    private static int? Autumn(Section seasons, string key, bool required)
    {
        if (seasons.Text(key, required) is not { } name) return null;
        if (HeatingSeason.TryParseName(name, out var autumn)) return autumn;
        seasons.Report(key, $"'{name}' is no season", "Write two years that follow each other, such as 2025-2026.");
        return null;
    }

    private static ((int, int) Start, (int, int) End, Dictionary<string, HeatingSeason> Dated) Heating(Section section, int? from, int? to)
    {
        (int, int) start = (11, 15), end = (3, 15);
        if (section.Child("heating", false, "start", "end", "dated") is not { } heating) return (start, end, []);
        start = MonthDay(heating, "start", 7, 12, "The season would end before it starts: 'start' lies in July to December") ?? start;
        end = MonthDay(heating, "end", 1, 6, "The season would end before it starts: 'end' lies in January to June") ?? end;
        return (start, end, Dated(heating, from, to));
    }

    private static (int, int)? MonthDay(Section heating, string key, int firstMonth, int lastMonth, string outside)
    {
        if (heating.Text(key, false) is not { } text) return null;
        // 2000 was a leap year, so 02-29 is read; in other years the season ends on the 28th.
        if (!DateOnly.TryParseExact("2000-" + text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            heating.Report(key, $"'{text}' is no day of a year", "Write month and day in quotes, such as \"11-15\".");
        else if (date.Month < firstMonth || date.Month > lastMonth)
            heating.Report(key, outside, "Years of heating turn on 1 July.");
        else
            return (date.Month, date.Day);
        return null;
    }

    private static Dictionary<string, HeatingSeason> Dated(Section heating, int? from, int? to)
    {
        var result = new Dictionary<string, HeatingSeason>();
        if (heating.Child("dated", false, null) is not { } dated) return result;
        foreach (var name in dated.Keys)
        {
            if (!HeatingSeason.TryParseName(name, out var autumn))
                dated.Report(name, $"'{name}' is no season", "Write two years that follow each other, such as 2025-2026.");
            else if (autumn < from || autumn > to)
                dated.Report(name, $"The policy does not cover season {name}", "Remove its dates, or change 'seasons'.");
            else if (dated.Child(name, true, "first", "last") is { } days && Day(days, "first") is { } first && Day(days, "last") is { } last)
            {
                if (last < first) days.Report("last", $"Season {name} ends before it starts", "Swap 'first' and 'last'.");
                else if (HeatingSeason.AutumnOf(first) != autumn) days.Report("first", $"{first} is not in the year of season {name}", $"Years of heating run from {autumn}-07-01 to {autumn + 1}-06-30.");
                else if (HeatingSeason.AutumnOf(last) != autumn) days.Report("last", $"{last} is not in the year of season {name}", $"Years of heating run from {autumn}-07-01 to {autumn + 1}-06-30.");
                else result[name] = new HeatingSeason(name, first, last);
            }
        }
        return result;
    }

    private static LocalDay? Day(Section days, string key)
    {
        if (days.Text(key, true) is not { } text) return null;
        if (LocalDay.TryParse(text, out var day)) return day;
        days.Report(key, $"'{text}' is no date", "Write year, month and day, such as 2025-11-15.");
        return null;
    }

    private static List<RouteRule> Rules(Section section, string? document)
    {
        var rules = new List<RouteRule>();
        if (section.Node("rules", true) is YamlSequenceNode { Children.Count: 0 }) section.Report("rules", "'rules' is empty", "A policy has at least one.");
        foreach (var item in section.Children("rules", false, "route", "rate", "season-cap", "separation", "document", "clause", "quote"))
        {
            var route = item.Word("route", true, Routes);
            Energy? energy = route is { } known ? Statements.EnergyOf(known) : null;
            if (route is not null && energy is null)
                item.Report("route", $"Route '{item.Text("route", false)}' is not metered", "Rules per quantity exist for coal-to-electricity and coal-to-gas.");
            if (route is not null && rules.Any(r => r.Route == route)) item.Report("route", $"A second rule for route '{item.Text("route", false)}'", "Write one rule for each route.");
            var rate = item.Number("rate", true, RateDecimals, MaxRate);
            var cap = item.Number("season-cap", false, 2, MaxAmount);
            var separation = Separation(item);
            var basis = Basis(item, item.Text("document", false) ?? document);
            if (route is { } r && energy is { } e && rate is { } perUnit && separation is { } s && basis is not null) rules.Add(new RouteRule(r, e, perUnit, cap, s, basis));
        }
        return rules;
    }

    private static HeatingSeparation? Separation(Section rule)
    {
        if (rule.Text("separation", true) is not { } text) return null;
        if (!Separations.TryGetValue(text, out var separation)) rule.Report("separation", $"'{text}' is not a value of 'separation'", Section.Meant(text, Separations.Keys));
        else if (separation is null) rule.Report("separation", $"Separation '{text}' is not implemented yet", "Use none or dedicated-meter.");
        return separation;
    }

    private static List<TopUp> TopUps(Section section, string? document)
    {
        var topUps = new List<TopUp>();
        foreach (var item in section.Children("top-ups", false, "who", "amount", "payer", "requires-consumption", "document", "clause", "quote"))
        {
            var who = Words(item, "who", true, Hardships);
            var amount = item.Number("amount", true, 2, MaxAmount);
            var payer = item.Word("payer", true, Payers) is null ? null : item.Text("payer", false);
            var requires = item.Word("requires-consumption", false, YesNo) ?? false;
            var basis = Basis(item, item.Text("document", false) ?? document);
            if (topUps.SelectMany(t => t.Who).Intersect(who).Any()) item.Report("who", "A second top-up for the same households", "A household gets one; write the sum of both.");
            if (amount is { } yuan && payer is not null && basis is not null) topUps.Add(new TopUp(who, yuan, payer, requires, basis));
        }
        return topUps;
    }

    private static List<T> Words<T>(Section section, string key, bool required, IReadOnlyDictionary<string, T> words) where T : struct =>
        [.. section.Items(key, required).Select(item => section.WordOf(item, key, words)).OfType<T>().Distinct()];

    /// <summary>Levels of finance 省级、市级、县级财政.</summary>
    private enum Level : byte { Province, City, County }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex IdForm();
}
