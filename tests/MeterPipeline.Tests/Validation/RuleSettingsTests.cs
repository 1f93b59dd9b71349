using MeterPipeline.Cli;
using MeterPipeline.Domain.Validation;
using MeterPipeline.Run;
using Microsoft.Extensions.Configuration;

namespace MeterPipeline.Tests.Validation;

public sealed class RuleSettingsTests
{
    [Fact]
    public void The_catalogue_has_every_rule_at_its_place_with_a_default_it_allows()
    {
        Assert.Equal(Enum.GetValues<RuleId>(), Rules.All.Select(rule => rule.Id));
        Assert.All(Rules.All, rule => Assert.True(rule.Setting is not { } s || (s.Min <= s.Default && s.Default <= s.Max), rule.Name));
        Assert.Equal("prolonged-estimation", Rules.Of(RuleId.ProlongedEstimation).Name);
    }

    [Theory]
    [InlineData("zero-run", "14", "14 days")]
    [InlineData("ZeroRun", "14", "14 days")]
    [InlineData("ZeroRun", "on", "7 days")]
    [InlineData("ZERORUN", "Off", "off")]
    [InlineData("spike", "off", "off")]
    [InlineData("register-reset", "on", "on")]
    public void A_setting_is_read(string name, string value, string text)
    {
        var settings = RuleSettings.Of([KeyValuePair.Create(name, (string?)value)]);
        var rule = Rules.All.Single(r => string.Equals(r.Name.Replace("-", ""), name.Replace("-", ""), StringComparison.OrdinalIgnoreCase));
        Assert.Equal(text, settings.Text(rule.Id));
        Assert.Equal("0 days", settings.Text(RuleId.Gap));
    }

    [Fact]
    public void The_configuration_is_read_by_rule_and_refused_as_a_whole()
    {
        var rules = ValidationSettings.Read(Configured("MeterPipeline:Validation:SumCheck", "5"));
        Assert.Equal("5 %", rules.Text(RuleId.SumCheck));
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => ValidationSettings.Read(Configured("MeterPipeline:Validation:SumCheck", "500"))).Code);
    }

    [Theory]
    [InlineData("zero-ruin", "7", "There is no validation rule 'zero-ruin'. Rules: gap, stale")]
    [InlineData("zero-run", "1", "zero-run is set to '1'; write 2 to 200 days, on or off.")]
    [InlineData("zero-run", "-3", "2 to 200 days")]
    [InlineData("zero-run", null, "2 to 200 days")]
    [InlineData("spike", "3", "spike is set to '3'; write on or off.")]
    [InlineData("register-jump", "off", "register-jump is set to 'off'; write on.")]
    public void A_wrong_setting_is_refused_with_what_is_allowed(string name, string? value, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => RuleSettings.Of([KeyValuePair.Create(name, value)])).Message, StringComparison.Ordinal);

    private static IConfiguration Configured(string key, string value) =>
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();
}
