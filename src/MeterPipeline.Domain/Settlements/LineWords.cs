using System.Text.Json;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;

namespace MeterPipeline.Domain.Settlements;

/// <summary>Words that lines have for the values of an enum, as registry files write them: <c>coal-to-gas</c>.</summary>
internal sealed class LineWords<T> where T : struct, Enum
{
    private readonly T[] values = Enum.GetValues<T>();
    private readonly JsonEncodedText[] words;

    public LineWords() => words = Array.ConvertAll(values, value => JsonEncodedText.Encode(JsonNamingPolicy.KebabCaseLower.ConvertName($"{value}")));

    public JsonEncodedText Of(T value) => words[Array.IndexOf(values, value)];

    /// <exception cref="JsonException">None of them.</exception>
    public T Read(ref Utf8JsonReader json)
    {
        for (var i = 0; i < words.Length; i++)
            if (json.ValueTextEquals(words[i].EncodedUtf8Bytes)) return values[i];
        throw new JsonException($"{json.GetString()} is no {typeof(T).Name}");
    }
}

/// <inheritdoc cref="LineWords{T}"/>
internal static class LineWords
{
    public static LineWords<HeatingRoute> Routes { get; } = new();

    public static LineWords<Conversion> Conversions { get; } = new();

    public static LineWords<Hardship> Hardships { get; } = new();

    public static LineWords<Energy> Energies { get; } = new();

    public static LineWords<Register> Registers { get; } = new();
}
