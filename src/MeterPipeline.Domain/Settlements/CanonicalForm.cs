using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Settlements;

/// <summary>
/// The one text of a run and of a line: JSON in UTF-8 without blanks, fields in the order of the records, what is not there left out, decimals
/// without trailing zeros, days as <c>2025-11-15</c>. Equal values have equal bytes. What was frozen keeps its bytes whatever later programs write.
/// </summary>
public static class CanonicalForm
{
    private static readonly CanonicalJson Json = new(new JsonSerializerOptions(CanonicalJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static readonly ConditionalWeakTable<SubsidyPolicy, string> Fingerprints = [];

    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Appends the text of a line, without its end.</summary>
    public static void Write(IBufferWriter<byte> into, SettlementLine line) => Write(into, [line], []);

    /// <summary>Appends the texts of lines, each with an end.</summary>
    internal static void Write(IBufferWriter<byte> into, IEnumerable<SettlementLine> lines, ReadOnlySpan<byte> end)
    {
        using var json = new Utf8JsonWriter(into, Written);
        foreach (var line in lines)
        {
            LineText.Write(json, line);
            json.Flush();
            json.Reset();
            into.Write(end);
        }
    }

    /// <summary>The run's own text. Its hash covers this text and so cannot stand in it: that field is empty.</summary>
    public static byte[] Of(SettlementRun run) => JsonSerializer.SerializeToUtf8Bytes(run with { ContentHash = "" }, Json.SettlementRun);

    /// <param name="before">The line before it, with which it shares the words that both have; null: none.</param>
    /// <exception cref="JsonException">Not what was written.</exception>
    public static SettlementLine ReadLine(ReadOnlySpan<byte> text, SettlementLine? before = null) => LineReader.Read(text, before);

    /// <exception cref="JsonException">Not what was written.</exception>
    public static SettlementRun ReadRun(ReadOnlySpan<byte> text, string contentHash) =>
        JsonSerializer.Deserialize(text, Json.SettlementRun)! with { ContentHash = contentHash };

    public static string Of(SettledAmount amount)
    {
        var text = new ArrayBufferWriter<byte>();
        Write(text, amount);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Appends the text of an amount.</summary>
    public static void Write(IBufferWriter<byte> into, SettledAmount amount)
    {
        using var json = new Utf8JsonWriter(into, Written);
        LineText.Write(json, amount);
    }

    /// <exception cref="JsonException">Not what was written.</exception>
    public static SettledAmount ReadAmount(string text) => JsonSerializer.Deserialize(text, Json.SettledAmount)!;

    /// <summary>SHA-256 of everything that a policy says, lower-case hexadecimal.</summary>
    public static string Fingerprint(SubsidyPolicy policy) => Fingerprints.GetValue(policy, static policy =>
    {
        var ordered = policy with
        {
            Exclusions = new SortedSet<ExclusionKind>(policy.Exclusions),
            Seasons = new SortedDictionary<string, HeatingSeason>(policy.Seasons.ToDictionary(), StringComparer.Ordinal),
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(ordered, Json.SubsidyPolicy)));
    });
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true,
    IncludeFields = true, UseStringEnumConverter = true, GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(LocalDayText), typeof(PlainDecimal), typeof(Word<HeatingRoute>), typeof(Word<Conversion>), typeof(Word<Hardship>), typeof(Word<Energy>), typeof(Word<Register>),
    ])]
[JsonSerializable(typeof(SettlementRun))]
[JsonSerializable(typeof(SubsidyPolicy))]
internal sealed partial class CanonicalJson : JsonSerializerContext;

/// <summary>A value as registry files write it: <c>coal-to-gas</c>.</summary>
internal sealed class Word<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false) where T : struct, Enum;

/// <summary>A day as text.</summary>
internal sealed class LocalDayText : JsonConverter<LocalDay>
{
    public override LocalDay Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        LocalDay.TryParse(reader.GetString(), out var day) ? day : throw new JsonException("not a day");

    public override void Write(Utf8JsonWriter writer, LocalDay value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>A decimal as a number without trailing zeros: 1.20 and 1.2 are the same amount and must be the same bytes.</summary>
internal sealed class PlainDecimal : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(Plain(value));

    /// <summary>The same amount with the fewest decimals. Amounts of money fit into 64 bits; a division of 96 bits, which does the same, is slow.</summary>
    internal static decimal Plain(decimal value)
    {
        if (value.Scale == 0) return value;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = unchecked((ulong)(uint)bits[1] << 32 | (uint)bits[0]);
        return bits[2] != 0 || digits == 0 ? value / 1.0000000000000000000000000000m : Quantity.Shortest(digits, decimal.IsNegative(value), value.Scale);
    }
}
