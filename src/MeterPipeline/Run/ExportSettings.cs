using MeterPipeline.Banks;
using MeterPipeline.Cli;
using MeterPipeline.Policies;
using MeterPipeline.Web.Settlements;

namespace MeterPipeline.Run;

/// <summary>Settings of finance's lists: section <c>MeterPipeline:Export</c>.</summary>
public static class ExportSettings
{
    private const int PhoneMax = 64;

    /// <summary>What the pages of settlements go by: the phone, and the bank layouts of <c>Export:BankLayouts</c>, a folder, or those that came with the program.</summary>
    /// <exception cref="CommandException">The phone is longer than 64 characters.</exception>
    /// <exception cref="PolicyException">A layout is wrong: every problem with file, line and column.</exception>
    public static SettlementSettings Settlements(IConfiguration configuration) => new(
        Checked(configuration["MeterPipeline:Export:SupervisionPhone"]),
        BankLayoutFiles.Load(configuration["MeterPipeline:Export:BankLayouts"] is { Length: > 0 } folder ? folder : BankLayoutFiles.Shipped));

    /// <summary>监督电话 on the public notice, from appsettings.json in the working folder and the environment; empty: left open for writing.</summary>
    /// <exception cref="CommandException">The file cannot be read, or the text is longer than 64 characters.</exception>
    public static string SupervisionPhone()
    {
        try
        {
            var files = new ConfigurationBuilder().SetBasePath(Environment.CurrentDirectory).AddJsonFile("appsettings.json", optional: true);
            return Checked(files.AddEnvironmentVariables().Build()["MeterPipeline:Export:SupervisionPhone"]);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new CommandException($"The configuration cannot be used: {error.Message}");
        }
    }

    private static string Checked(string? phone) => phone?.Trim() is not { } text ? ""
        : text.Length <= PhoneMax ? text : throw new CommandException($"Export:SupervisionPhone is longer than {PhoneMax} characters.");
}
