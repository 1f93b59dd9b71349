using System.Globalization;
using System.Text.RegularExpressions;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Registry;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Makes a policy out of the YAML of one file; the keys are explained in the README of the shipped policies.</summary>
internal static partial class PolicyReader
{
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

    /// <summary>Stands for every household, in hardship or not.</summary>
    private const string Everyone = "all";

    private static readonly Dictionary<string, decimal> RoundingUnits = new() { ["fen"] = 0.01m, ["jiao"] = 0.1m, ["yuan"] = 1 };

    private static readonly Dictionary<string, RoundingMode> RoundingModes = new()
    {
        ["half-up"] = RoundingMode.HalfUp,
        ["half-even"] = RoundingMode.HalfEven,
        ["down"] = RoundingMode.Down,
        ["up"] = RoundingMode.Up,
    };

    private static readonly Dictionary<string, RoundingStage> RoundingStages = new()
    {
        ["season"] = RoundingStage.Season,
        ["month"] = RoundingStage.Month,
        ["day"] = RoundingStage.Day,
    };

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
        var rules = RuleReader.Read(section, basis?.Document, from, to);
        var topUps = TopUps(section, basis?.Document);
        var rounding = Rounding(section);
        if (id is null || version is null || title is null || basis is null || from is not { } first) return null;
        return new SubsidyPolicy(id, version.Value, title, areas, first, to, start, end, dated, exclusions.ToHashSet(), rules, topUps, rounding, basis);
    }

    private static string? Id(Section section)
    {
        if (section.Text("id", true) is not { } id || IdForm().IsMatch(id)) return section.Text("id", false);
        section.Report("id", $"'{id}' is no policy id", "Use small letters, digits and -, at most 64.");
        return null;
    }

    internal static LegalBasis? Basis(Section section, string? document)
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
            if (!IsAreaPrefix(area))
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

    internal static bool IsAreaPrefix(string area) => area.Length is 2 or 4 or 6 or 9 or 12 && area.All(char.IsAsciiDigit);

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

    internal static LocalDay? Day(Section days, string key, bool required = true)
    {
        if (days.Text(key, required) is not { } text) return null;
        if (LocalDay.TryParse(text, out var day)) return day;
        days.Report(key, $"'{text}' is no date", "Write year, month and day, such as 2025-11-15.");
        return null;
    }

    private static List<TopUp> TopUps(Section section, string? document)
    {
        var topUps = new List<TopUp>();
        foreach (var item in section.Children("top-ups", false, "who", "routes", "amount", "payer", "requires-consumption", "document", "clause", "quote"))
        {
            List<Hardship> who = item.Node("who", true) is YamlScalarNode { Value: Everyone } ? [.. Enum.GetValues<Hardship>()] : Words(item, "who", true, Hardships);
            var routes = Words(item, "routes", false, RuleReader.Routes);
            var amount = item.Number("amount", true, 2, Section.MaxAmount);
            var payer = item.Word("payer", true, RuleReader.Levels) is null ? null : item.Text("payer", false);
            var requires = item.Word("requires-consumption", false, Section.YesNo) ?? false;
            var basis = Basis(item, item.Text("document", false) ?? document);
            if (amount is { } yuan && payer is not null && basis is not null) topUps.Add(new TopUp(who, routes, yuan, payer, requires, basis));
        }
        return topUps;
    }

    private static Rounding Rounding(Section section)
    {
        if (section.Node("rounding", false) is not { } node) return Domain.Policies.Rounding.Default;
        if (node is YamlScalarNode)
        {
            _ = section.Word("rounding", false, new Dictionary<string, bool> { ["fen-half-up"] = true });
            return Domain.Policies.Rounding.Default;
        }
        var rounding = section.Child("rounding", true, "unit", "mode", "stage")!;
        return new Rounding(rounding.Word("unit", true, RoundingUnits) ?? 1, rounding.Word("mode", true, RoundingModes) ?? default, rounding.Word("stage", true, RoundingStages) ?? default);
    }

    internal static List<T> Words<T>(Section section, string key, bool required, IReadOnlyDictionary<string, T> words) where T : struct =>
        [.. section.Items(key, required).Select(item => section.WordOf(item, key, words)).OfType<T>().Distinct()];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$")]
    private static partial Regex IdForm();
}
