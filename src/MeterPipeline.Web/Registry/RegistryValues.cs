using System.Text.Json;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Ledger.Registry;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>The registry's fields and words as people read them: what the audit keeps in the CSV's English, with names and accounts masked.</summary>
internal static class RegistryValues
{
    private static readonly Dictionary<string, RegistryFile> Files = new(StringComparer.Ordinal)
    {
        ["division"] = RegistryFile.Divisions,
        ["company"] = RegistryFile.Companies,
        ["household"] = RegistryFile.Households,
        ["meter"] = RegistryFile.Meters,
        ["alias"] = RegistryFile.Aliases,
        ["heated-count"] = RegistryFile.HeatedHouseholds,
    };

    /// <summary>A field's name: the Chinese heading of the file that it comes from, or its own.</summary>
    public static string Field(Texts texts, string kind, string field)
    {
        if (texts == Texts.English) return field;
        if (field == "exclusions") return RegistryTexts.For(texts).Exclusion;
        return Files.TryGetValue(kind, out var file) && Columns.Headings(file).FirstOrDefault(column => column.Name == field) is { Chinese: { } heading } ? heading : field;
    }

    /// <summary>A value in words; personal ones masked.</summary>
    public static string Shown(Texts texts, string kind, string field, string? value) => value is null ? "–" : (field, kind) switch
    {
        ("name", "household") => value == "…" ? value : Figures.Masked(value),
        ("account", _) => RegistryHistory.MaskedAccount(value),
        ("route", _) => Word(RegistryWords.Route, value, texts.Routes),
        ("conversion", _) => Word(RegistryWords.Conversion, value, texts.Conversions),
        ("hardship", _) => Word(RegistryWords.Hardship, value, texts.Hardships),
        ("serves", _) => Word(RegistryWords.Serves, value, texts.Servings),
        ("energy", _) => RegistryWords.Energy.TryParse(value, out var energy) ? Energy(texts, energy) : value,
        ("exclusions", _) => Exclusions(texts, value),
        _ => value,
    };

    public static string Energy(Texts texts, Energy energy) => texts == Texts.English ? RegistryWords.Energy[energy] : energy == Domain.Registry.Energy.Gas ? "燃气" : "电";

    public static string Unit(Energy energy) => energy == Domain.Registry.Energy.Gas ? "m³" : "kWh";

    /// <summary>Whom or what an audited change is about.</summary>
    public static string Entity(Texts texts, string kind, string id) =>
        $"{Texts.Word(RegistryTexts.For(texts).Kinds, kind)} {(kind == "alias" && !id.StartsWith('*') ? RegistryHistory.MaskedAccount(id) : id)}";

    private static string Word<T>(WordList<T> words, string value, IReadOnlyDictionary<T, string> shown) where T : struct, Enum =>
        words.TryParse(value, out var known) ? shown[known] : value;

    private static string Exclusions(Texts texts, string json)
    {
        using var document = JsonDocument.Parse(json);
        return string.Join(texts.Semicolon, document.RootElement.EnumerateArray().Select(exclusion =>
            $"{exclusion.GetProperty("excluded_from")} – {(exclusion.TryGetProperty("excluded_to", out var to) ? to.ToString() : texts.ExclusionOpen)} "
            + Word(RegistryWords.Exclusion, exclusion.GetProperty("exclusion").ToString(), texts.ExclusionKinds)));
    }
}
