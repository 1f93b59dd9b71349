using System.Text.RegularExpressions;
using MeterPipeline.Domain.FixedSums;
using MeterPipeline.Domain.Registry;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Policies;

/// <summary>Makes a rule of fixed sums out of the YAML of one file; the keys are explained in the README of the shipped policies.</summary>
internal static partial class FixedSumReader
{
    private static readonly Dictionary<string, bool> Methods = new() { ["weighted"] = false, ["simple"] = true };

    private static readonly Dictionary<string, Truncation> Truncations = new() { ["unit-and-route"] = Truncation.UnitAndRoute, ["none"] = Truncation.None };

    private static readonly Dictionary<string, bool> PayerLevels = RuleReader.Levels.Keys.Append("household").ToDictionary(level => level, _ => true);

    /// <summary>Of what a payer bears; only the fixed sum is computed.</summary>
    private const string FixedSum = "fixed-sum";

    private static readonly Dictionary<string, bool> Borne =
        new() { [FixedSum] = true, ["main-part"] = true, ["moderate-part"] = true, ["shortfall"] = true };

    /// <summary>Null where something needed is missing or wrong, which has then been reported.</summary>
    public static FixedSumPolicy? Read(string file, YamlNode root, List<PolicyProblem> problems)
    {
        var section = new Section(file, root, problems, "id", "version", "title", "document", "clause", "quote", "area", "valid", "seasons", "units", "components",
            "averaging", "coverage", "exclusions", "suspension", "published");
        if (root is not YamlMappingNode) return null;
        var before = problems.Count;
        var (id, version, title) = (PolicyReader.Id(section), PolicyReader.Version(section), section.Text("title", true));
        var basis = PolicyReader.Basis(section, section.Text("document", true));
        var area = Unit(section.Child("area", true, "code", "name"), CityForm());
        var (validFrom, validTo) = Valid(section);
        var (from, to) = PolicyReader.Seasons(section);
        var units = Units(section);
        var standards = Standards(section, basis?.Document);
        var averaging = Averaging(section, basis?.Document);
        var (coverage, exclusions, suspension) = (Conditions(section, "coverage"), Conditions(section, "exclusions"), Conditions(section, "suspension"));
        // The table is checked against what stands above it: a fault there would be reported here again.
        if (problems.Count > before) return null;
        var published = PublishedReader.Read(section, units, standards[0].Yuan.Keys, averaging!);
        return problems.Count > before ? null
            : new FixedSumPolicy(id!, version!.Value, title!, basis!, area!, validFrom!.Value, validTo, from!.Value, to, units, standards, averaging!, coverage, exclusions, suspension, published);
    }

    private static (Domain.LocalDay? From, Domain.LocalDay? To) Valid(Section section)
    {
        if (section.Child("valid", true, "from", "to") is not { } valid) return (null, null);
        var (from, to) = (PolicyReader.Day(valid, "from"), PolicyReader.Day(valid, "to", required: false));
        if (to < from) valid.Report("to", "The last day in force is before the first", "Swap them, or leave 'to' out for an open end.");
        return (from, to);
    }

    private static ReportingUnit? Unit(Section? section, Regex form)
    {
        if (section is null) return null;
        var (code, name) = (section.Text("code", true), section.Text("name", true));
        if (code is null || name is null) return null;
        if (form.IsMatch(code)) return new ReportingUnit(code, name);
        section.Report("code", $"'{code}' is no code of a reporting unit",
            "Write the beginning of the division code in quotes, 4 digits for a city, 6 for a county; a zone without one gets a local code such as 1403-gaoxin.");
        return null;
    }

    private static List<ReportingUnit> Units(Section section)
    {
        var units = new List<ReportingUnit>();
        if (section.Node("units", true) is YamlSequenceNode { Children.Count: 0 } none) section.Report(none, "'units' is empty", "Name every unit that is paid.");
        foreach (var item in section.Children("units", false, "code", "name"))
        {
            if (Unit(item, UnitForm()) is not { } unit) continue;
            if (units.Exists(u => u.Code == unit.Code)) item.Report("code", $"Unit {unit.Code} is named twice", "Remove one.");
            units.Add(unit);
        }
        return units;
    }

