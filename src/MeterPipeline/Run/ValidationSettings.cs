using MeterPipeline.Cli;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Run;

/// <summary>
/// Settings of the validation rules: section <c>MeterPipeline:Validation</c>, a rule's name and a number, <c>on</c> or <c>off</c>; in the environment
/// <c>MeterPipeline__Validation__ZeroRun=14</c>. <c>run</c> and the verbs that show verdicts read the same.
/// </summary>
public static class ValidationSettings
{
    /// <exception cref="CommandException">No such rule, or no such value for it.</exception>
    public static RuleSettings Read(IConfiguration configuration)
    {
        try
        {
            return RuleSettings.Of(configuration.GetSection("MeterPipeline:Validation").GetChildren().Select(rule => KeyValuePair.Create(rule.Key, rule.Value)));
        }
        catch (ArgumentException error)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }

    /// <summary>From appsettings.json in the working folder and the environment, as <c>run</c> has them.</summary>
    /// <exception cref="CommandException">The file cannot be read, or as above.</exception>
    public static RuleSettings Read() => Read(Configured.Read());
}
