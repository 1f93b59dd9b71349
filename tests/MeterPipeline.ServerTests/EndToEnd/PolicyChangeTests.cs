using System.Text.Json;

namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Finance tries a new version of a rule over real readings before it is signed, and an old amount stays explainable after it.</summary>
public sealed class PolicyChangeTests
{
    [Fact]
    public void Another_version_is_compared_and_then_pays()
    {
        using var pipeline = new PipelineProcess();
        SmallRegistry.Import(pipeline);
        var readings = pipeline.Write("readings.csv", "meter_id,ts,value\nE1,2025-11-15T00:00:00+08:00,100\nE1,2026-03-16T00:00:00+08:00,1593.14\n");
        Assert.Equal(0, pipeline.Verb("import", "readings", readings).Code);
        var policies = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(readings)!, "policies")).FullName;
        var shipped = Path.Combine(AppContext.BaseDirectory, "policies", "yuncheng-2025.yaml");
        File.Copy(shipped, Path.Combine(policies, "v1.yaml"));

        var second = File.ReadAllText(shipped).Replace("version: 1", "version: 2", StringComparison.Ordinal).Replace("rate: 0.1\n", "rate: 0.12\n", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(policies, "v2.yaml"), second);
        var (code, output, _) = pipeline.Verb("policies", "what-if", "yuncheng-2025", "1", "2", "--season", "2025-2026", "--policies", policies);
        Assert.Equal(1, code);
        Assert.Matches(@"H1 +149\.31 → +179\.18 yuan +\+29\.87", output);
        Assert.Contains("2 households: 349.31 yuan → 379.18 yuan, +29.87. 1 get more, 0 less, 1 the same.", output, StringComparison.Ordinal);
        Assert.Equal(0, pipeline.Verb("policies", "what-if", "yuncheng-2025", "1", "1", "--season", "2025-2026", "--policies", policies).Code);
        Assert.Equal(2, pipeline.Verb("policies", "what-if", "yuncheng-2025", "1", "3", "--season", "2025-2026", "--policies", policies).Code);

        using var explained = JsonDocument.Parse(pipeline.Verb("explain", "H1", "--season", "2025-2026", "--format", "json", "--policies", policies).Output);
        var amount = explained.RootElement.GetProperty("amount");
        Assert.Equal((2, "179.18"), (amount.GetProperty("policy_version").GetInt32(), amount.GetProperty("total_yuan").GetString()));
        Assert.Contains(amount.GetProperty("steps").EnumerateArray(), step => step.GetProperty("step").GetString() == "tier" && step.GetProperty("rate_yuan").GetString() == "0.12");
        Assert.Contains(explained.RootElement.GetProperty("history").EnumerateArray(), edit => edit.GetProperty("id").GetString() == "E1");
    }

    [Theory]
    [InlineData("rate: 0.1\n", "rate: -0.1\n", "yuncheng-2025.yaml:20:11: 'rate' is negative")]
    [InlineData("  end: \"03-15\"\n", "  end: \"11-20\"\n", "yuncheng-2025.yaml:15:8: The season would end before it starts")]
    public void A_wrong_rule_refuses_the_start_with_its_place(string line, string spoilt, string message)
    {
        using var pipeline = new PipelineProcess();
        var shipped = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "policies", "yuncheng-2025.yaml"));
        Assert.Contains(line, shipped, StringComparison.Ordinal);
        var file = pipeline.Write("yuncheng-2025.yaml", shipped.Replace(line, spoilt, StringComparison.Ordinal));
        var (code, _, errors) = pipeline.Verb("run", "--mqtt", $"127.0.0.1:{pipeline.MqttPort}", "--web", $"127.0.0.1:{pipeline.WebPort}", "--policies", Path.GetDirectoryName(file)!);
        Assert.Equal(2, code);
        Assert.Contains(message, errors, StringComparison.Ordinal);
    }
}
