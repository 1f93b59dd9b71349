using System.Globalization;
using System.Text;
using MeterPipeline.Sinks;

namespace MeterPipeline.Tests.Sinks;

public class LineProtocolTests
{
    private static readonly byte[] _value = LineText.FieldKey("value");

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "0.0001")]
    [InlineData(-1, "-0.0001")]
    [InlineData(10_000, "1")]
    [InlineData(12_345_600, "1234.56")]
    [InlineData(-12_345_600, "-1234.56")]
    [InlineData(100_500, "10.05")]
    [InlineData(9_999_999_999_999_999, "999999999999.9999")]
    [InlineData(long.MaxValue, "922337203685477.5807")]
    [InlineData(long.MinValue, "-922337203685477.5808")]
    public void A_scaled_quantity_is_its_shortest_exact_decimal(long tenThousandths, string text) =>
        Assert.Equal($"m value={text} 5\n", Rendered(l => l.Field(_value, tenThousandths)));

    [Theory]
    [InlineData("0.00", "0")]
    [InlineData("151.20", "151.2")]
    [InlineData("100", "100")]
    [InlineData("-0.0000001", "-0.0000001")]
    [InlineData("-79228162514264337593543950335", "-79228162514264337593543950335")]
    public void A_decimal_is_exact_and_never_in_exponent_form(string value, string text) =>
        Assert.Equal($"m value={text} 5\n", Rendered(l => l.Field(_value, decimal.Parse(value, CultureInfo.InvariantCulture))));

    [Fact]
    public void Several_fields_of_several_kinds_stand_in_one_point() => Assert.Equal(
        "m consumption=2.5,accrued_yuan=0.05,households=-9223372036854775808i 5\n",
        Rendered(l =>
        {
            l.Field(LineText.FieldKey("consumption"), 25_000);
            l.Field(LineText.FieldKey("accrued_yuan"), 0.050m);
            l.IntegerField(LineText.FieldKey("households"), long.MinValue);
        }));

    [Theory]
    [InlineData("a b,c=d", @"a\ b\,c\=d")]
    [InlineData("太原 市", @"太原\ 市")]
    [InlineData(@"a\b", @"a\b")]
    [InlineData(@"a\", "a_")]
    [InlineData(@"a\,b", @"a_\,b")]
    [InlineData("a\nb\r\tc\0", "a_b__c_")]
    [InlineData("\"quoted\"", "\"quoted\"")]
    public void A_tag_value_is_escaped(string value, string text) =>
        Assert.Equal($"m,meter={text}", Text(LineText.Series("m", ("meter", value))));

    [Fact]
    public void A_measurement_keeps_its_equals_sign_and_a_tag_key_escapes_it() =>
        Assert.Equal(@"a=\ b\,c,x\=y=1", Text(LineText.Series("a= b,c", ("x=y", "1"))));

    [Fact]
    public void Tags_are_sorted_and_empty_ones_left_out() =>
        Assert.Equal("m,a=1,c=3", Text(LineText.Series("m", ("c", "3"), ("b", ""), ("a", "1"))));

    [Fact]
    public void Names_that_no_server_takes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LineText.Series(""));
        Assert.Throws<ArgumentException>(() => LineText.Series("#m"));
        Assert.Throws<ArgumentException>(() => LineText.Series("m", ("time", "1")));
        Assert.Throws<ArgumentException>(() => LineText.Series("m", ("a", "1"), ("a", "2")));
        Assert.Throws<ArgumentException>(() => LineText.Series("m", ("a", new string('x', LineText.SeriesBytesMax))));
        Assert.Throws<ArgumentException>(() => LineText.FieldKey("time"));
    }

    [Fact]
    public void The_buffer_grows_and_is_reused_without_allocating()
    {
        var series = LineText.Series("meter_reading", ("meter", "M-1"), ("division", "140821001001"));
        var lines = new LineProtocol(capacityBytes: 1);
        Fill(lines, series);
        var first = Text(lines.Written.Span);
        Assert.Equal(1_000, lines.Lines);
        Assert.Equal(1_000, first.Count(c => c == '\n'));

        lines.Clear();
        Assert.True(lines.Written.IsEmpty);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill(lines, series);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.Equal(first, Text(lines.Written.Span));
    }

    [Fact]
    public void An_unfinished_point_is_not_written_and_calls_out_of_order_are_refused()
    {
        var lines = new LineProtocol();
        Assert.Throws<InvalidOperationException>(() => lines.Field(_value, 1L));
        lines.Begin("m"u8);
        Assert.Throws<InvalidOperationException>(() => lines.End(5));
        Assert.Throws<InvalidOperationException>(() => lines.Begin("m"u8));
        Assert.True(lines.Written.IsEmpty);
        lines.Field(_value, 1L);
        lines.End(5);
        Assert.False(lines.Written.IsEmpty);
    }

    private static void Fill(LineProtocol lines, byte[] series)
    {
        for (var i = 0; i < 1_000; i++)
        {
            lines.Begin(series);
            lines.Field(_value, i * 12_345L);
            lines.End(1_763_222_400_000 + i);
        }
    }

    private static string Rendered(Action<LineProtocol> fields)
    {
        var lines = new LineProtocol();
        lines.Begin("m"u8);
        fields(lines);
        lines.End(5);
        return Text(lines.Written.Span);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
