using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Ledger.Registry;

/// <summary>
/// The one text form of a registry row: the CSV's names and values, always in the same order, nulls left out. Two rows are the same when
/// their texts are, and the audit shows them as they are.
/// </summary>
internal sealed class RegistryJson
{
    // The texts go to a database and an API, not into HTML: Chinese stays readable.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private readonly Utf8JsonWriter json;

    public RegistryJson() => json = new Utf8JsonWriter(buffer, Options);

    public string Render(Division division)
    {
        Begin();
        json.WriteString("code", division.Code);
        json.WriteString("name", division.Name);
        Optional("parent", division.Parent);
        return End();
    }

    public string Render(Company company)
    {
        Begin();
        json.WriteString("company", company.Id);
        json.WriteString("name", company.Name);
        json.WriteString("energy", RegistryWords.Energy[company.Energy]);
        return End();
    }

    public string Render(Household household)
    {
        Begin();
        json.WriteString("household_id", household.Id);
        json.WriteString("name", household.Name);
        json.WriteString("division", household.Division);
        json.WriteString("route", RegistryWords.Route[household.Route]);
        json.WriteString("conversion", RegistryWords.Conversion[household.Conversion]);
        Optional("accepted_on", household.AcceptedOn?.ToString());
        json.WriteString("hardship", RegistryWords.Hardship[household.Hardship]);
        if (household.Note.Length > 0) json.WriteString("note", household.Note);
        if (household.Exclusions.Count > 0)
        {
            json.WritePropertyName("exclusions");
            Write(household.Exclusions);
        }
        return End();
    }

    public string Render(Installation installation)
    {
        Begin();
        json.WriteString("meter_id", installation.MeterId);
        json.WriteString("household_id", installation.HouseholdId);
        json.WriteString("company", installation.Company);
        json.WriteString("energy", RegistryWords.Energy[installation.Energy]);
        if (installation.RegisterDigits is { } digits) json.WriteNumber("register_digits", digits);
        if (installation.Decimals is { } decimals) json.WriteNumber("decimals", decimals);
        Quantity("capacity", installation.Capacity);
        json.WriteNumber("multiplier", installation.Multiplier / 1.000000000000m); // without trailing zeros: 1 and 1.0 are one value
        Optional("installed_on", Instant(installation.InstalledAtMs));
        Quantity("opening", installation.Opening);
        Optional("removed_on", Instant(installation.RemovedAtMs));
        Quantity("closing", installation.Closing);
        json.WriteString("serves", RegistryWords.Serves[installation.Serves]);
        if (installation.HeatedHouseholds > 0) json.WriteNumber("heated_households", installation.HeatedHouseholds);
        return End();
    }

    public string Render(AccountAlias alias)
    {
        Begin();
        json.WriteString("account", alias.Account);
        json.WriteString("household_id", alias.HouseholdId);
        Optional("from", alias.From?.ToString());
        Optional("until", alias.Until?.ToString());
        return End();
    }

    public string Render(HeatedCount count)
    {
        Begin();
        json.WriteString("household_id", count.HouseholdId);
        json.WriteString("from", count.From.ToString());
        json.WriteNumber("households", count.Households);
        return End();
    }

    /// <summary>The exclusions alone, as the household table keeps them; null when there are none.</summary>
    public string? Render(IReadOnlyList<Exclusion> exclusions)
    {
        if (exclusions.Count == 0) return null;
        buffer.ResetWrittenCount();
        json.Reset();
        Write(exclusions);
        return Text();
    }

    public static IReadOnlyList<Exclusion> Exclusions(string text)
    {
        using var document = JsonDocument.Parse(text);
        var exclusions = new List<Exclusion>();
        foreach (var element in document.RootElement.EnumerateArray())
        {
            var until = element.TryGetProperty("excluded_to", out var to) ? Day(to) : (LocalDay?)null;
            if (!RegistryWords.Exclusion.TryParse(element.GetProperty("exclusion").GetString()!, out var kind))
                throw new LedgerException($"The ledger holds an exclusion of a kind this program does not know: {element}. Use the newer program.");
            exclusions.Add(new Exclusion(Day(element.GetProperty("excluded_from")), until, kind));
        }
        return exclusions;
    }

    private static LocalDay Day(JsonElement element) => LocalDay.TryParse(element.GetString(), out var day)
        ? day
        : throw new LedgerException($"The ledger holds a day that is none: {element}. Restore it from a backup.");

    private static string? Instant(long? ms) => ms is { } instant ? LocalTime.Format(instant) : null;

    private void Write(IReadOnlyList<Exclusion> exclusions)
    {
        json.WriteStartArray();
        foreach (var exclusion in exclusions)
        {
            json.WriteStartObject();
            json.WriteString("excluded_from", exclusion.From.ToString());
            Optional("excluded_to", exclusion.Until?.ToString());
            json.WriteString("exclusion", RegistryWords.Exclusion[exclusion.Kind]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void Optional(string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private void Quantity(string name, long? value)
    {
        if (value is { } quantity) json.WriteString(name, Domain.Quantity.Format(quantity));
    }

    private void Begin()
    {
        buffer.ResetWrittenCount();
        json.Reset();
        json.WriteStartObject();
    }

    private string End()
    {
        json.WriteEndObject();
        return Text();
    }

    private string Text()
    {
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
