using MeterPipeline.Cli;

namespace MeterPipeline.Run;

/// <summary>Settings of finance's lists: section <c>MeterPipeline:Export</c>.</summary>
public static class ExportSettings
{
    private const int PhoneMax = 64;

    /// <summary>监督电话 on the public notice, from appsettings.json in the working folder and the environment; empty: left open for writing.</summary>
    /// <exception cref="CommandException">The file cannot be read, or the text is longer than 64 characters.</exception>
    public static string SupervisionPhone()
    {
        try
        {
            var files = new ConfigurationBuilder().SetBasePath(Environment.CurrentDirectory).AddJsonFile("appsettings.json", optional: true);
            var phone = files.AddEnvironmentVariables().Build()["MeterPipeline:Export:SupervisionPhone"]?.Trim() ?? "";
            return phone.Length <= PhoneMax ? phone : throw new CommandException($"Export:SupervisionPhone is longer than {PhoneMax} characters.");
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }
}
