using MeterPipeline.Policies;
using MeterPipeline.Profiles;
using MeterPipeline.Tests.House;
using MeterPipeline.Tests.Policies;

namespace MeterPipeline.Tests.Profiles;

/// <summary>A wrong profile is refused with file, line and column before it reads anything.</summary>
public sealed class ProfileFilesTests
{
    private const string Sound = """
        id: headend
        topic: headend/{company}/freeze
        items: /items
        meter: /meter
        time: { at: /t, format: rfc3339 }
        values:
          - at: /val
            unit: kWh
            scale: 0.01
            register: { at: /reg, words: { "1.8.0": total, "2.8.0": ignore } }
        """;

    [Fact]
    public void The_shipped_profiles_are_sound() =>
        Assert.Equal(["headend-obis", "tasmota"], ProfileFiles.Load(Repository.PathOf("deploy", "profiles")).Select(p => p.Id));

    [Fact]
    public void A_sound_profile_is_read()
    {
        using var folder = new PolicyFolder(("a.yaml", Sound));
        Assert.Equal("headend/{company}/freeze", ProfileFiles.Load(folder.Path).Single().Topic.Text);
    }

    [Theory]
    [InlineData("topic: headend/{company}/freeze", "topic: headend/{company}/#", 2, 8, "Topic headend/{company}/# mixes text with +, #, { or } in a level")]
    [InlineData("topic: headend/{company}/freeze", "topic: metering/v1/{company}", 2, 8, "Topic metering/v1/{company} could match a topic of the contract")]
    [InlineData("topic: headend/{company}/freeze", "topic: headend/+/freeze", 1, 1, "No company")]
    [InlineData("topic: headend/{company}/freeze", "topic: headend/{company}/{meter}", 4, 8, "The meter stands here and in the topic")]
    [InlineData("items: /items", "item: /items", 3, 1, "Unknown key 'item'. Did you mean 'items'?")]
    [InlineData("items: /items", "items: items", 3, 8, "'items' is no JSON pointer")]
    [InlineData("meter: /meter", "meter: /a~2", 4, 8, "'/a~2' is no JSON pointer")]
    [InlineData("time: { at: /t, format: rfc3339 }", "time: { at: /t, format: rfc }", 5, 25, "'rfc' is not a value of 'format'")]
    [InlineData("time: { at: /t, format: rfc3339 }", "time: { at: /t, format: local }", 5, 7, "Local times need a zone")]
    [InlineData("time: { at: /t, format: rfc3339 }", "time: { at: /t, format: local, zone: Asia/Shanghai }", 5, 38, "'Asia/Shanghai' is no offset")]
    [InlineData("    unit: kWh", "    unit: kW", 8, 11, "'kW' is no unit that converts")]
    [InlineData("    scale: 0.01", "    scale: 40", 9, 12, "'40' is no power of ten")]
    [InlineData("\"2.8.0\": ignore", "\"2.8.0\": T9", 10, 61, "'T9' is not a value of '2.8.0'")]
    public void A_wrong_line_is_named_with_its_place(string line, string spoilt, int atLine, int atColumn, string message)
    {
        Assert.Contains(line, Sound, StringComparison.Ordinal);
        using var folder = new PolicyFolder(("a.yaml", Sound.Replace(line, spoilt, StringComparison.Ordinal)));
        var problem = Assert.Single(Assert.Throws<PolicyException>(() => ProfileFiles.Load(folder.Path)).Problems);
        Assert.StartsWith($"{Path.Combine(folder.Path, "a.yaml")}:{atLine}:{atColumn}: {message}", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_profiles_for_one_topic_are_refused()
    {
        using var folder = new PolicyFolder(("a.yaml", Sound), ("b.yaml", Sound.Replace("id: headend", "id: other", StringComparison.Ordinal).Replace("{company}", "+", StringComparison.Ordinal) + "\ncompany: grid"));
        Assert.Contains("have topics in common", Assert.Single(Assert.Throws<PolicyException>(() => ProfileFiles.Load(folder.Path)).Problems).Message, StringComparison.Ordinal);
    }
}
