using MeterPipeline.Cli;

namespace MeterPipeline.Run;

/// <summary>The configuration as <c>run</c> has it, for the other verbs.</summary>
internal static class Configured
{
    /// <summary>appsettings.json in the working folder and the environment.</summary>
    /// <exception cref="CommandException">The file cannot be read.</exception>
    public static IConfiguration Read()
    {
        try
        {
            var files = new ConfigurationBuilder().SetBasePath(Environment.CurrentDirectory).AddJsonFile("appsettings.json", optional: true);
            return files.AddEnvironmentVariables().Build();
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }
}
