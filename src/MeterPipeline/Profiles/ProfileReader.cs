using System.Globalization;
using System.Text;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ingest.Intake.Profiles;
using MeterPipeline.Policies;
using YamlDotNet.RepresentationModel;

namespace MeterPipeline.Profiles;

/// <summary>Makes a profile out of the YAML of one file; the keys are explained in the README of the shipped profiles.</summary>
internal static class ProfileReader
{
    private const int ValuesMax = 16;
    private const int WordsMax = 256;
    private const int ScalePowerMax = 6;

    private static readonly Dictionary<string, ProfileTimeForm> TimeForms = new()
    {
        ["rfc3339"] = ProfileTimeForm.Rfc3339,
        ["local"] = ProfileTimeForm.Local,
        ["epoch-ms"] = ProfileTimeForm.EpochMs,
        ["epoch-s"] = ProfileTimeForm.EpochSeconds,
    };

    private static readonly Dictionary<string, Register> Registers = Enum.GetValues<Register>().ToDictionary(RegisterNames.Word);

    /// <summary>Null where something needed is missing or wrong, which has then been reported.</summary>
    public static Profile? Read(string file, YamlNode root, List<PolicyProblem> problems)
    {
        var section = new Section(file, root, problems, "id", "topic", "company", "items", "meter", "time", "values");
        if (root is not YamlMappingNode) return null;
        var id = section.Text("id", true);
        var topic = Topic(section);
        var items = Pointer(section, "items", false);
        var meter = Pointer(section, "meter", false);
        var company = section.Text("company", false);
        if (topic is not null) CheckNames(section, topic, company);
        var (timeAt, form, zone) = Time(section);
        var values = Values(section);
        if (id is null || topic is null || timeAt is null || values.Count == 0) return null;
        return new Profile
        {
            Id = id,
            Topic = topic,
            Company = Encoding.UTF8.GetBytes(company ?? ""),
            Items = items,
            Meter = meter,
            TimeAt = timeAt,
            TimeForm = form,
            Zone = zone,
            Values = values,
        };
    }

    private static TopicPattern? Topic(Section section)
    {
        if (section.Text("topic", true) is not { } text) return null;
        if (TopicPattern.Parse(text, out var pattern) is not { } wrong) return pattern;
        section.Report("topic", $"Topic {text} {wrong}", "Write levels of text, + for any, {meter} or {company} where the topic names them, such as tele/{meter}/SENSOR.");
        return null;
    }

    private static void CheckNames(Section section, TopicPattern topic, string? company)
    {
        if (topic.NamesCompany == (company is not null))
            section.Report("company", company is null ? "No company" : "The company stands here and in the topic", "Write company: ID, or {company} as a level of the topic.");
        if (Encoding.UTF8.GetByteCount(company ?? "") > TopicShape.SegmentMax)
            section.Report("company", $"The company's id is longer than {TopicShape.SegmentMax} bytes", "Write the id of the registry.");
        var meter = section.Node("meter", false) is not null;
        if (topic.NamesMeter == meter)
            section.Report("meter", !meter ? "No meter" : "The meter stands here and in the topic", "Write meter: /POINTER, or {meter} as a level of the topic.");
    }

    private static (JsonPointer? At, ProfileTimeForm Form, byte[] Zone) Time(Section section)
    {
        if (section.Child("time", true, "at", "format", "zone") is not { } time) return default;
        var at = Pointer(time, "at", true);
        if (time.Word("format", true, TimeForms) is not { } form) return default;
        var zone = time.Text("zone", false);
        if (form == ProfileTimeForm.Local && zone is null) time.Report("zone", "Local times need a zone", "Write the offset in quotes, such as zone: \"+08:00\".");
        if (form != ProfileTimeForm.Local && zone is not null) time.Report("zone", "Only local times take a zone", "Remove it, or write format: local.");
        if (zone is not null && !Timestamp.TryParse(Encoding.UTF8.GetBytes("2025-11-15T00:00:00" + zone), out _))
            time.Report("zone", $"'{zone}' is no offset", "Write it in quotes, such as \"+08:00\"; names of zones are not taken, for their rules change.");
        return (at, form, Encoding.UTF8.GetBytes(zone ?? ""));
    }

    private static List<ProfileValue> Values(Section section)
    {
        var values = new List<ProfileValue>();
        if (section.Node("values", true) is YamlSequenceNode { Children.Count: 0 or > ValuesMax }) section.Report("values", $"'values' has none, or more than {ValuesMax}", "Write one for each register.");
        foreach (var item in section.Children("values", false, "at", "register", "unit", "scale"))
        {
            var at = Pointer(item, "at", true);
            var unit = Unit(item);
            if (RegisterOf(item) is { } register && at is not null && unit is { } known)
                values.Add(new ProfileValue(at, known, register.Fixed, register.At, register.Words));
        }
        return values;
    }

    private static (Register Fixed, JsonPointer? At, List<(byte[], Register?)> Words)? RegisterOf(Section item)
    {
        if (item.Node("register", false) is not YamlMappingNode)
            return item.Node("register", false) is null ? (Register.Total, null, []) : item.Word("register", true, Registers) is { } always ? (always, null, []) : null;
        if (item.Child("register", true, "at", "words") is not { } named) return null;
        var at = Pointer(named, "at", true);
        var words = new List<(byte[], Register?)>();
        if (named.Child("words", true, null) is not { } meant) return null;
        foreach (var word in meant.Keys.Take(WordsMax))
        {
            if (meant.Text(word, true) == "ignore") words.Add((Encoding.UTF8.GetBytes(word), null));
            else if (meant.Word(word, true, Registers) is { } register) words.Add((Encoding.UTF8.GetBytes(word), register));
        }
        return at is null ? null : (default, at, words);
    }

    private static Units? Unit(Section item)
    {
        var unit = Units.OfMeter;
        if (item.Text("unit", false) is { } name && !Units.TryFind(Encoding.UTF8.GetBytes(name), out unit))
        {
            item.Report("unit", $"'{name}' is no unit that converts", "Known: kWh, Wh, MWh, J, MJ, m3, l.");
            return null;
        }
        if (item.Text("scale", false) is not { } text) return unit;
        for (var power = -ScalePowerMax; power <= ScalePowerMax; power++)
            if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale) && scale == PowerOfTen(power)) return unit.Times(power);
        item.Report("scale", $"'{text}' is no power of ten from 0.000001 to 1000000", "A meter's ratio is its multiplier in the registry, not a scale.");
        return null;
    }

    private static decimal PowerOfTen(int power)
    {
        var result = 1m;
        for (var i = 0; i < Math.Abs(power); i++) result = power < 0 ? result / 10 : result * 10;
        return result;
    }

    private static JsonPointer? Pointer(Section section, string key, bool required)
    {
        // The empty pointer is a place too: the message or the item itself.
        if (section.Text(key, required) is not { } text) return null;
        if (JsonPointer.TryParse(text, out var pointer)) return pointer;
        section.Report(key, $"'{text}' is no JSON pointer", "Write steps with a slash before each, such as /ENERGY/Total; ^/src counts from the whole message (RFC 6901).");
        return null;
    }
}
