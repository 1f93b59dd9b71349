using MeterPipeline.Cli;
using MeterPipeline.Domain.Usage;
using MeterPipeline.Web;

namespace MeterPipeline.Run;

/// <summary>
/// Settings of the boards: section <c>MeterPipeline:Usage</c>, thresholds by name, and <c>MeterPipeline:Budgets</c>, yuan by season and division code; in the
/// environment <c>MeterPipeline__Usage__StoppedDays=14</c> and <c>MeterPipeline__Budgets__2025-2026__1408=12000000</c>.
/// </summary>
public static class UsageBoardSettings
{
    /// <exception cref="CommandException">A value cannot be used; names the setting and the remedy.</exception>
    public static BoardSettings Read(IConfiguration configuration)
    {
        try
        {
            var usage = configuration.GetSection("MeterPipeline:Usage").Get<UsageSettings>() ?? UsageSettings.Default;
            usage.Validate();
            var budgets = configuration.GetSection("MeterPipeline:Budgets").GetChildren()
                .SelectMany(season => season.GetChildren().Select(division => (season.Key, division.Key, division.Value)));
            return new BoardSettings(usage, Budgets.Of(budgets));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }
}