    private static List<FixedSumStandard> Standards(Section section, string? document)
    {
        var standards = new List<FixedSumStandard>();
        var names = Enum.GetValues<FixedSumComponent>().ToDictionary(c => c, c => c.ToString().ToLowerInvariant());
        if (section.Child("components", true, [.. names.Values]) is not { } components) return standards;
        foreach (var (component, name) in names)
        {
            if (components.Child(name, true, "standards", "payers", "document", "clause", "quote") is not { } item) continue;
            var yuan = Yuan(item);
            var payers = Payers(item);
            var basis = PolicyReader.Basis(item, item.Text("document", false) ?? document);
            if (yuan.Count == 0 || basis is null) continue;
            standards.Add(new FixedSumStandard(component, yuan, payers, basis));
            if (!standards[0].Yuan.Keys.ToHashSet().SetEquals(yuan.Keys))
                item.Report("standards", "The components do not name the same routes", "Name every route in each, with 0 where it gets nothing.");
        }
        return standards;
    }

    /// <summary>Empty where a sum cannot be read, which has then been reported.</summary>
    private static Dictionary<HeatingRoute, decimal> Yuan(Section item)
    {
        var yuan = new Dictionary<HeatingRoute, decimal>();
        if (item.Child("standards", true, [.. RuleReader.Routes.Keys]) is not { } standards) return yuan;
        foreach (var name in standards.Keys)
            if (standards.Number(name, true, 2, Section.MaxAmount) is { } sum) yuan[RuleReader.Routes[name]] = sum;
        return item.Node("standards", true) is YamlMappingNode { Children.Count: var written } && written == yuan.Count ? yuan : [];
    }

    private static List<Payer> Payers(Section item)
    {
        var payers = new List<Payer>();
        foreach (var payer in item.Children("payers", true, "level", "bears"))
        {
            if (payer.Word("level", true, PayerLevels) is null | payer.Word("bears", true, Borne) is null) continue;
            var (level, bears) = (payer.Text("level", true)!, payer.Text("bears", true)!);
            if (payers.Exists(p => p.Level == level)) payer.Report("level", $"Level '{level}' is named twice", "Write one line for each level.");
            if (bears == FixedSum && payers.Exists(p => p.Bears == FixedSum)) payer.Report("bears", "A second payer of the fixed sum", "One level pays it; the others bear a part that the document leaves open.");
            payers.Add(new Payer(level, bears));
        }
        if (payers.Count > 0 && !payers.Exists(p => p.Bears == FixedSum)) item.Report("payers", "Nobody bears the fixed sum", $"Write bears: {FixedSum} for the level that pays it.");
        return payers;
    }

    private static Averaging? Averaging(Section section, string? document)
    {
        if (section.Child("averaging", true, "method", "seasons", "truncate", "document", "clause", "quote") is not { } averaging) return null;
        var simple = averaging.Word("method", true, Methods);
        var truncation = averaging.Word("truncate", true, Truncations);
        var basis = PolicyReader.Basis(averaging, averaging.Text("document", false) ?? document);
        var (autumns, weights) = (new List<int>(), new List<(long, long)>());
        if (averaging.Node("seasons", true) is YamlSequenceNode { Children.Count: 0 } none) averaging.Report(none, "'seasons' is empty", "Name the seasons whose settled households count.");
        foreach (var item in averaging.Children("seasons", false, "season", "weight"))
        {
            if (simple == true && item.Node("weight", false) is not null) item.Report("weight", "A simple average has no weights", "Remove it, or write method: weighted.");
            if (PolicyReader.Autumn(item, "season", true) is not { } autumn) continue;
            if (autumns.Contains(autumn)) item.Report("season", $"Season {item.Text("season", true)} is named twice", "Remove one.");
            autumns.Add(autumn);
            if (simple == false && ShareReader.Fraction(item, "weight") is { } weight) weights.Add(weight);
        }
        // A weight that cannot be read has been reported; the sum would only be wrong because of it.
        IReadOnlyList<long> parts = simple == true || weights.Count < autumns.Count ? [.. autumns.Select(_ => 1L)]
            : ShareReader.Parts(averaging, "seasons", weights, "weights", "Correct 'weight' of a season; 20 % is written 0.2 or 1/5.");
        return simple is null || truncation is not { } stage || basis is null ? null
            : new Averaging([.. autumns.Zip(parts, (autumn, part) => new SeasonWeight(autumn, part))], simple.Value, stage, basis);
    }

    private static List<Condition> Conditions(Section section, string key)
    {
        var conditions = new List<Condition>();
        foreach (var item in section.Children(key, true, "text", "clause"))
            if (item.Text("text", true) is { } text && item.Text("clause", true) is { } clause) conditions.Add(new Condition(text, clause));
        return conditions;
    }

    [GeneratedRegex("^[0-9]{4}([0-9]{2})?$")]
    private static partial Regex CityForm();

    [GeneratedRegex("^([0-9]{6}|[0-9]{4}-[a-z0-9-]{1,32})$")]
    private static partial Regex UnitForm();
}
