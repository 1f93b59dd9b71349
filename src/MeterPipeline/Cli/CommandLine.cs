using System.CommandLine;
using MeterPipeline.Ledger;
using MeterPipeline.Policies;

namespace MeterPipeline.Cli;

/// <summary>The verbs and the two options that all of them share.</summary>
public static class CommandLine
{
    public static Option<string> Data { get; } = new("--data")
    {
        Description = "Folder of the ledger (with Ledger:Provider=postgres: not used).",
        DefaultValueFactory = _ => "./data",
        Recursive = true,
        HelpName = "DIR",
    };

    public static Option<string> Policies { get; } = new("--policies")
    {
        Description = "Folder of policy files (default: those shipped with the program).",
        DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "policies"),
        Recursive = true,
        HelpName = "DIR",
    };

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("MeterPipeline: meter readings by MQTT, heating subsidies exact to the fen.")
        {
            Data, Policies,
            RunCommand.Create(), DemoCommand.Create(), ImportCommand.Create(), ExportCommand.Create(), ReportCommand.Create(), SettleCommand.Create(), ExplainCommand.Create(),
            VerifyCommand.Create(), StatusCommand.Create(), QuarantineCommand.Create(), HoldsCommand.Create(), RebuildCommand.Create(), PoliciesCommand.Create(),
            FixedSumsCommand.Create(), UsersCommand.Create(), LedgerCommand.Create(), BenchCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine("See: meterpipeline --help");
            return ExitCode.Usage;
        }
        try
        {
            // No termination timeout: a drain takes as long as it takes; the host hears the signals itself.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (CommandException error)
        {
            Console.Error.WriteLine(error.Message);
            return error.Code;
        }
        catch (SettlementRefusedException refused)
        {
            Console.Error.WriteLine(refused.Message);
            return ExitCode.Difference;
        }
        catch (Exception error) when (error is LedgerException or PolicyException)
        {
            Console.Error.WriteLine(error.Message);
            return ExitCode.Usage;
        }
    }
}
