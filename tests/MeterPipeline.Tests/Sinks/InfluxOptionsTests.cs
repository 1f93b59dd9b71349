using MeterPipeline.Sinks;

namespace MeterPipeline.Tests.Sinks;

public class InfluxOptionsTests
{
    private static readonly InfluxOptions _v2 = new() { Api = InfluxApi.V2, Org = "o", Bucket = "b", Token = "secret" };

    public static TheoryData<InfluxOptions, string> Wrong => new()
    {
        { new() { Url = new("relative", UriKind.Relative) }, "Url" },
        { new() { Url = new("ftp://host") }, "Url" },
        { new() { Url = new("http://user:secret@host") }, "Url" },
        { new() { BatchLines = 0 }, "BatchLines" },
        { new() { Timeout = TimeSpan.Zero }, "Timeout" },
        { new() { Retries = 11 }, "Retries" },
        { new() { Database = "" }, "Database" },
        { new() { Database = "a\"b" }, "Database" },
        { new() { Password = "secret" }, "User" },
        { _v2 with { Bucket = "" }, "Bucket" },
        { _v2 with { Org = "" }, "Org" },
        { _v2 with { Token = "" }, "Token" },
        { _v2 with { CreateDatabase = true }, "CreateDatabase" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_named_without_its_secret(InfluxOptions options, string setting)
    {
        var error = Assert.Throws<ArgumentException>(() => new InfluxWriter(options));
        Assert.Contains($"Influx:{setting} ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_and_a_full_v2_are_valid_and_text_hides_secrets()
    {
        new InfluxOptions().Validate();
        _v2.Validate();
        var v1 = new InfluxOptions { User = "u", Password = "secret" };
        v1.Validate();
        Assert.DoesNotContain("secret", $"{_v2} {v1}", StringComparison.Ordinal);
    }
}
