using System.CommandLine;
using MeterPipeline.Domain.Policies;
using MeterPipeline.Ledger;

namespace MeterPipeline.Cli;

/// <summary><c>verify</c>: everything folded again and compared.</summary>
public static class VerifyCommand
{
    public static Command Create()
    {
        var verify = new Command("verify", "Fold everything again from stored meter days and compare; exit 1 names the first differences.");
        verify.SetAction(Run);
        return verify;
    }

    private static int Run(ParseResult parsed)
    {
        var policies = Opened.Policies(parsed);
        using var ledger = Opened.Ledger(parsed);
        return Verify(ledger, policies);
    }

    /// <summary>Tells what it found; exit code 1 where something differs.</summary>
    internal static int Verify(ILedger ledger, PolicyBook policies)
    {
        VerificationResult result;
        using (var progress = new Progress("Verify", "meter days")) result = Verification.Run(ledger, policies, progress.Report);
        foreach (var difference in result.Differences) Console.Error.WriteLine(difference);
        Console.WriteLine($"{result.Meters:N0} meter registers, {result.Days:N0} meter days folded again: "
            + (result.Differences.Count == 0 ? "no difference" : $"{result.Differences.Count} differences or more"));
        Console.WriteLine(result.VillageDays is { } villageDays
            ? $"{villageDays:N0} village days drawn again"
            : "Village days were not compared: some wait to be drawn, or other policies are in force. Start the pipeline once.");
        if (result.Runs > 0) Console.WriteLine($"{result.Runs:N0} settlement runs hashed again");
        if (result.Unfolded > 0) Console.WriteLine($"{result.Unfolded:N0} meters changed in the registry and wait to be folded: start the pipeline once.");
        return result.Differences.Count == 0 ? ExitCode.Done : ExitCode.Difference;
    }
}
