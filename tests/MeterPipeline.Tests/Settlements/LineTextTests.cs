using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MeterPipeline.Domain;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Domain.Settlements;

namespace MeterPipeline.Tests.Settlements;

/// <summary>Lines are written and read field by field; what comes of it is what a serializer makes of the records.</summary>
public sealed class LineTextTests
{
    private static readonly JsonSerializerOptions _plain = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false), new DayText(), new Shortest() },
    };

    [Fact]
    public void A_line_is_written_as_a_serializer_writes_it_and_read_back()
    {
        var dice = new Random(20261121);
        var before = default(SettlementLine);
        for (var i = 0; i < 2_000; i++)
        {
            var line = Any(dice);
            var text = Text(line);
            Assert.Equal(JsonSerializer.Serialize(line, _plain), text);
            Assert.Equal(text, Text(CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(text))));
            before = CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(text), before);
            Assert.Equal(text, Text(before));
            Assert.Equal(JsonSerializer.Serialize(line.Accrued, _plain), CanonicalForm.Of(line.Accrued));
        }
    }

    [Fact]
    public void A_line_shares_the_words_of_the_one_before()
    {
        var first = CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(Text(AnyLine.Of("H1", 121))));
        var second = CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(Text(AnyLine.Of("H2", 122))), first);
        Assert.Equal("H2", second.Household.Id);
        Assert.Same(first.Household.Division, second.Household.Division);
        Assert.Same(first.Reckoning.Policy, second.Reckoning.Policy);
        Assert.Same(first.Accrued.Shares[1].Level, second.Accrued.Shares[1].Level);
    }

    [Fact]
    public void Fields_are_found_in_any_order_and_what_later_programs_add_is_passed_over()
    {
        var text = Text(AnyLine.Of("H1", 121));
        var line = JsonDocument.Parse(text).RootElement.EnumerateObject().Reverse().Select(field => $"\"{field.Name}\":{field.Value.GetRawText()}");
        var turned = $$"""{"later":[{"x":1}],{{string.Join(',', line)}},"more":null}""";
        Assert.Equal(text, Text(CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(turned))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"household\":5}")]
    [InlineData("{\"household\":{\"route\":\"coal-to-coal\"}}")]
    [InlineData("{\"household\":{\"accepted_on\":\"soon\"}}")]
    [InlineData("{\"use\":{\"eligible\":\"1\"}}")]
    [InlineData("{\"use\":{\"eligible_days\":1.5}}")]
    [InlineData("{\"holds\":7}")]
    [InlineData("{\"account\":\"1")]
    public void What_is_no_line_is_refused(string text) => Assert.ThrowsAny<JsonException>(() => CanonicalForm.ReadLine(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_line_that_is_cut_short_or_goes_on_is_refused()
    {
        var text = Encoding.UTF8.GetBytes(Text(AnyLine.Of("H1", 121)));
        for (var length = 0; length < text.Length; length++) Assert.ThrowsAny<JsonException>(() => CanonicalForm.ReadLine(text.AsSpan(0, length)));
        Assert.ThrowsAny<JsonException>(() => CanonicalForm.ReadLine([.. text, .. "{}"u8]));
    }

    private static string Text(SettlementLine line)
    {
        var text = new ArrayBufferWriter<byte>();
        CanonicalForm.Write(text, line);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static SettlementLine Any(Random dice) => new(
        new SettledHousehold(
            Word(dice), Word(dice), "140802101201", Word(dice), Word(dice), Of<HeatingRoute>(dice), Of<Conversion>(dice), Of<Hardship>(dice),
            dice.Next(3) == 0 ? null : new LocalDay(dice.Next(15_000, 25_000)), Word(dice)),
        Word(dice),
        new SettledUse(
            dice.Next(3) == 0 ? null : Of<Energy>(dice), Word(dice), Maybe(dice), Maybe(dice), dice.NextInt64(), -dice.NextInt64(), 0, "A", dice.Next(), dice.Next(), dice.Next(), dice.Next(),
            [.. Some(dice, () => new SettledSegment(Word(dice), Of<Register>(dice), Maybe(dice), Maybe(dice), Maybe(dice), Maybe(dice), dice.NextInt64(), dice.NextInt64()))]),
        new SettledReckoning(
            Word(dice), dice.Next(), Word(dice), [.. Some(dice, () => new SettledTier(dice.NextInt64(), Yuan(dice)))], Yuan(dice), dice.Next(2) == 0 ? null : Yuan(dice), dice.Next(2) == 0,
            dice.NextInt64(), Maybe(dice), Yuan(dice), Yuan(dice)),
        Amount(dice), Amount(dice), [.. Some(dice, () => Word(dice))], Yuan(dice),
        dice.Next(2) == 0 ? null : new Payee(Word(dice), Word(dice), Word(dice), Word(dice), Word(dice), Word(dice)));

    private static SettledAmount Amount(Random dice) =>
        dice.Next(3) == 0 ? SettledAmount.Nothing : new SettledAmount(Yuan(dice), Yuan(dice), [.. Some(dice, () => new BorneShare(dice.Next(2) == 0 ? "county" : Word(dice), Yuan(dice)))]);

    private static T Of<T>(Random dice) where T : struct, Enum => Enum.GetValues<T>() is var all ? all[dice.Next(all.Length)] : default;

    private static long? Maybe(Random dice) => dice.Next(3) == 0 ? null : dice.NextInt64(long.MinValue, long.MaxValue);

    private static decimal Yuan(Random dice) => new(dice.Next(1 << 30), dice.Next(3) == 0 ? dice.Next() : 0, 0, dice.Next(3) == 0, (byte)dice.Next(9));

    private static IEnumerable<T> Some<T>(Random dice, Func<T> one) => [.. Enumerable.Range(0, dice.Next(4)).Select(_ => one())];

    /// <summary>With what JSON escapes, and characters of two, three and four bytes.</summary>
    private static string Word(Random dice) => string.Concat(Enumerable.Range(0, dice.Next(6)).Select(_ => ((string[])["张", "é", "\"", "\\", "<", "\n", "\u0001", "🔥", "a", "0", "/", "\u2028", "\ue000"])[dice.Next(13)]));

    private sealed class DayText : JsonConverter<LocalDay>
    {
        public override LocalDay Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, LocalDay value, JsonSerializerOptions options) => writer.WriteStringValue(value.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private sealed class Shortest : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value / 1.0000000000000000000000000000m);
    }
}
